/** What has to be read with the tables: which test, what it cannot see, what was left out and why. Data, shown once below. */
import { count } from '../report/format.ts'
import { embeddedNote } from '../report/headline.ts'
import { NEEDED_RUNS } from './history.ts'
import type { ReportComparison, ReportDifference, Row } from './model.ts'
import type { StoredReport } from './read.ts'
import { LEVEL } from './within.ts'

type Unnoted = Omit<ReportComparison, 'advice' | 'notes'>

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
  const labels = comparison.reports.map(({ label }) => label)
  const rows = comparison.tables.flatMap((table) => table.rows)
  return [
    ...(comparison.mode === 'runs' ? runNotes(comparison, rows) : historyNotes(comparison, rows)),
    ...(comparison.mode === 'runs' ? trialNotes(stored, rows, labels) : orderNote(comparison)),
    ...repeatedNote(
      comparison.mode,
      [...repeated].map((i) => labels[i]!),
    ),
    ...stored.flatMap(({ report }, i) => stateNotes(report, labels[i]!)),
    ...new Set(stored.flatMap(({ report }) => embeddedNote(report) ?? [])),
  ]
}

const share = `${LEVEL * 100} %`

function runNotes({ reports }: Unnoted, rows: readonly Row[]): string[] {
  const changes = rows.flatMap((row) => row.changes ?? [])
  const tested = changes.filter(({ p }) => p !== undefined)
  if (changes.length === 0) return []
  return [
    `A change sets the trials of two runs against each other; [..] is its ${share} interval, ~ that they show no difference. The trials of a run share its conditions, such as heat, other load, a restarted server: one run is one sample, and what moves whole runs is neither in p nor in the interval. So there is no verdict here. Of ${count(tested.length, 'change')} about ${byChance(tested.length)} would show by chance alone.`,
    `A verdict takes ${NEEDED_RUNS} earlier reports of one setup, given before the new one (here ${reports.length - 1}), or both arms in one run of \`vitest bench\`.`,
    ...testNotes(rows),
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
          "p marked w: two-sided Welch test on logarithms, from the means and standard deviations that the reports keep; an approximation, for want of the trials' own values.",
        ]
      : []),
    ...(used.has('fisher') ? ["p of valid_rate: Fisher's exact test, two-sided."] : []),
    ...(bare
      ? [
          `Where no interval stands, there are too few trials for one: four in each report give the first of ${share}.`,
        ]
      : []),
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
    if (unusable !== undefined) return [`The trials.jsonl beside ${labels[i]} is not used: ${unusable}`]
    if (!summarized.has(i)) return []
    if (trials === undefined) return [`There is no trials.jsonl beside ${labels[i]}.`]
    return stored.every((one, j) => !summarized.has(j) || one.trials !== undefined)
      ? [
          `The trials.jsonl beside ${labels[i]} may be another run's: for ${count(welch, 'row')} it does not give the samples that the report holds.`,
        ]
      : []
  })
}

function historyNotes({ reports }: Unnoted, all: readonly Row[]): string[] {
  const rows = all.filter(({ history }) => history !== undefined)
  const judged = rows.filter(({ history }) => history!.prediction !== undefined).length
  const partial = rows.filter(({ history }) => history!.runs < reports.length - 1).length
  const of = (n: number): string => (n === rows.length ? 'every row' : `${n} of ${count(rows.length, 'row')}`)
  return [
    `earlier: geometric mean of the runs' medians. prediction: where the next run's median falls with ${share} if nothing has changed, exp(m ± t s √(1 + 1/n)) over the logarithms of the earlier medians (Hahn and Meeker, Statistical Intervals, 1991); it takes the runs for independent. The change is the new median against the earlier ones, its interval the prediction turned around; the verdict reads it by the threshold, which is the suite's, or its absolute floor where that is more.`,
    ...(judged > 0
      ? [`Of ${count(judged, 'row')} about ${byChance(judged)} would lie outside by chance alone.`]
      : []),
    ...(partial > 0
      ? [
          `Only runs of one setup are a history: for ${of(partial)} some of the earlier reports have another setup or lack the arm.`,
        ]
      : []),
    ...(judged < rows.length
      ? [`No verdict for ${of(rows.length - judged)}: it takes ${NEEDED_RUNS} earlier runs of one setup.`]
      : []),
  ]
}

/** How many of `n` intervals miss what they should hold, on average. */
function byChance(n: number): number {
  return Math.round(10 * n * (1 - LEVEL)) / 10
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

function orderNote({ reports }: Unnoted): string[] {
  const last = reports.at(-1)!
  const later = reports.filter((one) => Date.parse(one.started_at) > Date.parse(last.started_at)).length
  return later === 0
    ? []
    : [`${last.label} is judged because it was named last, but ${count(later, 'report')} started after it.`]
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
