/** The comparison as GitHub Markdown, for a step summary or a pull request's comment. */
import { code, toMd } from '../report/escape.ts'
import { own, table } from '../report/markdown-table.ts'
import { headRows, unalike } from './head.ts'
import { layout } from './layout.ts'
import type { ReportComparison } from './model.ts'

/** Ends with a line break. */
export function comparisonMarkdown(comparison: ReportComparison): string {
  const heads = headRows(comparison).map(([label, started, commit, machine]) => [
    toMd`${label}`,
    toMd`${started}`,
    commit === '' ? own('') : code(commit!),
    toMd`${machine}`,
  ])
  return [
    '# Stored reports compared',
    toMd`${comparison.advice}`.text,
    table(['report', 'started', 'commit', 'machine'], heads),
    list('Not alike', unalike(comparison)),
    ...comparison.tables.map((one) => {
      const { title, headings, rows } = layout(one, comparison)
      const titles = headings.map((heading) => toMd`${heading}`.text)
      return `## ${toMd`${title}`.text}\n\n${table(
        titles,
        rows.map((row) => row.map((cell) => toMd`${cell}`)),
      )}`
    }),
    comparison.notes.length === 0
      ? ''
      : `## Notes\n\n${comparison.notes.map((note, i) => `${i + 1}. ${toMd`${note}`.text}`).join('\n')}`,
  ]
    .filter((block) => block !== '')
    .join('\n\n')
    .concat('\n')
}

function list(title: string, lines: readonly string[]): string {
  return lines.length === 0
    ? ''
    : `**${title}**\n\n${lines.map((line) => `- ${toMd`${line}`.text}`).join('\n')}`
}
