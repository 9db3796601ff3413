import { InvalidValuesError } from './checked.ts'

/** Fewer blocks than this decide nothing, at any alpha. */
export const FEWEST_BLOCKS = 6

/** The last block at which a plan may look. */
export const MOST_BLOCKS = 300

/** Where a plan of more than 30 blocks looks: close together where most verdicts fall, then in steps of about 1.3. */
const LADDER = [6, 8, 10, 12, 16, 20, 26, 34, 44, 58, 76, 100, 130, 170, 200, 250]
/** Least ratio of the maximum to the look before it. */
const LAST_STEP = 1.12

/**
 * After how many blocks to look, for a budget of blocks: three close looks, where most verdicts fall,
 * then growing steps up to the maximum (6 to 20: 6, 8, 10, 12, 16, 20). No look stands before six
 * blocks, unless the maximum does: such a plan can decide nothing.
 *
 * @throws InvalidValuesError unless both are whole numbers with 1 <= min <= max
 */
export function defaultLooks(min: number, max: number): number[] {
  if (!Number.isInteger(min) || !Number.isInteger(max) || min < 1 || max < min) {
    throw new InvalidValuesError('blocks', 'whole numbers with 1 <= min <= max', `min ${min}, max ${max}`)
  }
  const first = Math.max(min, FEWEST_BLOCKS)
  const later =
    max > 30 ? LADDER.filter((n) => n > first + 1 && n * LAST_STEP <= max) : closeLooks(first, max)
  const looks = [first, ...later].filter((n) => n >= first && n < max)
  return [...new Set([...looks, max])].sort((a, b) => a - b)
}

/** Looks of a short plan after its first. */
function closeLooks(first: number, max: number): number[] {
  const third = first + 4
  const growth = max / third
  const steps = Math.max(3, Math.ceil(Math.log(growth) / Math.log(1.5)))
  const wide = Array.from(
    { length: steps },
    (_, i) => 2 * Math.round((third * growth ** ((i + 1) / steps)) / 2),
  )
  return [first + 2, third, ...wide]
}

/**
 * Fewest blocks that can decide anything with one-sided error alpha: under the null all n signs are
 * alike with probability 0.5^n, which must not exceed alpha. Never below six. A plan whose last look
 * is smaller has no interval at any look.
 */
export function minimumBlocks(alpha: number): number {
  checkAlpha(alpha)
  // The small term keeps exact powers of two, such as alpha = 1/128, from being rounded up.
  return Math.max(FEWEST_BLOCKS, Math.ceil(-Math.log2(alpha) - 1e-9))
}

/** @throws InvalidValuesError unless alpha lies between 0 and 0.5, both exclusive */
export function checkAlpha(alpha: number): void {
  if (!(alpha > 0 && alpha < 0.5)) {
    throw new InvalidValuesError('alpha', 'a one-sided error between 0 and 0.5', alpha)
  }
}

/** @throws InvalidValuesError unless the looks are ascending whole numbers from 1 up to 300 */
export function checkLooks(looks: readonly number[]): void {
  const ascending = looks.every((n, k) => Number.isInteger(n) && n > (looks[k - 1] ?? 0) && n <= MOST_BLOCKS)
  if (looks.length === 0 || !ascending) {
    throw new InvalidValuesError(
      'looks',
      `ascending whole numbers from 1 up to ${MOST_BLOCKS}`,
      `[${looks.join(', ')}]`,
    )
  }
}

/** Blocks of a short plan: what it spends is spent over these, and what a long plan adds comes after them. */
const SHORT = 20
/** A plan longer than this is a long one. */
const LONGEST_SHORT = 30
/** Part of alpha that a long plan spends within its first blocks: more makes noisy comparisons longer, less quiet ones. */
const EARLY = 0.88

/**
 * Alpha released after n of at most nMax blocks or trials; all of it from nMax on.
 *
 * A plan of up to 30 blocks releases alpha ln(1 + (e - 1) n / nMax), the Pocock-like function of Lan and DeMets,
 * "Discrete Sequential Boundaries for Clinical Trials" (1983). A longer plan releases most of alpha in the same way over
 * its first 20 blocks, where most verdicts fall, and the rest over the logarithm of n, the same for each doubling.
 *
 * @param alpha one-sided error over the whole plan
 */
export function spendAlpha(alpha: number, n: number, nMax: number): number {
  const released = (t: number): number => Math.log1p((Math.E - 1) * Math.min(1, t))
  if (nMax <= LONGEST_SHORT) return alpha * released(n / nMax)
  const late = n <= SHORT ? 0 : Math.min(1, Math.log(n / SHORT) / Math.log(nMax / SHORT))
  return alpha * (EARLY * released(n / SHORT) + (1 - EARLY) * late)
}
