/** A comparison of stored reports as a document: in the manner of benchstat one table a metric, what to know below. */
import { present } from '../optional.ts'
import { changed, code, columns as heads, heading, list, measured, only } from '../report/index.ts'
import { prose, say, section, table, trusted, type Block, type Column, type Inline } from '../report/index.ts'
import { absent, quantity, share, threshold } from '../text/index.ts'
import { sentence } from './fingerprint.ts'
import type { Change, MetricTable, ReportComparison, Row, Value } from './model.ts'
import { LEVEL, noDifference } from './within.ts'

/** More reports than this are named by the first and the last; more differences are counted only. */
const MOST_NAMED = 6
const MOST_DIFFERENCES = 12

export function comparisonDocument(comparison: ReportComparison): Block[] {
  const { reports, mode, notes, tables } = comparison
  const labels = reports.map(({ label }) => label)
  return present<Block>(
    only('markdown', heading(1, trusted('Stored reports compared'))),
    prose(comparison.advice),
    reportsTable(comparison),
    list(describeDifferences(comparison, labels), { title: 'Not alike' }),
    tables.map((one) => metricSection(one, mode, labels)),
    notes.length > 0 && section(heading(2, trusted('Notes')), ...list(notes, { numbered: 'note' })),
  )
}

/** A row a report: label, start, commit, machine. */
function reportsTable({ reports }: ReportComparison): Block {
  const rows = reports.map(({ label, started_at, commit, os, cpu }): Inline[] => [
    label,
    started_at,
    code(commit?.slice(0, 12) ?? ''),
    `${os}; ${cpu}`,
  ])
  const between: Inline[] = [trusted('…'), trusted(`${rows.length - 2} reports between`), '', '']
  const shown = rows.length <= MOST_NAMED ? rows : [...rows.slice(0, 1), between, ...rows.slice(-1)]
  return table(trusted('Reports'), heads('report', 'started', 'commit', 'machine'), shown)
}

/** A sentence a difference. Those of model and server stand here only because they were said to be meant. */
function describeDifferences({ differences }: ReportComparison, labels: readonly string[]): Inline[] {
  const rest = differences.length - MOST_DIFFERENCES
  const told = differences.slice(0, MOST_DIFFERENCES).map((one) => {
    const meant = one.kind === 'models' || one.kind === 'hosts' ? ` (meant: --compare ${one.kind})` : ''
    return `${sentence(one, labels)}${meant}`
  })
  return rest > 0 ? [...told, trusted(`and ${rest} more; --format json has them all`)] : told
}

/** A column of one metric's table. */
interface MetricColumn extends Column {
  cell: (row: Row) => Inline
}

function metricSection(one: MetricTable, mode: ReportComparison['mode'], labels: readonly string[]): Block {
  const { metric, unit, better } = one
  const columns = mode === 'runs' ? runColumns(one, labels) : historyColumns(one, labels)
  const title = say`${metric} (${unit}, ${better} is better)`
  const rows = one.rows.map((row) => [row.label, ...columns.map(({ cell }) => cell(row))])
  return section(heading(2, title), table(title, [{ head: '' }, ...columns], rows))
}

/** The first report's values, then each other's with the change from the first. */
function runColumns({ metric, unit }: MetricTable, labels: readonly string[]): MetricColumn[] {
  const what = metric === 'valid_rate' ? 'valid' : 'median ± cv'
  return labels.flatMap((label, report): MetricColumn[] => {
    const value = { head: say`${label}: ${trusted(what)}`, cell: (row: Row) => valueCell(row, report, unit) }
    if (report === 0) return [value]
    const head = labels.length > 2 ? say`against ${labels[0]}` : trusted('change')
    return [value, { head, cell: (row) => changeCell(row, report, labels) }]
  })
}

function changeCell({ changes, only_in: only }: Row, report: number, labels: readonly string[]): Inline {
  const change = changes?.find((one) => one.report === report)
  if (change !== undefined) return tested(change)
  const [first = 0] = only ?? []
  if (only === undefined || (only.includes(0) && only.includes(report))) return []
  return only.length === 1
    ? say`only in ${labels[first]}`
    : say`not in ${labels[only.includes(0) ? report : 0]}`
}

/** `~ −0.8 % [−3.1, +1.2] (p=0.394 n=6+6)`. */
function tested(change: Change): Inline {
  const { ratio, difference, interval, p, n, test } = change
  const value = p === undefined ? 'no test' : p < 0.001 ? 'p<0.001' : `p=${p.toFixed(3)}`
  const basis = trusted(`(${value}${test === 'welch' ? 'w' : ''} n=${n.join('+')})`)
  return say`${changed({ ratio, difference, interval, isNone: noDifference(change) })} ${basis}`
}

/** Where the earlier runs lie, where the new one lies, and what that says; valid_rate is only counted. */
function historyColumns({ unit, metric }: MetricTable, labels: readonly string[]): MetricColumn[] {
  const last = labels.length - 1
  const newest = (what: string): MetricColumn => ({
    head: say`${labels[last]}: ${trusted(what)}`,
    cell: (row) => valueCell(row, last, unit),
  })
  const column = (head: string, cell: MetricColumn['cell']): MetricColumn => ({ head: trusted(head), cell })
  if (metric === 'valid_rate')
    return [column(`${last} earlier`, (row) => earlierValidity(row, last)), newest('valid')]
  return [
    column('runs', ({ history }) => trusted(history === undefined ? absent : String(history.runs))),
    column('earlier', ({ history }) => measured(history?.center, unit)),
    column(`prediction ${share(LEVEL)}`, ({ history }) => {
      const [lower, upper] = history?.prediction ?? []
      return lower === undefined
        ? trusted(absent)
        : say`${measured(lower, unit, upper)} to ${measured(upper, unit)}`
    }),
    newest('new median'),
    column('lies', ({ history }) => trusted(history?.position ?? absent)),
    column('change', ({ history: { ratio, difference, interval, position } = {} }) =>
      changed({ ratio, difference, interval, isNone: position === 'inside' }),
    ),
    column('threshold', ({ history: { threshold: smallest = 0, difference } = {} }) =>
      trusted(threshold({ threshold: smallest, difference, unit })),
    ),
    column('verdict', (row) => verdictCell(row, labels)),
  ]
}

function verdictCell({ history, only_in: only, values }: Row, labels: readonly string[]): Inline {
  const last = labels.length - 1
  if (only !== undefined && !only.includes(last)) return say`not in ${labels[last]}`
  if (history === undefined) return trusted(values.length === 0 ? '' : absent)
  return trusted(history.verdict ?? `none, ${history.needed} runs needed`)
}

/** A report's value in its row: `526 ms ± 2.2 %`, of valid_rate `94.4 % (17 of 18)`. */
function valueCell({ values }: Row, report: number, unit: string): Inline {
  const value = values.find((one) => one.report === report)
  if (value === undefined) return trusted(absent)
  if (value.valid !== undefined) return counted(value.valid, value.n)
  const median = measured(value.median, unit, Math.max(...values.map((one) => one.median)))
  const spread =
    value.cv === undefined ? `(n=${value.n})` : `± ${(value.cv * 100).toFixed(value.cv < 0.1 ? 1 : 0)} %`
  return say`${median} ${trusted(spread)}`
}

function earlierValidity({ values }: Row, last: number): Inline {
  const earlier = values.filter(({ report }) => report < last)
  const sum = (of: (value: Value) => number): number => earlier.reduce((total, value) => total + of(value), 0)
  const [valid, trials] = [sum((value) => value.valid ?? 0), sum((value) => value.n)]
  return trials === 0 ? trusted(absent) : counted(valid, trials)
}

function counted(valid: number, trials: number): Inline {
  return trusted(`${quantity(valid / trials, 'fraction')} (${valid} of ${trials})`)
}
