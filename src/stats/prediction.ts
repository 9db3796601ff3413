import { InvalidValuesError } from './checked.ts'
import { studentQuantile } from './student.ts'

/** Where the next run's value is expected, in the values' own unit. */
export interface Prediction {
  /** Geometric mean of the earlier values. */
  centre: number
  lower: number
  upper: number
}

/**
 * Prediction interval for one further value on the logarithmic scale: with m and s the mean and the
 * standard deviation of the n logs, exp(m ± t s √(1 + 1/n)), t the (1 + level) / 2 quantile of
 * Student's distribution with n - 1 degrees of freedom (Hahn and Meeker, "Statistical Intervals",
 * 1991, section 4.7: one future observation from a normal distribution). It holds if the logs of
 * the runs are independent and about normal; a slow drift makes it wider, not narrower.
 *
 * @param values one positive value a run, such as the run's median
 * @param level chance that the next value lies inside, between 0 and 1
 * @throws InvalidValuesError on fewer than two values, a value that is not finite and positive, or an impossible level
 */
export function predictionInterval(values: readonly number[], level: number): Prediction {
  if (values.length < 2) throw new InvalidValuesError('history', 'at least two values', values.length)
  if (!(level > 0 && level < 1)) throw new InvalidValuesError('level', 'a share between 0 and 1', level)
  const logs = values.map((value, index) => {
    if (!(value > 0 && value < Infinity))
      throw new InvalidValuesError(`value ${index}`, 'a finite, positive number', value)
    return Math.log(value)
  })
  const n = logs.length
  const mean = logs.reduce((sum, log) => sum + log, 0) / n
  const sd = Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (n - 1))
  const half = studentQuantile((1 + level) / 2, n - 1) * sd * Math.sqrt(1 + 1 / n)
  return { centre: Math.exp(mean), lower: Math.exp(mean - half), upper: Math.exp(mean + half) }
}
