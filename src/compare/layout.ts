/** Tables as headings and cells of plain text, the same for every writer; names in them are not escaped yet. */
import { absent, percent, quantity } from '../report/format.ts'
import type { Change, History, MetricTable, ReportComparison, Row, Value } from './model.ts'
import { showsNothing } from './within.ts'

/** One metric's table. */
export interface Layout {
  title: string
  headings: string[]
  rows: string[][]
}

export function layout(table: MetricTable, { mode, reports }: ReportComparison): Layout {
  const labels = reports.map(({ label }) => label)
  const columns = mode === 'runs' ? runColumns(table, labels) : historyColumns(table, labels)
  return {
    title: `${table.metric} (${table.unit === 'share' ? 'share' : table.unit}, ${table.better} is better)`,
    headings: ['', ...columns.map(({ heading }) => heading)],
    rows: table.rows.map((row) => [row.label, ...columns.map(({ cell }) => cell(row))]),
  }
}

interface Column {
  heading: string
  cell: (row: Row) => string
}

/** The first report's values, then each other's with the change from the first. */
function runColumns(table: MetricTable, labels: readonly string[]): Column[] {
  const spread = table.metric === 'valid_rate' ? 'valid' : 'median ± cv'
  return labels.flatMap((label, report): Column[] => {
    const value = { heading: `${label}: ${spread}`, cell: (row: Row) => valueCell(row, report, table.unit) }
    if (report === 0) return [value]
    return [
      value,
      {
        heading: labels.length > 2 ? `against ${labels[0]}` : 'change',
        cell: (row) => changeCell(row, report, labels),
      },
    ]
  })
}

function valueCell({ values }: Row, report: number, unit: string): string {
  const value = values.find((one) => one.report === report)
  if (value === undefined) return absent
  if (value.valid !== undefined) return `${quantity(value.median, unit)} (${value.valid} of ${value.n})`
  const text = quantity(value.median, unit, largest(values))
  return value.cv === undefined ? `${text} (n=${value.n})` : `${text} ± ${spread(value.cv)}`
}

function spread(cv: number): string {
  return `${(cv * 100).toFixed(cv < 0.1 ? 1 : 0)} %`
}

function largest(values: readonly Value[]): number {
  return Math.max(...values.map(({ median }) => median))
}

function changeCell(row: Row, report: number, labels: readonly string[]): string {
  const change = row.changes?.find((one) => one.report === report)
  if (change !== undefined) return changeText(change)
  const { only_in: only } = row
  if (only === undefined || (only.includes(0) && only.includes(report))) return ''
  return only.length === 1 ? `only in ${labels[only[0]!]}` : `not in ${labels[only.includes(0) ? report : 0]}`
}

/** `~ -0.8 % [-3.1, +1.2] (p=0.394 n=6+6)`. */
function changeText(change: Change): string {
  const { ratio, interval, p, n, test } = change
  const counts = `n=${n[0]}+${n[1]}`
  const tested =
    p === undefined
      ? 'no test'
      : `${p < 0.001 ? 'p<0.001' : `p=${p.toFixed(3)}`}${test === 'welch' ? 'w' : ''}`
  const moved =
    ratio === undefined ? '' : `${percent(ratio)} %${interval === undefined ? '' : ` ${ends(interval)}`}`
  return [showsNothing(change) ? '~' : '', moved, `(${tested} ${counts})`]
    .filter((part) => part !== '')
    .join(' ')
}

function ends([lower, upper]: readonly [number, number]): string {
  return `[${percent(lower)}, ${percent(upper)}]`
}

/** The history's range, then the new value and what it says. */
function historyColumns({ unit, metric }: MetricTable, labels: readonly string[]): Column[] {
  const last = labels.length - 1
  const values = { heading: `${labels[last]}: new median`, cell: (row: Row) => valueCell(row, last, unit) }
  if (metric === 'valid_rate')
    return [
      { heading: `${last} earlier`, cell: earlierValidity },
      { ...values, heading: `${labels[last]}: valid` },
    ]
  return [
    { heading: 'runs', cell: ({ history }) => (history === undefined ? absent : String(history.runs)) },
    { heading: 'earlier', cell: ({ history }) => quantity(history?.centre, unit) },
    { heading: 'prediction 95 %', cell: ({ history }) => predictionCell(history, unit) },
    values,
    { heading: 'lies', cell: ({ history }) => history?.position ?? absent },
    { heading: 'change', cell: ({ history }) => historyChange(history) },
    { heading: 'threshold', cell: ({ history }) => thresholdCell(history) },
    { heading: 'verdict', cell: (row) => verdictCell(row, labels) },
  ]

  function earlierValidity(row: Row): string {
    const earlier = row.values.filter(({ report }) => report < last)
    const sum = (of: (value: Value) => number): number =>
      earlier.reduce((total, value) => total + of(value), 0)
    const [valid, trials] = [sum((value) => value.valid ?? 0), sum((value) => value.n)]
    return trials === 0 ? absent : `${quantity(valid / trials, unit)} (${valid} of ${trials})`
  }
}

function predictionCell(history: History | undefined, unit: string): string {
  if (history?.prediction === undefined) return absent
  const [lower, upper] = history.prediction
  return `${quantity(lower, unit, upper)} to ${quantity(upper, unit)}`
}

function historyChange(history: History | undefined): string {
  if (history?.ratio === undefined || history.interval === undefined) return absent
  return `${history.position === 'inside' ? '~ ' : ''}${percent(history.ratio)} % ${ends(history.interval)}`
}

/** The smallest change that matters here: the floor makes it large where the values are small. */
function thresholdCell(history: History | undefined): string {
  return history?.threshold === undefined ? absent : `${Number((history.threshold * 100).toPrecision(2))} %`
}

function verdictCell({ history, only_in: only, values }: Row, labels: readonly string[]): string {
  const last = labels.length - 1
  if (only !== undefined && !only.includes(last)) return `not in ${labels[last]}`
  if (history === undefined) return values.length === 0 ? '' : absent
  return history.verdict ?? `none, ${history.needed} runs needed`
}
