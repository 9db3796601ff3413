/**
 * How long a load may take and still be that of a model in memory. A server reads parts of the model for every call, so a
 * warm load takes 1 to 300 ms by server, model and machine, a cold one 0.3 s to minutes: no fixed limit parts them. What
 * does is the machine's own warm level, from loads that found the model there.
 */
import { median } from '../stats/index.ts'

/** Least ratio between loads that are not of one kind: warm ones seen spread by 1.9, cold ones are 14 times as long. */
const FACTOR = 2.5
/** A busy machine delays a load of a few ms by as much, ms. */
const DELAY_MS = 100
/** Standard deviations, where the warm loads of a machine spread more than that. */
const DEVIATIONS = 3
/** Fewer loads do not show how much they spread. */
const ENOUGH = 8

/**
 * The longest warm load, ms, by loads of which most or the shortest are warm; undefined without any.
 *
 * @param suspect whether there is other evidence of a reload: then no delay is granted to a load of a few ms
 */
export function warmLimit(loads: readonly number[], suspect = false): number | undefined {
  const warm = shortest(loads.map((load) => Math.max(1, load)).toSorted((a, b) => a - b))
  if (warm.length === 0) return undefined
  const logs = warm.map(Math.log)
  const level = median(logs)
  const spread = warm.length < ENOUGH ? 0 : 1.4826 * median(logs.map((log) => Math.abs(log - level)))
  const factor = Math.max(FACTOR, Math.exp(DEVIATIONS * spread))
  return Math.max(Math.exp(level) * factor, Math.exp(level) + (suspect ? 0 : DELAY_MS))
}

/** The loads below the first gap that parts two kinds: reloads by another client are no warm level, however many. */
function shortest(sorted: readonly number[]): readonly number[] {
  const gap = sorted.findIndex((load, i) => {
    const before = sorted[i - 1]
    return before !== undefined && load > FACTOR * before && load > before + DELAY_MS
  })
  return gap === -1 ? sorted : sorted.slice(0, gap)
}
