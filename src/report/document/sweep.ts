/** A sweep as its readers see it: one table, best first, with ties as ties, then what every option of the grid did. */
import { defined } from '../../optional.ts'
import type { Comparison, SuiteReport, SweepReport, SweepRow } from '../../schema/generated.ts'
import { absent, count, json, quantity } from '../../text/index.ts'
import { reach } from '../pictures/forest.ts'
import type { HeatCell, HeatMap } from '../pictures/picture.ts'
import { changed, heading, list, measured, only, pictures, remark, say, strong, trusted } from './blocks.ts'
import type { Block, Column, Inline, Row, Table } from './blocks.ts'
import { hasMoved, matrix, metricsOf, pairings } from './comparisons.ts'
import type { Notes } from './notes.ts'

const UNRANKED = {
  answers_worse: 'answers worse',
  given_up: 'given up',
  not_measured: 'not measured',
} as const

/** The ranking, what each option did, and every other metric in one matrix. */
export function sweepBlocks(suite: SuiteReport, sweep: SweepReport, notes: Notes): Block[] {
  return [
    heading(3, say`Ranking: ${sweepTitle(sweep)}`),
    rankingTable(suite, sweep, (arm) => notes.at(suite, { arm })),
    ...heatMap(sweep),
    ...list(effectLines(sweep), { title: 'What each option did' }),
    ...list(rungLines(sweep), { title: 'Dropped by halving' }),
    ...otherMetrics(
      say`Other metrics of ${suite.name}`,
      pairings(suite).map(({ candidate, comparisons }) => ({
        name: candidate,
        comparisons: comparisons.filter(({ metric, stage }) => stage === null && metric !== sweep.rank_by),
      })),
    ),
  ]
}

/** Against the baseline: those that moved where space is short, all on the page. */
function otherMetrics(caption: Inline, rows: { name: string; comparisons: Comparison[] }[]): Block[] {
  const all = rows.flatMap(({ comparisons }) => comparisons)
  if (all.length === 0) return []
  const moved = metricsOf(all.filter(hasMoved))
  const short = moved.size === 0 ? remark('None moved.') : matrix(caption, 'candidate', rows, moved)
  return [
    heading(3, trusted('Other metrics, against the baseline')),
    ...only('markdown', short),
    ...only('html', matrix(caption, 'candidate', rows, metricsOf(all))),
  ]
}

/** Best first; those that are not ranked come last, with the reason in place of a rank. */
export function rankingTable(
  suite: SuiteReport,
  { ranking, rank_by, ties, unit }: SweepReport,
  marks: (arm: string) => readonly number[],
): Table {
  const compared = new Map(
    suite.comparisons
      .filter(({ metric, stage }) => metric === rank_by && stage === null)
      .map((one) => [one.candidate, one]),
  )
  const extent = reach([...compared.values()])
  const tied = new Set(ties.flat())
  const like = Math.max(0, ...ranking.map(({ value }) => value ?? 0))
  const heads: Column[] = [
    { head: trusted('rank'), right: true },
    { head: trusted('candidate'), role: 'metric' },
    { head: trusted('value'), role: 'baseline', right: true },
    { head: { kind: 'axis', extent }, role: 'plot', only: 'html' },
    { head: trusted('against the baseline'), role: 'change' },
    { head: trusted('verdict'), role: 'verdict' },
    { head: trusted('against the leader'), role: 'candidate', minor: true },
    { head: trusted('blocks'), role: 'blocks', right: true, minor: true },
    { head: trusted('valid'), role: 'threshold', right: true, minor: true },
  ]
  const rows = ranking.map((row): Row => {
    const comparison = compared.get(row.arm)
    const rank = trusted(row.rank === undefined ? absent : `${row.rank}${tied.has(row.arm) ? '=' : ''}`)
    const name: Inline = [row.arm, { kind: 'notes', numbers: marks(row.arm) }]
    // The figures stand once, where they were measured.
    if (row.same_as !== undefined)
      return { cells: [rank, name, [], [], say`same as ${row.same_as}`, [], [], [], []] }
    return {
      verdict: row.verdict === 'inconclusive' ? undefined : row.verdict,
      cells: [
        rank,
        name,
        measured(row.value, unit, like),
        comparison === undefined ? [] : { kind: 'forest', comparison, extent },
        changed(row),
        row.verdict === 'inconclusive' ? [] : { kind: 'verdict', word: row.verdict, gated: false },
        leaderCell(row),
        measured(row.blocks, 'count'),
        measured(row.valid_rate, 'fraction'),
      ],
    }
  })
  return { kind: 'table', caption: say`Ranking of ${suite.name}`, columns: heads, rows, cards: true }
}

function leaderCell({ unranked, leader }: SweepRow): Inline {
  if (unranked !== undefined) return trusted(`not ranked: ${UNRANKED[unranked]}`)
  return leader === undefined ? trusted('leads') : say`${changed(leader)} ${trusted(leader.verdict)}`
}

/** What the candidates are ranked by, and how many trials it took: `9 candidates by output_throughput, 88 trials`. */
export function sweepTitle({ ranking, rank_by, trials, halving }: SweepReport): Inline {
  const distinct = ranking.filter(({ same_as }) => same_as === undefined).length
  const once = distinct < ranking.length ? ` (${distinct} distinct)` : ''
  return say`${trusted(count(ranking.length, 'candidate'))}${trusted(once)} by ${rank_by}, ${trusted(halving === undefined ? '' : 'halving, ')}${trusted(count(trials, 'trial'))}`
}

/** The leading rank in one line. */
export function bestOf({ ranking }: SweepReport): Inline {
  const best = ranking.filter(({ rank, same_as }) => rank === 1 && same_as === undefined)
  const [first, second] = best
  if (first === undefined) return trusted('no candidate could be ranked')
  const tie =
    second === undefined
      ? ''
      : say`, tied with ${best.length === 2 ? second.arm : trusted(count(best.length - 1, 'other'))}`
  const word = first.verdict === 'inconclusive' ? '' : ` ${first.verdict}`
  const rest = `${word} (${count(first.blocks, 'block')}, valid ${quantity(first.valid_rate, 'fraction')})`
  return say`best ${strong(first.arm)}${tie}: ${changed(first)}${trusted(rest)}`
}

/** What every option of the grid did, a sentence each. */
export function effectLines({ effects }: SweepReport): Inline[] {
  return effects.map(({ message }) => message)
}

/** When halving dropped whom, at most so many names a line. */
export function rungLines({ halving }: SweepReport, most: number = Infinity): Inline[] {
  return (halving?.rungs ?? []).map(({ blocks, dropped }) => {
    const rest = dropped.length - most
    const names = `${dropped.slice(0, most).join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`
    return say`after ${trusted(count(blocks, 'block'))} ${dropped.length} dropped: ${names}`
  })
}

/** Most options across and combinations of the others down that are legible. */
const [MOST_COLUMNS, MOST_ROWS] = [8, 40]

/** The grid of a sweep, the option with the most values across; nothing for one that is no grid or too large. */
function heatMap({ ranking, rank_by: metric, axes, ties, better }: SweepReport): Block[] {
  const used = axes.filter(({ values }) => values.length > 1)
  const across = used
    .filter(({ values }) => values.length <= MOST_COLUMNS)
    .toSorted((a, b) => b.values.length - a.values.length)[0]
  if (across === undefined) return []
  const others = used.filter(({ name }) => name !== across.name)
  const settled = ranking.filter(({ point }) => point !== undefined)
  const rowOf = (point: Record<string, unknown> = {}): string =>
    others.map(({ name }) => json(point[name])).join(', ')
  const rows = others
    .reduce<unknown[][]>(
      (all, { values }) => all.flatMap((one) => values.map((value) => [...one, value])),
      [[]],
    )
    .map((row) => row.map(json).join(', '))
  if (rows.length > MOST_ROWS || settled.length === 0) return []
  const shadeOf = shades(
    settled.flatMap(({ ratio }) => ratio ?? []),
    better,
  )
  const tied = new Set(ties.flat())
  const cells = new Map(
    settled.map(({ arm, ratio, verdict, rank, point, same_as }): [string, HeatCell] => [
      JSON.stringify([rowOf(point), json(point?.[across.name])]),
      {
        arm,
        ...defined({ ratio, rank, same_as }),
        verdict,
        tied: tied.has(arm),
        shade: ratio === undefined ? 0 : shadeOf(ratio),
      },
    ]),
  )
  const columns = across.values.map(json)
  const map: HeatMap = {
    kind: 'heat',
    metric,
    across: across.name,
    down: others.map(({ name }) => name).join(', '),
    columns,
    rows: rows.map((row) => ({
      label: row,
      cells: columns.map((column) => cells.get(JSON.stringify([row, column]))),
    })),
  }
  return pictures(undefined, [map])
}

/** From the worst ratio, 0, to the best, 1, in equal steps of its logarithm. */
function shades(ratios: readonly number[], better: 'lower' | 'higher'): (ratio: number) => number {
  const logs = ratios.map(Math.log)
  const [low, high] = [Math.min(...logs), Math.max(...logs)]
  return (ratio) => {
    const part = high > low ? (Math.log(ratio) - low) / (high - low) : 1
    return better === 'higher' || high === low ? part : 1 - part
  }
}
