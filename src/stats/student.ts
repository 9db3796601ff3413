/** Student's t distribution, and Welch's test, which is an application of it. */
import { InvalidValuesError } from './checked.ts'

/**
 * P(T > t) for Student's t: half the regularized incomplete beta function at df / (df + t^2)
 * (Abramowitz and Stegun, 26.7.1). Absolute error below 1e-12.
 *
 * @param df degrees of freedom, any positive number: Welch's are not whole
 * @throws InvalidValuesError if t is not a number or df not positive and finite
 */
export function studentTail(t: number, df: number): number {
  checkDf(df)
  if (Number.isNaN(t)) throw new InvalidValuesError('t', 'a number', t)
  const half = incompleteBeta(df / (df + t * t), df / 2, 0.5) / 2
  return t >= 0 ? half : 1 - half
}

/**
 * The t with P(T <= t) = p, by bisection: exact to the last digits, and fast enough for a table.
 *
 * @throws InvalidValuesError unless 0 < p < 1 and df is positive and finite
 */
export function studentQuantile(p: number, df: number): number {
  checkDf(df)
  if (!(p > 0 && p < 1)) throw new InvalidValuesError('p', 'a share between 0 and 1', p)
  if (p === 0.5) return 0
  if (p < 0.5) return -studentQuantile(1 - p, df)
  let low = 0
  let high = 1
  while (studentTail(high, df) > 1 - p) high *= 2
  while (true) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) return middle
    if (studentTail(middle, df) > 1 - p) low = middle
    else high = middle
  }
}

/** What is left of a sample when its values are gone; mean in the sample's unit. */
export interface Moments {
  n: number
  mean: number
  /** Sample standard deviation. */
  sd: number
}

/** The change from one sample to another. */
export interface WelchShift {
  /** Two-sided p of Welch's test. */
  p: number
  /** ln second - ln first; on the plain scale second - first. */
  shift: number
  /** Of the shift. */
  interval: readonly [number, number]
}

/**
 * Welch's test between two samples of which only mean, sd and n are kept. On logarithms a lognormal
 * sample with these moments has the log variance ln(1 + (sd / mean)²) and the log mean ln(mean) − half of that.
 * Degrees of freedom by Welch and Satterthwaite (Welch, "The generalization of 'Student's' problem
 * when several different population variances are involved", 1947). An approximation; with the values
 * themselves at hand, `rankSum` needs none of it.
 *
 * @param level of the interval, between 0 and 1
 * @throws InvalidValuesError unless n >= 2, sd is not negative and, on logarithms, the mean is positive
 */
export function welchShift(
  first: Moments,
  second: Moments,
  level: number,
  scale: 'log' | 'plain' = 'log',
): WelchShift {
  if (!(level > 0 && level < 1)) throw new InvalidValuesError('level', 'a share between 0 and 1', level)
  const a = moved('first', first, scale)
  const b = moved('second', second, scale)
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

/** Mean on the scale, and the squared standard error of that mean. */
function moved(
  name: string,
  { n, mean, sd }: Moments,
  scale: 'log' | 'plain',
): { mean: number; error: number } {
  if (!(n >= 2)) throw new InvalidValuesError(`${name} sample`, 'at least two values', n)
  if (!(sd >= 0 && sd < Infinity)) throw new InvalidValuesError(`${name} sd`, 'a number from 0', sd)
  if (scale === 'plain') return { mean, error: sd ** 2 / n }
  if (!(mean > 0 && mean < Infinity)) throw new InvalidValuesError(`${name} mean`, 'a positive number', mean)
  const variance = Math.log1p((sd / mean) ** 2)
  return { mean: Math.log(mean) - variance / 2, error: variance / n }
}

function checkDf(df: number): void {
  if (!(df > 0 && df < Infinity)) throw new InvalidValuesError('degrees of freedom', 'a positive number', df)
}

/**
 * Regularized incomplete beta function I_x(a, b) by its continued fraction (Abramowitz and Stegun,
 * 26.5.8), evaluated as Lentz does; beyond the mean by symmetry, where it converges fast.
 */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x))
  return (front * betaFraction(x, a, b)) / a
}

const MOST_TERMS = 10_000
const TINY = 1e-300

function betaFraction(x: number, a: number, b: number): number {
  let c = 1
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1))
  let value = d
  for (let m = 1; m <= MOST_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    const before = value
    for (const term of [even, odd]) {
      d = 1 / nonZero(1 + term * d)
      c = nonZero(1 + term / c)
      value *= d * c
    }
    if (Math.abs(value - before) <= 1e-16 * Math.abs(value)) break
  }
  return value
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value
}

/** ln Γ(x) for x > 0: Stirling's series (Abramowitz and Stegun, 6.1.41) after moving x beyond 10. */
function logGamma(x: number): number {
  let shift = 0
  let at = x
  for (; at < 10; at++) shift += Math.log(at)
  const inverse = 1 / (at * at)
  const series = 1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series / at - shift
}
