import { at, InvalidValuesError } from './checked.ts'

/** A sample in numbers, all in the sample's own unit except `n` and `cv`. */
export interface Summary {
  n: number
  median: number
  mean: number
  /** Standard deviation with n - 1; absent for a single value. */
  sd?: number
  /** sd / mean; absent for a single value, and where the mean is 0. */
  cv?: number
  p50: number
  p90: number
  p95: number
  p99: number
  min: number
  max: number
}

/**
 * Summarizes a sample of at least one finite value.
 *
 * @throws InvalidValuesError on an empty sample or a value that is not finite
 */
export function summarize(values: readonly number[]): Summary {
  const sorted = sortedFinite(values)
  const n = sorted.length
  const mean = meanOf(sorted)
  const p50 = quantileOfSorted(sorted, 0.5)
  return {
    n,
    median: p50,
    mean,
    ...spread(sorted, mean),
    p50,
    p90: quantileOfSorted(sorted, 0.9),
    p95: quantileOfSorted(sorted, 0.95),
    p99: quantileOfSorted(sorted, 0.99),
    min: at(sorted, 0),
    max: at(sorted, n - 1),
  }
}

/**
 * Quantile by linear interpolation between order statistics: type 7 of Hyndman and Fan,
 * "Sample Quantiles in Statistical Packages" (1996), the default of R and NumPy.
 *
 * @param p between 0 and 1
 * @throws InvalidValuesError on an empty sample, a value that is not finite, or a p out of range
 */
export function quantile(values: readonly number[], p: number): number {
  return quantileOfSorted(sortedFinite(values), p)
}

/** Several quantiles of one sample, which is sorted once. Throws as {@link quantile} does. */
export function quantiles(values: readonly number[] | Float64Array, ps: readonly number[]): number[] {
  const sorted = sortedFinite(values)
  return ps.map((p) => quantileOfSorted(sorted, p))
}

/**
 * Robust standard deviation of log ratios: 1.4826 times the median absolute deviation from their
 * median, the sd of normal values regardless of a few wild ones (Hampel, 1974). From baseline against
 * baseline it is the machine's noise floor: 0.03 means blocks scatter by about 3 %.
 */
export function scale(d: readonly number[]): number {
  const center = median(d)
  return 1.4826 * median(d.map((value) => Math.abs(value - center)))
}

/** The middle value, or the mean of the two middle ones. Throws as {@link quantile} does. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/**
 * exp of the mean of logs: the average of times whose errors are relative.
 *
 * @throws InvalidValuesError on an empty sample or a value that is not finite and positive
 */
export function geometricMean(values: readonly number[]): number {
  const logs = values.map((value, index) => {
    if (!(value > 0)) throw new InvalidValuesError(`value ${index}`, 'a positive number', value)
    return Math.log(value)
  })
  return Math.exp(meanOf(sortedFinite(logs)))
}

function sortedFinite(values: readonly number[] | Float64Array): Float64Array {
  if (values.length === 0) throw new InvalidValuesError('sample', 'at least one value', 'none')
  const sorted = new Float64Array(values).sort()
  // What is not finite is first or last now.
  if (Number.isFinite(sorted[0]) && Number.isFinite(sorted.at(-1))) return sorted
  const index = values.findIndex((value) => !Number.isFinite(value))
  throw new InvalidValuesError(`value ${index}`, 'a finite number', values[index])
}

function quantileOfSorted(sorted: Float64Array, p: number): number {
  if (!(p >= 0 && p <= 1)) throw new InvalidValuesError('quantile', 'a share between 0 and 1', p)
  const position = (sorted.length - 1) * p
  const below = at(sorted, Math.floor(position))
  const above = at(sorted, Math.ceil(position))
  const fraction = position - Math.floor(position)
  // Rounding must not carry a quantile past the next one, or past the maximum.
  return Math.min(above, below + fraction * (above - below))
}

function meanOf(sorted: Float64Array): number {
  return sorted.reduce((mean, value, index) => mean + (value - mean) / (index + 1), 0)
}

function spread(sorted: Float64Array, mean: number): { sd?: number; cv?: number } {
  if (sorted.length < 2) return {}
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const sd = Math.sqrt(squares / (sorted.length - 1))
  return mean === 0 ? { sd } : { sd, cv: sd / mean }
}
