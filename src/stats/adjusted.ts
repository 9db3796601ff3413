/**
 * A change with what a covariate explains taken out of it: regression on the block's differences.
 *
 * d is the log ratio of the metric in a block and x that of the covariate, such as the number of output tokens. The slope of
 * d on x through the origin, b = Σ x d / Σ x², stays as it is when the arms of any block are exchanged, which changes the
 * signs of its d and x together. So where nothing but the covariate differs, d − b x is as symmetric as d, and
 * the interval of the signed ranks holds for it exactly (the adjustment of Rosenbaum, "Covariance Adjustment in Randomized
 * Experiments and Observational Studies", 2002, with a slope that is constant under the null). Where the covariate itself
 * has changed, the slope takes a part of the change for its own; then there is no adjusted estimate.
 */
import { atLastLook, type Standing } from './critical.ts'
import { changes, type PairedValues } from './decision.ts'

/**
 * @param metric values of the metric, one a block
 * @param covariate values of the covariate in the same blocks
 * @returns undefined where a block lacks one of them, the covariate never differs, or its change is detected
 */
export function adjustedEstimate(
  metric: PairedValues,
  covariate: PairedValues,
  plan: { looks: readonly number[]; alpha: number },
): Standing | undefined {
  const [d, x] = [changes(metric), changes({ ...covariate, better: metric.better })]
  if (d.length === 0 || d.length !== x.length) return undefined
  const { interval, n } = atLastLook(x, plan)
  if (interval !== undefined && (interval[0] > 0 || interval[1] < 0)) return undefined
  const [some, other] = [d.slice(0, n), x.slice(0, n)]
  // Blocks after the last look do not count, so a covariate that differs only there has no slope either.
  if (other.every((value) => value === 0)) return undefined
  const product = some.reduce((sum, value, i) => sum + value * (other[i] ?? 0), 0)
  const slope = product / other.reduce((sum, value) => sum + value * value, 0)
  return atLastLook(
    some.map((value, i) => value - slope * (other[i] ?? 0)),
    plan,
  )
}
