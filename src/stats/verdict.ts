import type { Estimate } from './interval.ts'
import { InvalidValuesError } from './checked.ts'

/** What a look can decide. Nothing decided by the last look is `inconclusive`, which is not decided here. */
export type Verdict = 'regressed' | 'improved' | 'unchanged'

/** How the verdict is reached. */
export interface VerdictOptions {
  /** `regressed` only when the whole interval lies beyond the threshold; with `both`, `improved` as well. */
  strict?: boolean | 'both'
}

/** Exact changes differ from the threshold by rounding alone: ln(110 / 100) is less than ln(1.1). */
const ROUNDING = 1e-9

/**
 * The verdict at one look, first hit wins:
 * 1. `regressed`: detectably worse (lower > 0), and by what matters as far as we can tell (estimate >= delta);
 * 2. `improved`: the mirror image;
 * 3. `unchanged`: the whole interval lies within the threshold;
 * 4. undefined: go on.
 *
 * @param delta smallest log ratio that matters, ln(1 + threshold)
 */
export function verdict(
  { estimate, interval }: Estimate,
  delta: number,
  { strict = false }: VerdictOptions = {},
): Verdict | undefined {
  if (!(delta > 0)) throw new InvalidValuesError('delta', 'a positive log ratio', delta)
  if (interval === undefined) return undefined
  const [lower, upper] = interval
  if (strict ? lower > delta : lower > 0 && estimate >= delta - ROUNDING) return 'regressed'
  if (strict === 'both' ? upper < -delta : upper < 0 && estimate <= -delta + ROUNDING) return 'improved'
  if (lower > -delta + ROUNDING && upper < delta - ROUNDING) return 'unchanged'
  return undefined
}

/**
 * Blocks it takes, about, until an interval around no change lies within ± delta: its width shrinks with the root of n,
 * so n (halfWidth / delta)^2.
 *
 * @param n blocks that gave the interval
 * @param halfWidth half its width, as a log ratio
 * @param delta smallest log ratio that matters
 */
export function blocksNeeded(n: number, halfWidth: number, delta: number): number {
  if (!(delta > 0)) throw new InvalidValuesError('delta', 'a positive log ratio', delta)
  return Math.ceil(n * (halfWidth / delta) ** 2)
}
