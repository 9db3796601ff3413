/** The columns of a history: where the earlier runs lie, where the new one lies, and what that says. */
import { absent, percent, quantity } from '../report/format.ts'
import { ends, valueCell, type Column } from './cells.ts'
import type { History, MetricTable, Row, Value } from './model.ts'
import { share } from './within.ts'

/** For the last report; valid_rate is only counted. */
export function historyColumns({ unit, metric }: MetricTable, labels: readonly string[]): Column[] {
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
    { heading: `prediction ${share}`, cell: ({ history }) => predictionCell(history, unit) },
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
