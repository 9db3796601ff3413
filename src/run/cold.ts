/** A busy machine delays a warm load by this much now and then. */
const WARM_AT_LEAST_MS = 150
/** No warm load takes longer, whatever was seen so far. */
const WARM_AT_MOST_MS = 300
/** Warm loads are steady: one that takes this many times as long has loaded something. */
const FACTOR = 3

/**
 * Tells the calls that loaded the model from those that found it loaded. A warm load takes a steady
 * few to 300 ms, a cold one seconds, so the shortest load seen so far is the arm's warm level.
 */
export function coldDetector(): (loadDuration: number) => boolean {
  let warm = WARM_AT_MOST_MS
  return (loadDuration) => {
    warm = Math.min(warm, loadDuration)
    return loadDuration > FACTOR * warm && loadDuration > warm + WARM_AT_LEAST_MS
  }
}
