import { at } from './at.ts'
import { criticalValues } from './critical.ts'
import { type Estimate, repeatedInterval } from './interval.ts'
import { hodgesLehmann } from './walsh.ts'

/** Where a difference stands after the blocks so far. */
export interface Standing extends Estimate {
  /** Blocks it rests on: those of the last look reached, or all while none is. */
  n: number
}

/**
 * Estimate and repeated interval at the last look that the values have reached; before the first look only the
 * estimate. The interval holds at every look at once, with the one-sided error alpha.
 *
 * @param d one log ratio or logarithm a block, in the order in which the blocks ended; at least one
 * @throws InvalidValuesError as `criticalValues` and `walshAverages` do
 */
export function atLastLook(
  d: readonly number[],
  { looks, alpha }: { looks: readonly number[]; alpha: number },
): Standing {
  const k = looks.findLastIndex((n) => n <= d.length)
  if (k < 0) return { n: d.length, estimate: hodgesLehmann(d) }
  const n = at(looks, k)
  return { n, ...repeatedInterval(d.slice(0, n), at(criticalValues({ looks, alpha }), k)) }
}
