/** Tables as headings and cells of plain text, the same for every writer; names in them are not escaped yet. */
import { percent } from '../report/format.ts'
import { ends, valueCell, type Column } from './cells.ts'
import { historyColumns } from './history-columns.ts'
import type { Change, MetricTable, ReportComparison, Row } from './model.ts'
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
    title: `${table.metric} (${table.unit === 'fraction' ? 'fraction' : table.unit}, ${table.better} is better)`,
    headings: ['', ...columns.map(({ heading }) => heading)],
    rows: table.rows.map((row) => [row.label, ...columns.map(({ cell }) => cell(row))]),
  }
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
