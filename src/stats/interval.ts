import type { Better } from './log-ratios.ts'
import { at, InvalidValuesError } from './checked.ts'

/** Where the log ratio lies; positive is worse. */
export interface Estimate {
  estimate: number
  /** Both ends, the lower first; absent where there are too few blocks for an interval. */
  interval?: readonly [number, number]
}

/**
 * Repeated confidence interval of the log ratio (Jennison and Turnbull, "Interim Analyses: The
 * Repeated Confidence Interval Approach", 1989): the c-th Walsh average from either end, around
 * their median, the Hodges-Lehmann estimate. It holds at every look at once if c comes from
 * `criticalValues`.
 *
 * @param d log ratios, positive is worse
 * @param c critical value of this look; -1 gives no interval
 */
export function repeatedInterval(d: readonly number[], c: number): Estimate {
  const averages = walshAverages(d)
  const estimate = middle(averages)
  const lower = averages[c]
  const upper = averages[averages.length - 1 - c]
  if (lower === undefined || upper === undefined || lower > upper) return { estimate }
  return { estimate, interval: [lower, upper] }
}

/**
 * The same as candidate / baseline in the metric's own unit: a throughput of 1.10 is faster, a
 * latency of 1.10 slower. The interval's lower end comes first.
 */
export function toRatio(log: Estimate, better: Better): { ratio: number; interval?: [number, number] } {
  const sign = better === 'lower' ? 1 : -1
  const ratio = Math.exp(sign * log.estimate)
  if (log.interval === undefined) return { ratio }
  const [best, worst] = log.interval
  const ends: [number, number] = [Math.exp(sign * best), Math.exp(sign * worst)]
  return { ratio, interval: sign === 1 ? ends : [ends[1], ends[0]] }
}

/** The same where differences are compared: candidate - baseline in the metric's own unit. */
export function toDifference(
  { estimate, interval }: Estimate,
  better: Better,
): { difference: number; interval?: [number, number] } {
  const sign = better === 'lower' ? 1 : -1
  const difference = sign * estimate
  if (interval === undefined) return { difference }
  const [best, worst] = interval
  return { difference, interval: sign === 1 ? [best, worst] : [-worst, -best] }
}

/**
 * The n(n + 1)/2 means of two values (d[i] + d[j]) / 2, i <= j, sorted. Counting how many lie
 * below zero gives Wilcoxon's signed-rank statistic, so its tests turn into order statistics here
 * (Hollander, Wolfe and Chicken, "Nonparametric Statistical Methods", section 3.3).
 *
 * @throws InvalidValuesError on an empty sample or a value that is not finite
 */
export function walshAverages(d: readonly number[]): Float64Array {
  if (d.length === 0) throw new InvalidValuesError('sample', 'at least one value', 'none')
  const averages = new Float64Array((d.length * (d.length + 1)) / 2)
  let filled = 0
  for (let i = 0; i < d.length; i++) {
    const first = at(d, i)
    if (!Number.isFinite(first)) throw new InvalidValuesError(`value ${i}`, 'a finite number', first)
    for (let j = i; j < d.length; j++) averages[filled++] = (first + at(d, j)) / 2
  }
  return averages.sort()
}

/** The median of the Walsh averages: an estimate of location that one wild value barely moves. */
export function hodgesLehmann(d: readonly number[]): number {
  return middle(walshAverages(d))
}

/** The median of values that are sorted already. */
export function middle(sorted: Float64Array): number {
  const below = at(sorted, (sorted.length - 1) >> 1)
  const above = at(sorted, sorted.length >> 1)
  return (below + above) / 2
}
