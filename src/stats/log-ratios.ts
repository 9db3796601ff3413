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
  return compared(baseline, candidate, better, logarithm)
}

/** One difference a block, positive is worse: of fractions that may be 0, which have no logarithm. Throws as {@link logRatios} does. */
export function differences(
  baseline: readonly number[],
  candidate: readonly number[],
  better: Better,
): number[] {
  return compared(baseline, candidate, better, finite)
}

/** Candidate less baseline on a scale, block by block. */
function compared(
  baseline: readonly number[],
  candidate: readonly number[],
  better: Better,
  onScale: (name: string, value: number | undefined) => number,
): number[] {
  if (baseline.length !== candidate.length)
    throw new InvalidValuesError(
      'candidate',
      `${baseline.length} values, one for each of the baseline's`,
      candidate.length,
    )
  const sign = better === 'lower' ? 1 : -1
  return baseline.map((value, index) => {
    const from = onScale(`baseline value ${index}`, value)
    return sign * (onScale(`candidate value ${index}`, candidate[index]) - from)
  })
}

function logarithm(name: string, value = Number.NaN): number {
  if (value > 0 && value < Infinity) return Math.log(value)
  throw new InvalidValuesError(name, 'a finite, positive number', value)
}

function finite(name: string, value = Number.NaN): number {
  if (Number.isFinite(value)) return value
  throw new InvalidValuesError(name, 'a finite number', value)
}

/** The smallest log ratio that matters: a threshold of 0.05 (5 %) is ln 1.05. */
export function logThreshold(threshold: number): number {
  if (threshold > 0 && threshold < Infinity) return Math.log1p(threshold)
  throw new InvalidValuesError('threshold', 'a positive number such as 0.05', threshold)
}
