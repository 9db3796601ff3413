/** What has to be read with the tables: which test, what it cannot see, what was left out and why. Data, shown once below. */
import { present } from '../optional.ts'
import { embeddedNote } from '../report/index.ts'
import { count, share } from '../text/index.ts'
import { NEEDED_RUNS } from './history.ts'
import type { ReportComparison, ReportDifference, Row, Unnoted } from './model.ts'
import type { StoredReport } from './read.ts'
import { byChance, LEVEL } from './within.ts'

/** The first line: nothing below decides anything. */
export function adviceOn(differences: readonly ReportDifference[]): string {
  const rule = 'Advisory: a stored report is never a gate'
  const servers = differences.some(({ kind }) => kind === 'hosts')
  const unlike = present(
    differences.some(({ kind, part }) => kind === 'machine' && part !== 'host') && 'machines',
    servers && 'servers',
    // It may be another port of the same machine.
    !servers && differences.some(({ part }) => part === 'host') && 'server addresses',
  )
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
  const { mode, reports } = comparison
  return present(
    mode === 'runs' ? runNotes(comparison, stored) : historyNotes(comparison),
    repeatedNote(
      mode,
      reports.filter((_, i) => repeated.has(i)).map(({ label }) => label),
    ),
    stored.flatMap(({ report, path }, i) => stateNotes(report, reports[i]?.label ?? path)),
    [...new Set(stored.flatMap(({ report }) => embeddedNote(report) ?? []))],
  )
}

function repeatedNote(mode: ReportComparison['mode'], labels: readonly string[]): string | false {
  const rest = labels.length > 3 ? ` and ${labels.length - 3} more` : ''
  const rule = mode === 'history' ? 'and counted once' : 'the very same report'
  return labels.length > 0 && `Named more than once, ${rule}: ${labels.slice(0, 3).join(', ')}${rest}.`
}

function stateNotes({ status, gate, suites }: StoredReport['report'], label: string): string[] {
  return present(
    status === 'interrupted' && `The run of ${label} was interrupted: its samples are what it got to.`,
    gate.status === 'invalid' && `The gate of ${label} was invalid: see its own report.`,
    suites.length === 0 && `${label} holds no suite.`,
  )
}

/** Which metrics have a difference in place of a ratio. */
function inPoints(tables: Unnoted['tables'], isDifference: (row: Row) => boolean): string | false {
  const names = tables.filter(({ rows }) => rows.some(isDifference)).map(({ metric }) => metric)
  return (
    names.length > 0 &&
    `The change of ${names.join(' and ')} is a difference in percentage points, without logarithms.`
  )
}

/** On changes between runs: which test they rest on, and what no test of trials can see. Nothing where nothing could be compared. */
function runNotes({ reports, tables }: Unnoted, stored: readonly StoredReport[]): string[] {
  const rows = tables.flatMap((table) => table.rows)
  const changes = rows.flatMap((row) => row.changes ?? [])
  if (changes.length === 0) return []
  const tested = changes.filter(({ p }) => p !== undefined)
  const used = new Set(changes.map(({ test }) => test))
  const bare = changes.some(({ test, interval }) => test === 'mann-whitney' && interval === undefined)
  const labels = reports.map(({ label }) => label)
  return present(
    `Change compares the trials of two runs: [..] is the ${share(LEVEL)} interval; ~ means no detectable difference. The trials of a run share its conditions, such as heat, other load or a restarted server, so one run is one sample: what shifts whole runs is covered by neither p nor the interval, and there is no verdict. Of ${count(tested.length, 'change')} about ${byChance(tested.length)} would show a difference by chance alone.`,
    `A verdict takes ${NEEDED_RUNS} earlier reports of one setup, listed before the new one (here ${reports.length - 1}), or both arms in one run of \`vitest bench\`.`,
    used.has('mann-whitney') &&
      "p without a mark: two-sided Mann-Whitney test of the trials' values; the change is the median of all their ratios.",
    used.has('welch') &&
      "p marked w: two-sided Welch test on logarithms, from the means and standard deviations that the reports keep; an approximation, used where the trials' own values are not available.",
    used.has('fisher') && "p of valid_rate: Fisher's exact test, two-sided.",
    inPoints(tables, ({ changes: own = [] }) => own.some(({ difference }) => difference !== undefined)),
    bare && `No interval: too few trials. A ${share(LEVEL)} interval takes at least four in each report.`,
    trialNotes(stored, rows, labels),
  )
}

/** Reports of which the trials' own values could not be used. */
function trialNotes(
  stored: readonly StoredReport[],
  rows: readonly Row[],
  labels: readonly string[],
): string[] {
  const welch = rows.flatMap(({ changes = [] }) => {
    const own = changes.filter(({ test }) => test === 'welch')
    return own.length === 0 ? [] : [own.flatMap(({ report, against }) => [against, report])]
  })
  const summarized = new Set(welch.flat())
  return stored.flatMap(({ trials, unusable }, i) => {
    if (unusable !== undefined) return [`The trials.jsonl next to ${labels[i]} is not used: ${unusable}`]
    if (!summarized.has(i)) return []
    if (trials === undefined) return [`There is no trials.jsonl next to ${labels[i]}.`]
    return stored.every((one, j) => !summarized.has(j) || one.trials !== undefined)
      ? [
          `The trials.jsonl next to ${labels[i]} may be from another run: for ${count(welch.length, 'row')} its samples differ from those in the report.`,
        ]
      : []
  })
}

/** On a new run against its history: how the interval is made, what it takes, what was left out. */
function historyNotes({ reports, tables }: Unnoted): string[] {
  const rows = tables.flatMap((table) => table.rows.flatMap(({ history }) => history ?? []))
  const judged = rows.filter(({ prediction }) => prediction !== undefined).length
  const partial = rows.filter(({ runs }) => runs < reports.length - 1).length
  const of = (n: number): string => (n === rows.length ? 'every row' : `${n} of ${count(rows.length, 'row')}`)
  return present(
    `Prediction: ${share(LEVEL)} interval for the next run's median if nothing has changed, exp(m ± t s √(1 + 1/n)) over the logarithms of the earlier medians (Hahn and Meeker, Statistical Intervals, 1991); assumes independent runs.`,
    "Earlier: geometric mean of the earlier runs' medians. Change: the new median against it, with the interval that the prediction gives.",
    "Verdict: as in a run, against the suite's threshold or its absolute floor, whichever is greater.",
    inPoints(tables, ({ history }) => history?.difference !== undefined),
    judged > 0 && `Of ${count(judged, 'row')} about ${byChance(judged)} would lie outside by chance alone.`,
    partial > 0 &&
      `History counts runs of the same setup only: for ${of(partial)} some earlier reports have another setup or lack the arm.`,
    judged < rows.length &&
      `No verdict for ${of(rows.length - judged)}: a verdict takes ${NEEDED_RUNS} earlier runs of one setup.`,
    orderNote(reports),
  )
}

function orderNote(reports: Unnoted['reports']): string | false {
  const last = reports.at(-1)
  if (last === undefined) return false
  const later = reports.filter((one) => Date.parse(one.started_at) > Date.parse(last.started_at)).length
  return (
    later > 0 &&
    `${last.label} is judged because it was named last, but ${count(later, 'report')} started after it.`
  )
}
