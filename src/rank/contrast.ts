import { atLastLook, type Standing } from '../stats/index.ts'

/** Looks and error of a sweep. */
export interface Design {
  looks: readonly number[]
  /** One-sided, shared by all tests of one question. */
  alpha: number
}

/** What some blocks say of a difference: log ratio, positive is worse. */
export type Contrast = Standing

/**
 * Estimate and repeated interval of a difference between arms, one value a block. It holds at every look and beside
 * `tests` − 1 others. Undefined without a block.
 */
export function contrast(
  d: readonly number[],
  { looks, alpha }: Design,
  tests: number,
): Contrast | undefined {
  if (d.length === 0) return undefined
  return atLastLook(d, { looks, alpha: alpha / Math.max(1, tests) })
}

/** Equal counters can give logarithms that differ in their last digit. */
const ROUNDING = 1e-12

/** Detectably worse. */
export function isWorse(contrast: Contrast | undefined): boolean {
  return contrast?.interval !== undefined && contrast.interval[0] > ROUNDING
}

/** Certainly within ± delta. */
export function isWithin(contrast: Contrast | undefined, delta: number): boolean {
  if (contrast?.interval === undefined) return false
  const [lower, upper] = contrast.interval
  return lower > -delta && upper < delta
}

/** The same difference seen from the other side. */
export function reversed({ n, estimate, interval }: Contrast): Contrast {
  if (interval === undefined) return { n, estimate: -estimate }
  return { n, estimate: -estimate, interval: [-interval[1], -interval[0]] }
}
