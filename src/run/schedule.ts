import type { Phase } from '../schema/generated.ts'
import { createRandom, shuffle } from '../stats/index.ts'

/** A block as it is to be run. */
export interface PlannedBlock {
  phase: Phase
  /** From 1; 0 is the warm-up of the suite. */
  number: number
  attempt: number
  /** Sampling seed that all arms share. */
  seed: number
}

/** Block `number` of a phase, with the same sampling seed for every attempt at it. */
export function plannedBlock(seed: number, phase: Phase, number: number, attempt = 1): PlannedBlock {
  // Below 2^31, as Ollama's seed is an int.
  return { phase, number, attempt, seed: Math.floor(draw(seed, phase, number)() * 2 ** 31) }
}

/**
 * The order of the arms in a block, group by group: arms of a group share a loaded runner. It is drawn anew for every two
 * blocks, the second of which runs it backwards (ABBA or BAAB), so that a linear drift cancels, the signs of the
 * differences of any two such pairs of blocks are independent under A/A, and every arm goes before every other as often
 * as after it.
 */
export function blockOrder(
  seed: number,
  phase: Phase,
  number: number,
  groups: readonly (readonly string[])[],
): string[][] {
  const random = draw(seed, `${phase} order`, Math.ceil(number / 2))
  const order = shuffle(groups, random).map((group) => shuffle(group, random))
  return number % 2 === 1 ? order : order.map((group) => group.toReversed()).toReversed()
}

/** FNV-1a over the parts: nearby blocks get unrelated streams. */
function draw(seed: number, purpose: string, number: number): () => number {
  let hash = 0x811c9dc5
  for (const char of `${seed}/${purpose}/${number}`) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193)
  return createRandom(hash >>> 0)
}
