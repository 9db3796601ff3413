import { createRandom, shuffle } from '../stats/index.ts'

/**
 * The order of a sweep's arms in block `number` (from 1), group by group: arms of a group share a loaded runner. Drawn
 * anew for every two blocks, the second of which runs it backwards, so that a linear drift cancels and every arm comes
 * before every other as often as after it.
 */
export function sweepOrder(seed: number, number: number, groups: readonly (readonly string[])[]): string[][] {
  const random = createRandom(Math.imul(seed ^ 0x5bd1e995, 0x01000193) + Math.ceil(number / 2))
  const order = shuffle(groups, random).map((group) => shuffle(group, random))
  return number % 2 === 1 ? order : order.map((group) => group.toReversed()).toReversed()
}
