/**
 * A sweep as its readers see it: one table, best first, with ties as ties, then what every option of the grid did.
 * The words and cells are shared by report.md, report.html and the terminal.
 */
import type { SuiteReport, SweepReport, SweepRow } from '../schema/generated.ts'
import { toMd, type Md } from './escape.ts'
import { absent, count, percent, quantity } from './format.ts'
import { own, table } from './markdown-table.ts'
import { align } from './terminal-table.ts'
import { oneLine } from './visible.ts'

/** The cells of one candidate, as text. */
export interface SweepCells {
  rank: string
  arm: string
  value: string
  /** Against the baseline. */
  change: string
  verdict: string
  /** Against the leader. */
  leader: string
  blocks: string
  valid: string
}

const UNRANKED = {
  answers_worse: 'answers worse',
  given_up: 'given up',
  not_measured: 'not measured',
} as const

/** Best first; those that are not ranked come last, with the reason in place of a rank. */
export function sweepCells({ ranking, ties, unit }: SweepReport): SweepCells[] {
  const tied = new Set(ties.flat())
  const like = Math.max(0, ...ranking.map(({ value }) => value ?? 0))
  return ranking.map((row) => ({
    rank: row.rank === undefined ? absent : `${row.rank}${tied.has(row.arm) ? '=' : ''}`,
    arm: row.arm,
    value: quantity(row.value, unit, like),
    change: changeOf(row),
    verdict: row.verdict,
    leader: leaderText(row),
    blocks: String(row.blocks),
    valid: quantity(row.valid_rate, 'fraction'),
  }))
}

function leaderText(row: SweepRow): string {
  if (row.unranked !== undefined) return `not ranked: ${UNRANKED[row.unranked]}`
  if (row.leader === undefined) return 'leads'
  return `${changeOf(row.leader)} ${row.leader.verdict}`
}

/** `-12.1 % [-12.6, -11.5]`, as comparisons are written. */
function changeOf({ ratio, interval }: Pick<SweepRow, 'ratio' | 'interval'>): string {
  if (ratio === undefined) return absent
  const includesNone = interval === undefined || (interval[0] <= 1 && interval[1] >= 1)
  const ends = interval === undefined ? '' : ` [${percent(interval[0])}, ${percent(interval[1])}]`
  return `${includesNone ? '~ ' : ''}${percent(ratio)} %${ends}`
}

/** What the candidates are ranked by, and how many trials it took: `9 candidates by output_throughput, 88 trials`. */
export function sweepTitle({ ranking, rank_by, trials, halving }: SweepReport): string {
  return `${count(ranking.length, 'candidate')} by ${rank_by}, ${halving === undefined ? '' : 'halving, '}${count(trials, 'trial')}`
}

/** The leading rank in one sentence. */
function bestLine({ ranking }: SweepReport): string {
  const best = ranking.filter(({ rank }) => rank === 1)
  const [first] = best
  if (first === undefined) return 'no candidate could be ranked'
  const others =
    best.length === 1 ? '' : `, tied with ${best.length === 2 ? best[1]!.arm : `${best.length - 1} others`}`
  return `best ${first.arm}${others}: ${changeOf(first)} ${first.verdict} (${count(first.blocks, 'block')}, valid ${quantity(first.valid_rate, 'fraction')})`
}

/** How to read the table. */
export function sweepLegend({ threshold, alpha, ranking }: SweepReport): string {
  const tests = count(ranking.length, 'candidate')
  return `Candidates that share a rank (=) cannot be told apart from the first of it, paired by block. Against the leader: behind is worse beyond doubt, equal is certainly within the threshold of ${Number((threshold * 100).toPrecision(3))} %, open is neither yet. An error of ${Number((alpha * 100).toPrecision(3))} % (one-sided) is shared by ${tests}, so that all intervals of a column hold at once. A sweep gates nothing.`
}

/** When halving dropped whom, at most so many names a line. */
export function rungLines({ halving }: SweepReport, most: number = Infinity): string[] {
  return (halving?.rungs ?? []).map(({ blocks, dropped }) => {
    const rest = dropped.length - most
    const names = `${dropped.slice(0, most).join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`
    return `after ${count(blocks, 'block')} ${dropped.length} dropped: ${names}`
  })
}

const HEADS = [
  '>rank',
  'candidate',
  '>value',
  'against the baseline',
  'verdict',
  'against the leader',
  '>blocks',
  '>valid',
]

/** The ranking in report.md. */
export function sweepMarkdown(sweep: SweepReport, mark: (arm: string) => Md): string[] {
  const rows = sweepCells(sweep).map((cells): Md[] => {
    const { rank, arm, value, change, verdict, leader, blocks, valid } = cells
    return [
      own(rank),
      toMd`${arm}${mark(arm)}`,
      ...[value, change, verdict, leader, blocks, valid].map((text) => toMd`${own(text)}`),
    ]
  })
  const lines = [...sweep.effects.map(({ message }) => message), ...rungLines(sweep)]
  return [
    toMd`### Ranking: ${sweepTitle(sweep)}`.text,
    table(HEADS, rows),
    sweepLegend(sweep),
    lines.map((line) => `- ${toMd`${line}`.text}`).join('\n'),
  ]
}

/** The sentence of the summary of report.md. */
export function sweepSummary({ name }: SuiteReport, sweep: SweepReport): Md {
  return toMd`${name} · ${sweepTitle(sweep)}: ${bestLine(sweep)}`
}

/** Rows on the terminal; report.md has them all. */
const MOST_ROWS = 12
const MOST_NAMES = 4

/** The ranking on the terminal, without its title. */
export function sweepLines(sweep: SweepReport): string[] {
  const cells = sweepCells(sweep)
  const rows = cells.map(({ rank, arm, value, change, verdict, leader, blocks, valid }) => [
    rank,
    oneLine(arm),
    value,
    change,
    verdict,
    leader,
    `${blocks} ${blocks === '1' ? 'block' : 'blocks'}`,
    `valid ${valid}`,
  ])
  const sides = ['right', 'left', 'right', 'left', 'left', 'left', 'right', 'right'] as const
  const rest = rows.length - MOST_ROWS
  return [
    ...align(rows, sides).slice(0, MOST_ROWS),
    ...(rest > 0 ? [`and ${rest} more in report.md`] : []),
    ...[...sweep.effects.map(({ message }) => message), ...rungLines(sweep, MOST_NAMES)].map(oneLine),
  ]
}
