import { InvalidValuesError } from './checked.ts'
import { studentQuantile } from './student.ts'

/** Where the next run's value is expected, in the values' own unit. */
export interface Prediction {
  /** Geometric mean of the earlier values; their mean on the plain scale. */
  center: number
  lower: number
  upper: number
}

/**
 * Prediction interval for one further value on the logarithmic scale: with m and s the mean and the
 * standard deviation of the n logs, exp(m ± t s √(1 + 1/n)), t the (1 + level) / 2 quantile of
 * Student's distribution with n - 1 degrees of freedom (Hahn and Meeker, "Statistical Intervals",
 * 1991, section 4.7: one future observation from a normal distribution). It holds if the logs of
 * the runs are independent and about normal; a slow drift makes it wider, not narrower. On the plain
 * scale, m ± t s √(1 + 1/n) of the values themselves.
 *
 * @param values one value a run, such as the run's median; positive on the logarithmic scale
 * @param level chance that the next value lies inside, between 0 and 1
 * @throws InvalidValuesError on fewer than two values, a value that is not finite or not positive, or an impossible level
 */
export function predictionInterval(
  values: readonly number[],
  level: number,
  scale: 'log' | 'plain' = 'log',
): Prediction {
  if (values.length < 2) throw new InvalidValuesError('history', 'at least two values', values.length)
  if (!(level > 0 && level < 1)) throw new InvalidValuesError('level', 'a share between 0 and 1', level)
  const isLog = scale === 'log'
  const moved = values.map((value, index) => {
    if (!Number.isFinite(value) || (isLog && value <= 0))
      throw new InvalidValuesError(`value ${index}`, `a finite${isLog ? ', positive' : ''} number`, value)
    return isLog ? Math.log(value) : value
  })
  const n = moved.length
  const mean = moved.reduce((sum, value) => sum + value, 0) / n
  const sd = Math.sqrt(moved.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1))
  const half = studentQuantile((1 + level) / 2, n - 1) * sd * Math.sqrt(1 + 1 / n)
  const back = (value: number): number => (isLog ? Math.exp(value) : value)
  return { center: back(mean), lower: back(mean - half), upper: back(mean + half) }
}
