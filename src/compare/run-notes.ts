/** Notes on changes between runs: which test they rest on, and what no test of trials can see. */
import { count } from '../text/index.ts'
import { NEEDED_RUNS } from './history.ts'
import type { Row, Unnoted } from './model.ts'
import type { StoredReport } from './read.ts'
import { byChance, share } from './within.ts'

/** Nothing where nothing could be compared. */
export function runNotes({ reports, tables }: Unnoted, stored: readonly StoredReport[]): string[] {
  const rows = tables.flatMap((table) => table.rows)
  const labels = reports.map(({ label }) => label)
  const changes = rows.flatMap((row) => row.changes ?? [])
  const tested = changes.filter(({ p }) => p !== undefined)
  if (changes.length === 0) return []
  return [
    `Change compares the trials of two runs: [..] is the ${share} interval; ~ means no detectable difference. The trials of a run share its conditions, such as heat, other load or a restarted server, so one run is one sample: what shifts whole runs is covered by neither p nor the interval, and there is no verdict. Of ${count(tested.length, 'change')} about ${byChance(tested.length)} would show a difference by chance alone.`,
    `A verdict takes ${NEEDED_RUNS} earlier reports of one setup, listed before the new one (here ${reports.length - 1}), or both arms in one run of \`vitest bench\`.`,
    ...testNotes(rows),
    ...trialNotes(stored, rows, labels),
  ]
}

function testNotes(rows: readonly Row[]): string[] {
  const changes = rows.flatMap((row) => row.changes ?? [])
  const used = new Set(changes.map(({ test }) => test))
  const bare = changes.some(({ test, interval }) => test === 'mann-whitney' && interval === undefined)
  return [
    ...(used.has('mann-whitney')
      ? [
          "p without a mark: two-sided Mann-Whitney test of the trials' values; the change is the median of all their ratios.",
        ]
      : []),
    ...(used.has('welch')
      ? [
          "p marked w: two-sided Welch test on logarithms, from the means and standard deviations that the reports keep; an approximation, used where the trials' own values are not available.",
        ]
      : []),
    ...(used.has('fisher') ? ["p of valid_rate: Fisher's exact test, two-sided."] : []),
    ...(bare ? [`No interval: too few trials. A ${share} interval takes at least four in each report.`] : []),
  ]
}

/** Reports of which the trials' own values could not be used. */
function trialNotes(
  stored: readonly StoredReport[],
  rows: readonly Row[],
  labels: readonly string[],
): string[] {
  const summarized = new Set(
    rows
      .flatMap((row) => row.changes ?? [])
      .filter(({ test }) => test === 'welch')
      .flatMap(({ report, against }) => [against, report]),
  )
  const welch = rows.filter((row) => row.changes?.some(({ test }) => test === 'welch')).length
  return stored.flatMap(({ trials, unusable }, i) => {
    if (unusable !== undefined) return [`The trials.jsonl next to ${labels[i]} is not used: ${unusable}`]
    if (!summarized.has(i)) return []
    if (trials === undefined) return [`There is no trials.jsonl next to ${labels[i]}.`]
    return stored.every((one, j) => !summarized.has(j) || one.trials !== undefined)
      ? [
          `The trials.jsonl next to ${labels[i]} may be from another run: for ${count(welch, 'row')} its samples differ from those in the report.`,
        ]
      : []
  })
}
