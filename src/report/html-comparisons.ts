/** The table of comparisons: a row each, with the forest plot between the figures and the verdict. */
import type { Comparison } from '../schema/generated.ts'
import { toHtml, type Html } from './escape.ts'
import { absent, change, count, direction, quantity, threshold, verdict } from './format.ts'
import { forest, forestAxis, reach } from './forest.ts'
import { typeset } from './html-prose.ts'

/** Rows that belong together, under a title of their own where there are several groups. */
export interface ComparisonGroup {
  title?: Html | string
  rows: readonly ComparisonRow[]
}

/** A comparison and the marks that point to its notes. */
export interface ComparisonRow {
  comparison: Comparison
  marks?: Html | undefined
}

const headings = ['metric', 'baseline', 'candidate', 'plot', 'change', 'verdict', 'blocks'] as const

/** Comparisons as a table with one axis for all; on a narrow screen every row becomes a small card. */
export function comparisonTable(caption: string, groups: readonly ComparisonGroup[]): Html {
  const extent = reach(groups.flatMap(({ rows }) => rows.map(({ comparison }) => comparison)))
  const heads = headings.map(
    (name) =>
      toHtml`<th scope="col" role="columnheader" class="${name}">${name === 'plot' ? forestAxis(extent) : name}</th>`,
  )
  return toHtml`<table class="comparisons" role="table"><caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">${heads}</tr></thead>
${groups.map(({ title, rows }) => toHtml`<tbody role="rowgroup">${title === undefined ? undefined : groupTitle(title)}${rows.map((row) => comparisonRow(row, extent))}</tbody>`)}</table>`
}

function groupTitle(title: Html | string): Html {
  return toHtml`<tr role="row" class="group"><th scope="rowgroup" role="rowheader" colspan="${headings.length}">${title}</th></tr>
`
}

function comparisonRow({ comparison, marks }: ComparisonRow, extent: number): Html {
  const { metric, unit, gated, blocks, baseline_value: before, candidate_value: after } = comparison
  const like = Math.max(before ?? 0, after ?? 0)
  const limit = threshold(comparison)
  return toHtml`<tr role="row" class="v-${comparison.verdict}${gated ? ' gated' : ''}"><th scope="row" role="rowheader" class="metric">${metric}${marks}</th>
<td role="cell" class="baseline" data-label="baseline">${typeset(quantity(before, unit, like))}</td>
<td role="cell" class="candidate" data-label="candidate">${typeset(quantity(after, unit, like))}</td>
<td role="cell" class="plot">${forest(comparison, extent)}</td>
<td role="cell" class="change">${changeCell(comparison)}</td>
<td role="cell" class="verdict">${verdictCell(comparison)}${limit === absent ? undefined : toHtml`<small>threshold ${typeset(limit)}</small>`}</td>
<td role="cell" class="blocks" data-label="${blocks === 1 ? 'block' : 'blocks'}">${blocks}</td></tr>
`
}

function verdictCell(comparison: Comparison): Html {
  const [word, needed] = verdict(comparison).split(', ')
  return toHtml`<b><span>${word}</span></b>${needed === undefined ? undefined : toHtml`<small>${typeset(needed)}</small>`}`
}

function changeCell(comparison: Comparison): Html {
  const { ratio, blocks } = comparison
  const [estimate = '', interval] = change(comparison).split(/ (?=\[)/)
  const side = direction(comparison)
  const none = ratio === undefined ? undefined : `no interval from ${count(blocks, 'block')}`
  const second = interval ?? none
  return toHtml`<b>${typeset(estimate)}</b>${side === '' ? undefined : ` ${side}`}${second === undefined ? undefined : toHtml`<small>${typeset(second)}</small>`}`
}
