import { InvalidValuesError } from './checked.ts'
import { studentQuantile, studentTail } from './student.ts'

/** What is left of a sample when its values are gone; mean in the sample's unit. */
export interface Moments {
  n: number
  mean: number
  /** Sample standard deviation / mean. */
  cv: number
}

/** The change from one sample to another on the logarithmic scale. */
export interface LogShift {
  /** Two-sided p of Welch's test. */
  p: number
  /** ln second - ln first. */
  shift: number
  /** Of the shift. */
  interval: readonly [number, number]
}

/**
 * Welch's test between two samples of which only mean, cv and n are kept, on logarithms: a lognormal
 * sample with these moments has the log variance ln(1 + cv²) and the log mean ln(mean) − half of that.
 * Degrees of freedom by Welch and Satterthwaite (Welch, "The generalization of 'Student's' problem
 * when several different population variances are involved", 1947). An approximation; with the values
 * themselves at hand, `rankSum` needs none of it.
 *
 * @param level of the interval, between 0 and 1
 * @throws InvalidValuesError unless n >= 2, the mean is positive and cv not negative
 */
export function welchLogShift(first: Moments, second: Moments, level: number): LogShift {
  if (!(level > 0 && level < 1)) throw new InvalidValuesError('level', 'a share between 0 and 1', level)
  const a = logMoments('first', first)
  const b = logMoments('second', second)
  const shift = b.mean - a.mean
  const variance = a.error + b.error
  if (variance === 0) return { p: shift === 0 ? 1 : 0, shift, interval: [shift, shift] }
  const df = variance ** 2 / (a.error ** 2 / (first.n - 1) + b.error ** 2 / (second.n - 1))
  const half = studentQuantile((1 + level) / 2, df) * Math.sqrt(variance)
  return {
    p: 2 * studentTail(Math.abs(shift) / Math.sqrt(variance), df),
    shift,
    interval: [shift - half, shift + half],
  }
}

/** Mean of the logs, and the squared standard error of that mean. */
function logMoments(name: string, { n, mean, cv }: Moments): { mean: number; error: number } {
  if (!(n >= 2)) throw new InvalidValuesError(`${name} sample`, 'at least two values', n)
  if (!(mean > 0 && mean < Infinity)) throw new InvalidValuesError(`${name} mean`, 'a positive number', mean)
  if (!(cv >= 0 && cv < Infinity)) throw new InvalidValuesError(`${name} cv`, 'a number from 0', cv)
  const variance = Math.log1p(cv ** 2)
  return { mean: Math.log(mean) - variance / 2, error: variance / n }
}
