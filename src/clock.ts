/** What all measured times have in common. */

/** The longest delay that `setTimeout` keeps, ms: about 25 days. A longer one fires at once. */
export const LONGEST_TIMER: number = 2 ** 31 - 1

/**
 * A duration in ms as records keep it: to the microsecond, never below 0. Further digits would make reports longer and
 * no more accurate.
 */
export function roundMs(duration: number): number {
  return Math.max(0, Math.round(duration * 1000) / 1000)
}
