import { at } from './checked.ts'
import { createRandom } from './random.ts'

/**
 * Exact null distribution of Wilcoxon's signed-rank statistic, the number of Walsh averages below
 * zero: entry c is P(at most c of them), for c = 0 ... n(n + 1)/2. By convolution over the ranks,
 * each of which counts with probability one half.
 */
export function signedRankTail(n: number): Float64Array {
  let mass = new Float64Array((n * (n + 1)) / 2 + 1)
  mass[0] = 1
  for (let rank = 1; rank <= n; rank++) {
    mass = mass.map((here, c) => (here + (c >= rank ? at(mass, c - rank) : 0)) / 2)
  }
  let sum = 0
  return mass.map((p) => (sum += p))
}

/**
 * The same statistic at several looks of one growing sample, simulated under the null: row k holds
 * its value at looks[k] in every run. Runs come in mirrored pairs (2r and 2r + 1), because a sample
 * turned upside down is as probable; that takes noise away for nothing.
 *
 * No values are drawn: under the null a new one takes any rank among the absolute values before it
 * with the same probability, and its sign is a fair coin.
 */
export function simulateSignedRank(looks: readonly number[], runs: number, seed: number): Uint16Array[] {
  const random = createRandom(seed)
  const last = looks.at(-1) ?? 0
  const rows = looks.map(() => new Uint16Array(2 * runs))
  const negative = new Int32Array(Math.ceil(last / BITS))
  for (let run = 0; run < runs; run++) {
    negative.fill(0)
    let statistic = 0
    let n = 0
    for (let k = 0; k < looks.length; k++) {
      const look = at(looks, k)
      for (; n < look; n++) {
        const drawn = Math.floor(random() * 2 * (n + 1))
        statistic += insert(negative, drawn >>> 1, drawn & 1)
      }
      const row = at(rows, k)
      row[2 * run] = statistic
      row[2 * run + 1] = (look * (look + 1)) / 2 - statistic
    }
  }
  return rows
}

const BITS = 30
const FULL = (1 << BITS) - 1

/**
 * Inserts a value of rank `below` + 1 into the signs, which stand in order of rank, 30 to a word, 1 for
 * negative. Returns what the statistic, the sum of the negative ranks, gains: the value's own rank
 * if it is negative, and one for each negative value that moves up a rank.
 */
function insert(negative: Int32Array, below: number, sign: number): number {
  const first = (below / BITS) | 0
  const offset = below - first * BITS
  const word = negative[first] as number
  const moved = word >>> offset
  const widened = (word & ((1 << offset) - 1)) | (sign << offset) | (moved << (offset + 1))
  negative[first] = widened & FULL
  let carry = widened >>> BITS
  let gain = sign * (below + 1) + ones(moved)
  for (let w = first + 1; w < negative.length; w++) {
    const here = negative[w] as number
    gain += ones(here)
    negative[w] = ((here << 1) | carry) & FULL
    carry = here >>> (BITS - 1)
  }
  return gain
}

/** Number of bits set (Warren, "Hacker's Delight", figure 5-2). */
function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
