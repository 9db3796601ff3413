/**
 * Reports: what was judged, written for people and machines. The writers are pure, report in and text out;
 * `store` alone touches the disk. Escaping, numbers and words are shared, so every format says the same.
 */
export { agentPages } from './agent-page.ts'
export { reportHtml } from './html.ts'
export { reportMarkdown } from './markdown.ts'
export { writeReports } from './store.ts'
export { terminalSummary } from './terminal.ts'
export { buildReport, type SuiteRecord } from './build.ts'
export type { SweepRecord } from './build-sweep.ts'
