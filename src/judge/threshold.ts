import type { Rule } from './plan.ts'

/**
 * The relative change that matters at this baseline: the threshold, or the absolute floor where that asks for more
 * (15 % of a TTFT of 3 ms is a timer's jitter).
 *
 * @param baseline median of the baseline's values, in the metric's unit
 */
export function effectiveThreshold(
  { threshold, floor }: Pick<Rule, 'threshold' | 'floor'>,
  baseline: number,
): number {
  return floor > 0 ? Math.max(threshold, floor / baseline) : threshold
}
