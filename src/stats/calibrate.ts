import { InvalidValuesError } from './invalid.ts'
import { checkAlpha, minimumBlocks } from './looks.ts'
import { median } from './summary.ts'

/**
 * Robust standard deviation of log ratios: 1.4826 times the median absolute deviation from their
 * median, the sd of normal values whatever a few wild ones do (Hampel, 1974). From baseline against
 * baseline it is the machine's noise floor: 0.03 means blocks scatter by about 3 %.
 */
export function scale(d: readonly number[]): number {
  const center = median(d)
  return 1.4826 * median(d.map((value) => Math.abs(value - center)))
}

/** What looking six times costs in blocks against looking once, about: (2.0 / 1.645)^2 for the plans of `defaultLooks`. */
const COST_OF_LOOKS = 1.5

/**
 * Blocks it takes, about, until the interval's half-width falls below delta, so that `unchanged` is in
 * reach: n = 1.5 (pi / 3) (z scale / delta)^2, z the upper alpha quantile of the normal distribution.
 * pi / 3 is the Hodges-Lehmann estimate's price against the mean on normal values, 1.5 that of the looks.
 *
 * @param scaleOfD from `scale`
 * @param delta smallest log ratio that matters
 * @param alpha one-sided error
 */
export function blocksForThreshold(scaleOfD: number, delta: number, alpha: number): number {
  if (!(delta > 0)) throw new InvalidValuesError('delta', 'a positive log ratio', delta)
  if (!(scaleOfD >= 0)) throw new InvalidValuesError('scale', 'a number from 0', scaleOfD)
  checkAlpha(alpha)
  const blocks = COST_OF_LOOKS * (Math.PI / 3) * ((upperNormal(alpha) * scaleOfD) / delta) ** 2
  return Math.max(minimumBlocks(alpha), Math.ceil(blocks))
}

/** z with P(Z > z) = alpha: formula 26.2.23 of Abramowitz and Stegun, off by less than 0.00045. */
function upperNormal(alpha: number): number {
  const t = Math.sqrt(-2 * Math.log(alpha))
  const above = 2.515517 + t * (0.802853 + t * 0.010328)
  const below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
  return t - above / below
}
