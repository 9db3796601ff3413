/** "As published" in report.md, in report.html and on the pages of arms; nothing for a suite that was run here. */
import type { ArmReport, SuiteReport, Trial } from '../schema/generated.ts'
import { toHtml, toMd, type Html, type Md } from './escape.ts'
import { typeset } from './html-prose.ts'
import { armRows, oursNote, publishedNote, type LegacyRow } from './legacy.ts'
import { pairRows } from './legacy-pair.ts'
import { own, table } from './markdown-table.ts'

const headings = ['', 'figure', 'as published', 'ours', 'why they differ'] as const

/** Blocks of a suite's section of report.md. */
export function legacyMarkdown(suite: SuiteReport, trials: readonly Trial[]): string[] {
  const rows = rowsOf(suite, trials)
  return rows.length === 0
    ? []
    : ['### As published', publishedNote, markdownTable(rows), ...(hasArms(rows) ? [oursNote] : [])]
}

/** A part of a suite's section of report.html. */
export function legacyHtml(suite: SuiteReport, trials: readonly Trial[]): Html | undefined {
  const rows = rowsOf(suite, trials)
  if (rows.length === 0) return undefined
  const groups = [...Map.groupBy(rows, ({ arm }) => arm ?? 'pair')]
  return toHtml`<h3>As published</h3><div class="scroll" tabindex="0" role="region" aria-label="As published: ${suite.name}"><table class="arms"><caption>${publishedNote}</caption>
<thead><tr><td></td>${headings.slice(2).map((heading) => toHtml`<th scope="col">${heading}</th>`)}</tr></thead>
${groups.map(([arm, some]) => toHtml`<tbody><tr class="group"><th scope="rowgroup" colspan="4">${arm}</th></tr>${some.map(htmlRow)}</tbody>`)}</table></div>
${hasArms(rows) ? toHtml`<p class="legend">${oursNote}</p>` : undefined}`
}

function htmlRow({ figure, published, ours, why }: LegacyRow): Html {
  const cells = [published, ours, why].map(
    (text) => toHtml`<td>${typeset(text).replaceAll(' ± ', '\u00a0±\u00a0')}</td>`,
  )
  return toHtml`<tr><th scope="row">${figure}</th>${cells}</tr>`
}

/** Blocks of an arm's page: its figures as published. */
export function legacyPage(suite: SuiteReport, arm: ArmReport, trials: readonly Trial[]): string[] {
  const rows = [...armRows(arm, suite, trials), ...pairRows(suite)]
  if (rows.length === 0) return []
  return ['### As published', publishedNote, markdownTable(rows), oursNote]
}

function rowsOf(suite: SuiteReport, trials: readonly Trial[]): LegacyRow[] {
  const own = trials.filter((trial) => trial.suite === suite.name && trial.file === suite.file)
  return [...suite.arms.flatMap((arm) => armRows(arm, suite, own)), ...pairRows(suite)]
}

function hasArms(rows: readonly LegacyRow[]): boolean {
  return rows.some((row) => row.arm !== undefined)
}

function markdownTable(rows: readonly LegacyRow[]): string {
  return table(
    headings,
    rows.map(({ arm, figure, published, ours, why }): Md[] => [
      toMd`${arm ?? 'pair'}`,
      own(figure),
      own(published),
      // A broken call is named by its stage, which is another's word.
      figure === 'broken call' ? toMd`${ours}` : own(ours),
      own(why),
    ]),
  )
}
