/**
 * How far a candidate was from the baseline, block by block: ln(candidate / baseline), turned so that positive is
 * worse. Two candidates are compared by the difference of their tracks: where both ran beside the same baseline trial
 * it cancels, and where one of them had to run again it takes out what the machine did in between.
 */
import { completeBlocks, type Block } from '../judge/blocks.ts'
import { findCacheHits } from '../judge/counters.ts'
import { pairOf, trialsOf } from '../judge/pair.ts'
import { type Candidate, type RankedPlan, effectiveThreshold } from '../judge/plan.ts'
import { blockValues } from '../judge/series.ts'
import { trialValues } from '../judge/values.ts'
import { metrics } from '../metrics.ts'
import type { Trial } from '../schema/generated.ts'
import { atLastLook, logRatios, logThreshold, median, type Standing } from '../stats/index.ts'

/** One candidate's distances by block. */
export interface Track {
  arm: string
  /** By block number, ascending; only complete blocks in which both arms have the metric. */
  d: ReadonlyMap<number, number>
}

/** The track of a candidate in the metric that ranks. */
export function trackOf(sweep: RankedPlan, point: Candidate, trials: readonly Trial[]): Track {
  const own = trialsOf(sweep, point, trials)
  const hits = findCacheHits(own)
  const { better } = metrics[sweep.ranking.rankBy]
  const valueOf = (block: Block, role: 'baseline' | 'candidate'): number | undefined =>
    blockValues(block, role, hits).get(null)?.get(sweep.ranking.rankBy)
  const d = completeBlocks(pairOf(sweep, point), own, 'measure').flatMap((block): [number, number][] => {
    const [before, after] = [valueOf(block, 'baseline'), valueOf(block, 'candidate')]
    return before === undefined || after === undefined
      ? []
      : logRatios([before], [after], better).map((d) => [block.number, d])
  })
  return { arm: point.arm.name, d: new Map(d) }
}

/** The difference of two tracks by block, in the blocks both have: positive where the first is worse. */
export function difference(first: Track, second: Track): ReadonlyMap<number, number> {
  return new Map(
    [...first.d].flatMap(([block, d]): [number, number][] => {
      const other = second.d.get(block)
      return other === undefined ? [] : [[block, d - other]]
    }),
  )
}

/** One candidate against another; the error is shared by as many tests as the other candidates are. */
export function compareTracks(sweep: RankedPlan, first: Track, second: Track): Contrast | undefined {
  return contrast([...difference(first, second).values()], sweep, sweep.candidates.length - 1)
}

/** The smallest log ratio that matters in the metric that ranks: its threshold, or its floor where that asks for more. */
export function smallestThatMatters(
  { rules, ranking: { rankBy } }: RankedPlan,
  trials: readonly Trial[],
): number {
  const rule = rules[rankBy]
  const values = trials
    .filter((trial) => trial.role === 'baseline' && trial.phase === 'measure' && trial.valid)
    .flatMap((trial) => trialValues(trial).get(rankBy) ?? [])
  return logThreshold(values.length === 0 ? rule.threshold : effectiveThreshold(rankBy, rule, median(values)))
}

/** Looks and error of a sweep. */
export interface Design {
  looks: readonly number[]
  /** One-sided, shared by all tests of one question. */
  alpha: number
}

/** What some blocks say of a difference: log ratio, positive is worse. */
export type Contrast = Standing

/**
 * Estimate and repeated interval of a difference between arms, one value a block. It holds at every look and beside
 * `tests` − 1 others. Undefined without a block.
 */
export function contrast(
  d: readonly number[],
  { looks, alpha }: Design,
  tests: number,
): Contrast | undefined {
  if (d.length === 0) return undefined
  return atLastLook(d, { looks, alpha: alpha / Math.max(1, tests) })
}

/** Equal counters can give logarithms that differ in their last digit. */
const ROUNDING = 1e-12

/** Detectably worse. */
export function isWorse(contrast: Contrast | undefined): boolean {
  return contrast?.interval !== undefined && contrast.interval[0] > ROUNDING
}

/** Certainly within ± delta. */
export function isWithin(contrast: Contrast | undefined, delta: number): boolean {
  if (contrast?.interval === undefined) return false
  const [lower, upper] = contrast.interval
  return lower > -delta && upper < delta
}

/** The same difference seen from the other side. */
export function reversed({ n, estimate, interval }: Contrast): Contrast {
  if (interval === undefined) return { n, estimate: -estimate }
  return { n, estimate: -estimate, interval: [-interval[1], -interval[0]] }
}
