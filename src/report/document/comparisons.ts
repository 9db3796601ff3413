/** Comparisons as tables and lines: candidate against baseline, the gated first; stages as one matrix of changes. */
import type { Comparison, SuiteReport } from '../../schema/generated.ts'
import { FEWEST_BLOCKS } from '../../stats/looks.ts'
import { absent, change, count, includesNone, threshold } from '../../text/index.ts'
import { reach } from '../pictures/forest.ts'
import { measured, say, strong, table, trusted } from './blocks.ts'
import type { Block, Column, Inline, Part, Row, Table } from './blocks.ts'

/** A candidate arm with the baseline it is held against. */
export interface Pairing {
  baseline: string
  candidate: string
  /** Gated ones first, then in the order of the report. */
  comparisons: Comparison[]
}

/** The pairs of arms of a suite, those without any comparison included. */
export function pairings(suite: SuiteReport): Pairing[] {
  const baseline =
    suite.arms.find((arm) => arm.role === 'baseline')?.name ?? suite.comparisons[0]?.baseline ?? 'baseline'
  const names = [
    ...suite.arms.filter((arm) => arm.role === 'candidate').map((arm) => arm.name),
    ...suite.comparisons.map((comparison) => comparison.candidate),
  ]
  const told = suite.comparisons.filter((one) => !isEcho(one, suite.comparisons))
  return [...new Set(names)].map((candidate) => ({
    baseline,
    candidate,
    comparisons: told
      .filter((comparison) => comparison.candidate === candidate)
      .toSorted((a, b) => Number(b.gated) - Number(a.gated)),
  }))
}

/** What says the same as another where their changes are equal: a model that does not think has one first token. */
const ECHOES: Readonly<Record<string, string>> = { ttft_content: 'ttft', efficiency: 'speedup' }

function isEcho(one: Comparison, all: readonly Comparison[]): boolean {
  if (one.gated || !Object.hasOwn(ECHOES, one.metric)) return false
  return all.some(
    (other) =>
      other.metric === ECHOES[one.metric] &&
      other.stage === one.stage &&
      other.candidate === one.candidate &&
      change(other) === change(one),
  )
}

/** The figures of decoding, the first of which speaks for those that moved as it did. */
const DECODING = ['output_throughput', 'reported_throughput', 'tpot', 'itl']

/** Whether another of the comparisons has said where decoding moved. */
export function repeats(one: Comparison, all: readonly Comparison[]): boolean {
  const place = DECODING.indexOf(one.metric)
  if (one.gated || place < 0) return false
  return all.some(
    ({ metric, verdict }) => DECODING.slice(0, place).includes(metric) && verdict === one.verdict,
  )
}

/** Whether a comparison found a change that matters, in either direction. */
export function hasMoved({ verdict }: Comparison): boolean {
  return verdict === 'regressed' || verdict === 'improved'
}

/** Whether the estimate and both ends of its interval are no change at all. */
export function isStill({ ratio, interval }: Comparison): boolean {
  return [ratio, ...(interval ?? [undefined])].every((value) => value === 1)
}

/** A metric that decides nothing has a verdict only where it moved. */
export function verdictPart(comparison: Comparison): Inline {
  const { verdict: word, gated } = comparison
  if (!gated && !hasMoved(comparison)) return []
  return { kind: 'verdict', word, gated, detail: needed(comparison) }
}

/** What a verdict would take. */
export function needed({ verdict, blocks_needed: more, blocks }: Comparison): string | undefined {
  if (more !== undefined) return `about ${count(more, 'block')} needed`
  return verdict === 'inconclusive' && blocks < FEWEST_BLOCKS
    ? `at least ${FEWEST_BLOCKS} blocks needed`
    : undefined
}

/** The change with its interval, and which way it goes. */
export function changePart(comparison: Comparison): Part {
  return { kind: 'change', change: comparison, side: side(comparison) }
}

/** `faster` or `slower` for times and rates that differ: more tokens are neither. */
function side(comparison: Comparison): 'faster' | 'slower' | undefined {
  const { ratio, better, unit } = comparison
  if (ratio === undefined || includesNone(comparison) || (unit !== 'ms' && unit !== 'tok/s')) return undefined
  return ratio > 1 === (better === 'higher') ? 'faster' : 'slower'
}

/** `report › output_throughput`, or the metric alone for the whole trial. */
export function label({ metric, stage }: Pick<Comparison, 'metric' | 'stage'>): string {
  return stage === null ? metric : `${stage} › ${metric}`
}

/** Rows that belong together, under a title where there are several groups. */
export interface Group {
  title?: Inline
  comparisons: readonly Comparison[]
  /** Numbers of the notes of a metric. */
  marks?: (metric: string) => readonly number[]
}

/** A row a comparison, with one axis for all plots. */
export function comparisonTable(caption: Inline, groups: readonly Group[]): Table {
  const extent = reach(groups.flatMap(({ comparisons }) => comparisons))
  const heads: Column[] = [
    { head: trusted('metric'), role: 'metric' },
    { head: trusted('baseline'), role: 'baseline', right: true },
    { head: trusted('candidate'), role: 'candidate', right: true },
    { head: { kind: 'axis', extent }, role: 'plot', only: 'html' },
    { head: trusted('change'), role: 'change' },
    { head: trusted('threshold'), role: 'threshold', right: true },
    { head: trusted('verdict'), role: 'verdict' },
    { head: trusted('blocks'), role: 'blocks', right: true },
  ]
  const rows = groups.flatMap(({ title, comparisons, marks }): Row[] => [
    ...(title === undefined ? [] : [{ cells: [title], group: true as const }]),
    ...comparisons.map((one) => comparisonRow(one, extent, marks?.(one.metric) ?? [])),
  ])
  return { kind: 'table', caption, columns: heads, rows, cards: true }
}

function comparisonRow(comparison: Comparison, extent: number, numbers: readonly number[]): Row {
  const { metric, unit, gated, blocks, baseline_value: before, candidate_value: after } = comparison
  const like = Math.max(before ?? 0, after ?? 0)
  const limit = threshold(comparison)
  return {
    cells: [
      [gated ? strong(metric) : metric, { kind: 'notes', numbers }],
      measured(before, unit, like),
      measured(after, unit, like),
      { kind: 'forest', comparison, extent },
      changePart(comparison),
      limit === absent ? [] : trusted(limit),
      verdictPart(comparison),
      measured(blocks, 'count'),
    ],
    gated,
    verdict: gated || hasMoved(comparison) ? comparison.verdict : undefined,
  }
}

/** Names down, metrics across, a change in each cell; those that moved are marked. */
export function matrix(
  caption: Inline,
  head: string,
  rows: readonly { name: Inline; comparisons: readonly Comparison[] }[],
  metrics: ReadonlySet<string>,
): Block {
  return table(
    caption,
    [{ head: trusted(head) }, ...[...metrics].map((metric) => ({ head: metric, right: true as const }))],
    rows.map(({ name, comparisons }) => [
      name,
      ...[...metrics].map((metric): Inline => {
        const found = comparisons.find((one) => one.metric === metric)
        if (found === undefined) return []
        return shortChange(found)
      }),
    ]),
  )
}

/** The change alone, marked where it moved. */
function shortChange(comparison: Comparison): Part {
  const moved = hasMoved(comparison) ? { moved: comparison.verdict } : {}
  return { kind: 'change', change: comparison, short: true, ...moved }
}

/** `report › tpot +12.0 % ✗` */
export function movedPart(comparison: Comparison): Inline {
  return say`${label(comparison)} ${shortChange(comparison)}`
}

/** The metrics of some comparisons, in their order. */
export function metricsOf(comparisons: readonly Comparison[]): Set<string> {
  return new Set(comparisons.map(({ metric }) => metric))
}
