/**
 * Reports: what was judged, written for people and machines. `model` makes report.json of what the workers sent;
 * `document` makes a list of blocks of a report, once, with values and not with texts; `print` turns blocks into
 * Markdown, HTML or lines of a terminal, and alone knows how to escape there. `store` and `trial-file` alone touch the disk.
 * Satellites (compare, import) build the same blocks and print them with the same printers.
 */
export * from './document/blocks.ts'
export { alarmText, auditSentence } from './document/environment.ts'
export { armDocuments } from './document/arm-page.ts'
export { commentMarkdown } from './comment.ts'
export { runDocument } from './document/run.ts'
export type { Extras } from './document/suite.ts'
export { trialsOf } from './document/trials.ts'
export { reportsLine, summaryDocument } from './document/summary.ts'
export { isAbout, suiteOf } from './findings.ts'
export { embeddedNote, headline } from './headline.ts'
export { buildReport, type RunRecord } from './model.ts'
export { printHtml } from './print/html.ts'
export { printMarkdown } from './print/markdown.ts'
export { printTerminal } from './print/terminal.ts'
export { hasReports, removeAnswers, writeReports, writeWhole } from './store.ts'
export { TrialFile } from './trial-file.ts'
