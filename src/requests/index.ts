/**
 * What head asks of the model that base did not. A `RequestLog` keeps the requests of a few trials of a code comparison
 * (log.ts), each as bounded texts by name (fields.ts): nothing of them is in a trial, and no header or URL is kept. The
 * first calls whose requests differ are found stage by stage (difference.ts), and told in short values and line diffs
 * (lines.ts).
 *
 * A prompt often holds what the model replied before, or the time: such lines differ in every trial, whatever the code.
 * So each arm has a second trial, and lines that an arm's two trials do not share are not held against the other arm's.
 *
 * The line diffs are Myers's, by the package `diff`: 1 MB on disk, no dependencies, read by code comparisons alone. A
 * cut at the common beginning and end would show all that lies between two changes.
 */
export { RequestLog } from './log.ts'
