/** The ranking of a sweep on the page: a row a candidate, its change against the baseline drawn beside the others'. */
import type { Comparison, SuiteReport, SweepReport } from '../schema/generated.ts'
import { toHtml, type Html } from './escape.ts'
import { forest, forestAxis, reach } from './forest.ts'
import { marks, prose, typeset } from './html-prose.ts'
import type { Notes } from './notes.ts'
import { rungLines, sweepCells, sweepLegend, sweepTitle, type SweepCells } from './sweep.ts'

/** The table, its legend, and what each axis did. */
export function sweepHtml(suite: SuiteReport, sweep: SweepReport, notes: Notes): Html {
  const compared = new Map(
    suite.comparisons
      .filter(({ metric, stage }) => metric === sweep.rank_by && stage === null)
      .map((one) => [one.candidate, one]),
  )
  const extent = reach([...compared.values()])
  const heads = ['metric', 'baseline', 'plot', 'change', 'verdict', 'candidate', 'blocks']
  const titles = [
    'candidate',
    'value',
    forestAxis(extent),
    'against the baseline',
    'verdict',
    'against the leader',
    'blocks',
  ]
  return toHtml`<table class="comparisons ranking" role="table"><caption>${sweepTitle(sweep)}</caption>
<thead role="rowgroup"><tr role="row">${titles.map((title, i) => toHtml`<th scope="col" role="columnheader" class="${heads[i]}">${title}</th>`)}</tr></thead>
<tbody role="rowgroup">${sweepCells(sweep).map((cells) => row(cells, compared.get(cells.arm), extent, marks(notes.at(suite, { arm: cells.arm }))))}</tbody></table>
<p class="legend">${sweepLegend(sweep)}</p>
${list(
  'What each option did',
  sweep.effects.map(({ message }) => message),
)}
${list('Dropped by halving', rungLines(sweep))}`
}

function row(
  cells: SweepCells,
  comparison: Comparison | undefined,
  extent: number,
  notes: Html | undefined,
): Html {
  const [leader = '', where] = cells.leader.split(/ (?=(?:behind|equal|open)$)/)
  return toHtml`<tr role="row" class="v-${cells.verdict}"><th scope="row" role="rowheader" class="metric"><b class="rank">${cells.rank}</b> ${cells.arm}${notes}</th>
<td role="cell" class="baseline" data-label="value">${typeset(cells.value)}</td>
<td role="cell" class="plot">${comparison === undefined ? undefined : forest(comparison, extent)}</td>
<td role="cell" class="change">${parts(cells.change)}</td>
<td role="cell" class="verdict"><b><span>${cells.verdict}</span></b><small>${typeset(cells.valid)} valid</small></td>
<td role="cell" class="candidate" data-label="leader">${where === undefined ? leader : toHtml`${where}<small>${typeset(leader)}</small>`}</td>
<td role="cell" class="blocks" data-label="${cells.blocks === '1' ? 'block' : 'blocks'}">${cells.blocks}</td></tr>
`
}

function parts(change: string): Html {
  const [estimate = '', interval] = change.split(/ (?=\[)/)
  return toHtml`<b>${typeset(estimate)}</b>${interval === undefined ? undefined : toHtml`<small>${typeset(interval)}</small>`}`
}

function list(title: string, lines: readonly string[]): Html | undefined {
  return lines.length === 0
    ? undefined
    : toHtml`<h3>${title}</h3><ul>${lines.map((line) => toHtml`<li>${prose(line)}</li>`)}</ul>`
}
