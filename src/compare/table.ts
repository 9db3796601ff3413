/** The comparison as text for a terminal, in the manner of benchstat: one table a metric, what to know below. */
import { oneLine } from '../report/visible.ts'
import { align } from '../report/terminal-table.ts'
import { headRows, unalike } from './head.ts'
import { layout } from './layout.ts'
import type { ReportComparison } from './model.ts'

/** Several lines without a trailing line break. Names cannot move the cursor or change colours. */
export function comparisonText(comparison: ReportComparison): string {
  const differences = unalike(comparison)
  return [
    [comparison.advice],
    columns(headRows(comparison)).map(indent),
    differences.length === 0 ? [] : ['Not alike:', ...differences.map((one) => indent(oneLine(one)))],
    ...comparison.tables.map((table) => {
      const { title, headings, rows } = layout(table, comparison)
      return [title, ...columns([headings, ...rows])]
    }),
    comparison.notes.length === 0
      ? []
      : ['Notes', ...comparison.notes.map((note, i) => indent(`${i + 1}. ${oneLine(note)}`))],
  ]
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const lines = rows.map((row) => row.map((cell) => oneLine(cell)))
  return align(lines, lines[0]?.map(() => 'left' as const) ?? [])
}

function indent(line: string): string {
  return `  ${line}`
}
