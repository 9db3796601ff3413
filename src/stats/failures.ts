import { hypergeometric, type ValidCounts } from './fisher.ts'
import { InvalidValuesError } from './checked.ts'
import { spendAlpha } from './looks.ts'

/** Follows two arms attempt by attempt and says whether one is proven to fail more often. */
export interface FailureTest {
  /** Takes the trials of one attempt at a block, and the alpha of the whole test from here on. */
  add: (attempt: ValidCounts, alpha: number) => void
  /** Whether the candidate has been proven to fail more often than the baseline, at this attempt or before. */
  readonly proven: boolean
  /** Smallest p that was possible: every failure the candidate's. Below its alpha the test can reject. */
  readonly smallestP: number
}

/**
 * An exact sequential test of "the candidate fails more often". Under the null the failures of one attempt fall on
 * its trials at random, so the number that are the candidate's is hypergeometric: with one trial an arm, only
 * attempts in which exactly one arm failed count, and each of these is a fair coin, as in McNemar's test (1947).
 * What moves from block to block, such as a server that falters for a while, cancels out.
 *
 * The candidate's failures are followed through the joint distribution of all attempts (the exact conditional test
 * of several 2×2 tables: Gart, "Point and interval estimation of the common odds ratio", 1970). After each attempt the
 * test rejects from the smallest number of failures whose chance, added to what was spent before, does not exceed the
 * alpha released so far (`spendAlpha`), so its error holds over all attempts at once, whenever the run stops.
 *
 * @param horizon trials of an arm after which all of alpha is released
 */
export function failureTest(horizon: number): FailureTest {
  if (!(horizon >= 1)) throw new InvalidValuesError('horizon', 'a number from 1', horizon)
  let alive = [1]
  let [failures, trials, spent, smallestP, proven] = [0, 0, 0, 1, false]
  return {
    add: (attempt, alpha) => {
      const { baselineTrials: baseline, candidateTrials: candidate } = attempt
      const chances = hypergeometric(attempt)
      alive = convolve(alive, chances)
      smallestP *= chances.at(-1) as number
      failures += candidate - attempt.candidateValid
      trials += Math.min(baseline, candidate)
      const released = spendAlpha(alpha, trials, horizon)
      const from = boundary(alive, released - spent)
      if (failures >= from) proven = true
      for (let x = from; x < alive.length; x++) {
        spent += alive[x] as number
        alive[x] = 0
      }
    },
    get proven() {
      return proven
    },
    get smallestP() {
      return smallestP
    },
  }
}

/** The smallest number of failures whose tail does not exceed what may be spent; beyond all of them where none does. */
function boundary(alive: readonly number[], allowed: number): number {
  let tail = 0
  let x = alive.length
  while (x > 0 && tail + (alive[x - 1] as number) <= allowed * (1 + 1e-12)) tail += alive[--x] as number
  return x
}

function convolve(a: readonly number[], b: readonly number[]): number[] {
  const sum = Array.from({ length: a.length + b.length - 1 }, () => 0)
  a.forEach((p, i) => b.forEach((q, j) => (sum[i + j] = (sum[i + j] as number) + p * q)))
  return sum
}
