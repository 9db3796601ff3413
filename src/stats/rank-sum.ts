import { at, InvalidValuesError } from './checked.ts'
import { middle } from './interval.ts'

/** Two independent samples, compared by ranks. */
export interface RankSum {
  /** Two-sided p of the Wilcoxon-Mann-Whitney test. */
  p: number
  /** Hodges-Lehmann estimate of the shift: the median of all differences second - first. */
  shift: number
  /** Of the shift; absent where the samples are too small for the level. */
  interval?: readonly [number, number]
}

/**
 * The Wilcoxon-Mann-Whitney test with the interval that belongs to it: the differences second - first
 * in order, cut at the same distance from either end (Hollander, Wolfe and Chicken, "Nonparametric
 * Statistical Methods", sections 4.1 to 4.3). Exact, ties included, up to 60 values together; beyond
 * that by the normal approximation with corrections for ties and continuity.
 *
 * It compares the values at hand. Whatever moves a whole sample, as a run's own conditions do, is
 * part of the shift it sees.
 *
 * @param level of the interval, between 0 and 1
 * @throws InvalidValuesError on an empty sample, a value that is not finite, or an impossible level
 */
export function rankSum(first: readonly number[], second: readonly number[], level: number): RankSum {
  if (!(level > 0 && level < 1)) throw new InvalidValuesError('level', 'a share between 0 and 1', level)
  const differences = allDifferences(checked('first sample', first), checked('second sample', second))
  const { statistic, ranks } = rankTogether(first, second)
  const { below, above } = nullTails(ranks, first.length)
  // The interval's ends are cut as if there were no ties, as tables of the test do.
  const untied = nullTails(
    ranks.map((_, i) => 2 * (i + 1)),
    first.length,
  )
  const c = lastWithin(untied, (1 - level) / 2, differences.length)
  const estimate = { p: Math.min(1, 2 * below(statistic), 2 * above(statistic)), shift: middle(differences) }
  if (c < 0) return estimate
  return { ...estimate, interval: [at(differences, c), at(differences, differences.length - 1 - c)] }
}

function checked(name: string, values: readonly number[]): readonly number[] {
  if (values.length === 0) throw new InvalidValuesError(name, 'at least one value', 'none')
  values.forEach((value, index) => {
    if (!Number.isFinite(value))
      throw new InvalidValuesError(`${name}'s value ${index}`, 'a finite number', value)
  })
  return values
}

function allDifferences(first: readonly number[], second: readonly number[]): Float64Array {
  return Float64Array.from(second.flatMap((b) => first.map((a) => b - a))).sort()
}

/** BlockLimits with first > second, a tie counting half, times two so that it is whole; and all midranks, doubled. */
function rankTogether(
  first: readonly number[],
  second: readonly number[],
): { statistic: number; ranks: number[] } {
  const pooled = [...first, ...second].toSorted((a, b) => a - b)
  const ranks = pooled.map((value) => pooled.indexOf(value) + pooled.lastIndexOf(value) + 2)
  const sum = first.reduce((total, value) => total + at(ranks, pooled.indexOf(value)), 0)
  return { statistic: sum - first.length * (first.length + 1), ranks }
}

/** P(statistic <= u) and P(statistic >= u), doubled as the ranks are, if every choice of `n` ranks is as probable. */
interface Tails {
  below: (u: number) => number
  above: (u: number) => number
}

const MOST_FOR_EXACT = 60

function nullTails(ranks: readonly number[], n: number): Tails {
  return ranks.length <= MOST_FOR_EXACT ? exactTails(ranks, n) : normalTails(ranks, n)
}

/** Counts the choices by their sum, one rank after the other. */
function exactTails(ranks: readonly number[], n: number): Tails {
  const largest = ranks.reduce((sum, rank) => sum + rank, 0)
  const choices = Array.from({ length: n + 1 }, () => new Float64Array(largest + 1))
  at(choices, 0)[0] = 1
  for (const rank of ranks) {
    for (let k = n; k >= 1; k--) {
      const to = at(choices, k)
      const from = at(choices, k - 1)
      for (let sum = largest; sum >= rank; sum--) to[sum] = (to[sum] as number) + (from[sum - rank] as number)
    }
  }
  let running = 0
  const counts = at(choices, n)
  const cumulated = counts.map((count) => (running += count))
  const smallest = n * (n + 1)
  const below = (u: number): number => (u < 0 ? 0 : at(cumulated, Math.min(largest, u + smallest)) / running)
  // Ties take the symmetry away, so that the two sides are counted apart.
  return { below, above: (u) => 1 - below(u - 1) }
}

function normalTails(ranks: readonly number[], n: number): Tails {
  const all = ranks.length
  const m = all - n
  const ties = [...Map.groupBy(ranks, (rank) => rank).values()].reduce(
    (sum, { length: t }) => sum + t ** 3 - t,
    0,
  )
  const variance = ((n * m) / 12) * (all + 1 - ties / (all * (all - 1)))
  if (variance <= 0) return { below: () => 1, above: () => 1 }
  const below = (u: number): number => normalTail((n * m - u - 1) / 2 / Math.sqrt(variance))
  return { below, above: (u) => below(2 * n * m - u) }
}

/** The largest c with P(statistic <= c) <= alpha; -1 if there is none. */
function lastWithin({ below }: Tails, alpha: number, pairs: number): number {
  let c = -1
  while (2 * (c + 1) < pairs - 1 && below(2 * (c + 1)) <= alpha * (1 + 1e-12)) c++
  return c
}

/** P(Z > z) of the standard normal distribution, by Simpson's rule eight standard deviations far; off by less than 1e-9. */
function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z)
  const steps = 400
  const width = 8 / steps
  let sum = 0
  for (let i = 0; i <= steps; i++) {
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2
    sum += weight * Math.exp(-((z + i * width) ** 2) / 2)
  }
  return (sum * width) / 3 / Math.sqrt(2 * Math.PI)
}
