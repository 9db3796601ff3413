import { at } from './checked.ts'

/**
 * Seeded pseudo-random numbers in [0, 1), period about 2^128: sfc32, the small fast counting
 * generator of Chris Doty-Humphrey's PractRand (public domain). The same seed gives the same
 * sequence on every machine.
 *
 * @param seed any integer; only its low 32 bits count
 */
export function createRandom(seed: number): () => number {
  let a = 0x9e3779b9
  let b = 0x243f6a88
  let c = seed | 0
  let counter = 1
  const next = (): number => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 4294967296
  }
  // The first outputs of near seeds are alike; PractRand discards twelve, and so do we.
  for (let i = 0; i < 12; i++) next()
  return next
}

/** A new array with the same items in random order (Fisher and Yates). */
export function shuffle<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items]
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const held = at(result, i)
    result[i] = at(result, j)
    result[j] = held
  }
  return result
}
