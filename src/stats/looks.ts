import { InvalidValuesError } from './invalid.ts'

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
