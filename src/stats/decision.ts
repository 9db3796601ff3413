import { type Better, differences, logRatios, logThreshold } from './log-ratios.ts'
import { criticalValues } from './critical.ts'
import { type Estimate, repeatedInterval, hodgesLehmann } from './interval.ts'
import { minimumBlocks } from './looks.ts'
import { blocksNeeded, type Verdict, verdict } from './verdict.ts'

/** The values of one metric over blocks. */
export interface PairedValues {
  /** One value a block, in the metric's unit; positive where ratios are compared. */
  baseline: readonly number[]
  /** The same blocks in the same order. */
  candidate: readonly number[]
  better: Better
  /** Compared by differences instead of ratios; then the threshold is one too. */
  difference?: boolean
}

/** One metric over the complete, valid blocks, in the order in which they ended. */
export interface MetricSeries extends PairedValues {
  /** Smallest relative change that matters; 0.05 is 5 %. */
  threshold: number
  /** Gated metrics share alpha and decide when the suite is done; the others are judged beside them. */
  gated: boolean
  /** See {@link verdict}. */
  strict?: boolean | 'both'
  /** The same blocks with what the values leave out, as a user observes them; see {@link verdictOfBoth}. */
  observed?: Pick<PairedValues, 'baseline' | 'candidate'>
}

/** What is known of one metric. Numbers are log ratios, or differences where these are compared; positive is worse. */
export interface Decision extends Estimate {
  /** Absent: not decided. At the plan's last look that means `inconclusive`. */
  verdict?: Verdict
  /** Blocks the estimate rests on: those of the look that decided, or of the last look reached. */
  n: number
  /** One-sided error of the interval, over all looks. */
  alpha: number
  /** Blocks it would take, about; where there is no verdict. Always more than n. */
  blocksNeeded?: number
}

/** A metric with what it is judged by, block by block. */
export interface Prepared extends MetricSeries {
  d: readonly number[]
  dObserved?: readonly number[]
  delta: number
}

/** @throws InvalidValuesError on values that have no logarithm, or a threshold that is not positive */
export function prepare(series: MetricSeries): Prepared {
  const { threshold, difference = false, observed } = series
  return {
    ...series,
    d: changes(series),
    ...(observed !== undefined && { dObserved: changes({ ...series, ...observed }) }),
    delta: difference ? threshold : logThreshold(threshold),
  }
}

/** One number a block, positive is worse. */
export function changes({ baseline, candidate, better, difference = false }: PairedValues): number[] {
  return (difference ? differences : logRatios)(baseline, candidate, better)
}

/** A metric's part of the suite's alpha: alpha / tests. */
export interface Share {
  alpha: number
  tests: number
}

/** What the k-th look says of a metric; undefined while it has too few blocks for that look. */
export function atLook(
  metric: Prepared,
  looks: readonly number[],
  k: number,
  share: Share,
): Decision | undefined {
  const n = looks[k]
  const c = criticalValues({ looks, ...share })[k]
  if (n === undefined || c === undefined || metric.d.length < n) return undefined
  const interval = repeatedInterval(metric.d.slice(0, n), c)
  const found = verdict(interval, metric.delta, { strict: metric.strict ?? false })
  const own = {
    ...interval,
    n,
    alpha: share.alpha / share.tests,
    ...(found !== undefined && { verdict: found }),
  }
  return metric.dObserved === undefined
    ? own
    : verdictOfBoth(own, repeatedInterval(metric.dObserved.slice(0, n), c), metric.delta)
}

/**
 * Values that leave something out decide unless it is where the change lies. Where the whole interval of what a user
 * observes lies beyond the threshold, that is the verdict: so strict a condition takes no part of alpha, for an error
 * requires an interval that is off by the threshold. `unchanged` stands only while the observed estimate is within the
 * threshold too, and a change only while the opposite is not detected in what is observed.
 */
function verdictOfBoth(own: Decision, observed: Estimate, delta: number): Decision {
  const { verdict: found, ...open } = own
  const [lower, upper] = observed.interval ?? [-Infinity, Infinity]
  if (lower > delta) return { ...open, ...observed, verdict: 'regressed' }
  if (upper < -delta) return { ...open, ...observed, verdict: 'improved' }
  const stands =
    found === 'regressed'
      ? upper >= 0
      : found === 'improved'
        ? lower <= 0
        : Math.abs(observed.estimate) < delta
  return stands ? own : { ...open, ...observed }
}

/** The last look reached, without a verdict; before the first look only an estimate. */
export function undecided(metric: Prepared, looks: readonly number[], share: Share): Decision {
  const { d, delta } = metric
  const k = looks.findLastIndex((n) => n <= d.length)
  const last = atLook(metric, looks, k, share)
  if (last === undefined) {
    const open = { estimate: hodgesLehmann(d), n: d.length, alpha: share.alpha / share.tests }
    const first = looks.find((n) => n > d.length) ?? 0
    return { ...open, blocksNeeded: Math.max(open.n + 1, first, minimumBlocks(open.alpha)) }
  }
  if (last.verdict !== undefined) return last
  const needed =
    last.interval === undefined
      ? minimumBlocks(last.alpha)
      : blocksNeeded(last.n, (last.interval[1] - last.interval[0]) / 2, delta)
  return { ...last, blocksNeeded: Math.max(last.n + 1, needed) }
}
