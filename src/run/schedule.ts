import type { Phase, Role } from '../schema/generated.ts'
import { createRandom } from '../stats/index.ts'

/** A block as it is to be run: which arm goes first, and the sampling seed both share. */
export interface PlannedBlock {
  phase: Phase
  number: number
  attempt: number
  order: readonly [Role, Role]
  seed: number
}

const AB = ['baseline', 'candidate'] as const
const BA = ['candidate', 'baseline'] as const

/**
 * Block `number` (from 1) of a phase. Orders alternate, so that two blocks make ABBA and a linear
 * drift cancels; which one starts is random, so that d is symmetric under A/A whatever the noise.
 */
export function plannedBlock(seed: number, phase: Phase, number: number, attempt = 1): PlannedBlock {
  const flip = createRandom(mix(seed, phase, 0))() < 0.5
  return {
    phase,
    number,
    attempt,
    order: (number % 2 === 1) === flip ? AB : BA,
    seed: samplingSeed(seed, phase, number),
  }
}

/** Seed of a block's calls: below 2^31, as Ollama's is an int; the same for every attempt. */
export function samplingSeed(seed: number, phase: Phase, number: number): number {
  return Math.floor(createRandom(mix(seed, phase, number))() * 2 ** 31)
}

/** FNV-1a over the parts: nearby blocks get unrelated seeds. */
function mix(seed: number, phase: Phase, number: number): number {
  let hash = 0x811c9dc5
  for (const char of `${seed}/${phase}/${number}`) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193)
  return hash >>> 0
}
