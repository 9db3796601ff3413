import { at } from './at.ts'
import { InvalidValuesError } from './invalid.ts'

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
