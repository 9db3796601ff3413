/** What has to be read with the tables: which test, what it cannot see, what was left out and why. Data, shown once below. */
import { embeddedNote } from '../report/index.ts'
import { historyNotes } from './history-notes.ts'
import type { ReportComparison, ReportDifference, Unnoted } from './model.ts'
import type { StoredReport } from './read.ts'
import { runNotes } from './run-notes.ts'

/** The first line: nothing below decides anything. */
export function adviceOn(differences: readonly ReportDifference[]): string {
  const rule = 'Advisory: a stored report is never a gate'
  const unlike = [
    ...(differences.some(({ kind }) => kind === 'machine') ? ['machines'] : []),
    ...(differences.some(({ kind }) => kind === 'hosts') ? ['servers'] : []),
  ]
  return unlike.length === 0
    ? `${rule}.`
    : `${rule}, and these come from different ${unlike.join(' and ')}: a change may be theirs and not the code's.`
}

/** Every note, the general ones first. */
export function collectNotes(
  comparison: Unnoted,
  stored: readonly StoredReport[],
  repeated: ReadonlySet<number>,
): string[] {
  return [
    ...(comparison.mode === 'runs' ? runNotes(comparison, stored) : historyNotes(comparison)),
    ...repeatedNote(
      comparison.mode,
      comparison.reports.filter((_, i) => repeated.has(i)).map(({ label }) => label),
    ),
    ...comparison.reports.flatMap(({ label }, i) => {
      const one = stored[i]
      return one === undefined ? [] : stateNotes(one.report, label)
    }),
    ...new Set(stored.flatMap(({ report }) => embeddedNote(report) ?? [])),
  ]
}

function repeatedNote(mode: ReportComparison['mode'], labels: readonly string[]): string[] {
  if (labels.length === 0) return []
  const rest = labels.length > 3 ? ` and ${labels.length - 3} more` : ''
  const rule =
    mode === 'history'
      ? 'Named more than once, and counted once'
      : 'Named more than once, the very same report'
  return [`${rule}: ${labels.slice(0, 3).join(', ')}${rest}.`]
}

function stateNotes({ status, gate, suites }: StoredReport['report'], label: string): string[] {
  return [
    ...(status === 'interrupted'
      ? [`The run of ${label} was interrupted: its samples are what it got to.`]
      : []),
    ...(gate.status === 'invalid' ? [`The gate of ${label} was invalid: see its own report.`] : []),
    ...(suites.length === 0 ? [`${label} holds no suite.`] : []),
  ]
}
