import { InvalidValuesError } from './checked.ts'

/** Which direction of a metric is good. */
export type Better = 'lower' | 'higher'

/**
 * One log ratio a block, candidate against baseline: d = s (ln candidate - ln baseline), s = +1 where
 * lower is better and -1 where higher is. Positive is worse, for every metric; no unit.
 *
 * @param baseline one positive value a block, in the metric's unit
 * @param candidate the same blocks in the same order
 * @throws InvalidValuesError naming arm, block index and value, if a value is not finite and positive
 *   or the arms differ in length
 */
export function logRatios(
  baseline: readonly number[],
  candidate: readonly number[],
  better: Better,
): number[] {
  checkLengths(baseline, candidate)
  const sign = better === 'lower' ? 1 : -1
  return baseline.map((value, index) => {
    const from = positive('baseline', index, value)
    const to = positive('candidate', index, candidate[index] as number)
    return sign * (Math.log(to) - Math.log(from))
  })
}

/** One difference a block, positive is worse: of shares that may be 0, which have no logarithm. Throws as {@link logRatios} does. */
export function differences(
  baseline: readonly number[],
  candidate: readonly number[],
  better: Better,
): number[] {
  checkLengths(baseline, candidate)
  const sign = better === 'lower' ? 1 : -1
  return baseline.map((from, index) => {
    const difference = sign * ((candidate[index] as number) - from)
    if (!Number.isFinite(difference)) throw new InvalidValuesError(`value ${index}`, 'a finite number', from)
    return difference
  })
}

function checkLengths(baseline: readonly number[], candidate: readonly number[]): void {
  if (baseline.length === candidate.length) return
  throw new InvalidValuesError(
    'candidate',
    `${baseline.length} values, one for each of the baseline's`,
    candidate.length,
  )
}

function positive(arm: string, index: number, value: number): number {
  if (value > 0 && value < Infinity) return value
  throw new InvalidValuesError(`${arm} value ${index}`, 'a finite, positive number', value)
}

/** The smallest log ratio that matters: a threshold of 0.05 (5 %) is ln 1.05. */
export function logThreshold(threshold: number): number {
  if (threshold > 0 && threshold < Infinity) return Math.log1p(threshold)
  throw new InvalidValuesError('threshold', 'a positive number such as 0.05', threshold)
}
