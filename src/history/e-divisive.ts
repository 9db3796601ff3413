import { createRandom, shuffle } from '../stats/index.ts'

/** Where a series changes: the values from `index` on differ from those before it. */
export interface ChangePoint {
  index: number
  /** Of the permutation test. */
  p: number
}

/** A change is detected up to this p; the default of Apache Otava, which watches series of the same kind. */
const LEVEL = 0.001
const PERMUTATIONS = 1999
/** Values on either side of a change, at least. */
const SHORTEST = 5

/**
 * Points at which the distribution of a series changes, in order: E-divisive of Matteson and James (2014), "A
 * nonparametric approach for multiple change point analysis of multivariate data", JASA 109, 334-345, for one variable
 * with alpha = 1. The energy statistic is largest at the next point, a permutation test within the segments found so far
 * decides on it, and the search ends with the first that is not significant.
 *
 * @param seed fixes the permutations
 */
export function changePoints(series: readonly number[], seed = 1): ChangePoint[] {
  const random = createRandom(seed)
  const found: ChangePoint[] = []
  for (;;) {
    const edges = [0, ...found.map(({ index }) => index), series.length].toSorted((a, b) => a - b)
    const segments = edges
      .slice(1)
      .map((end, i) => ({ start: edges[i] ?? 0, values: series.slice(edges[i], end) }))
    const [best] = segments
      .map(({ start, values }) => ({ start, ...bestSplit(values) }))
      .toSorted((a, b) => b.q - a.q)
    if (best === undefined || best.q <= 0) break
    const p = permutationP(
      segments.map(({ values }) => values),
      best.q,
      random,
    )
    if (p > LEVEL) break
    found.push({ index: best.start + best.index, p })
  }
  return found.toSorted((a, b) => a.index - b.index)
}

/** Share of permutations within the segments whose best split is as large; the search ends once it is too many. */
function permutationP(segments: readonly (readonly number[])[], q: number, random: () => number): number {
  let larger = 0
  for (let i = 0; i < PERMUTATIONS; i++) {
    const most = Math.max(...segments.map((segment) => bestSplit(shuffle(segment, random)).q))
    // Sums of the same distances in another order differ in their last digits.
    if (most >= q * (1 - 1e-12)) larger++
    if ((larger + 1) / (PERMUTATIONS + 1) > LEVEL) return 1
  }
  return (larger + 1) / (PERMUTATIONS + 1)
}

interface Split {
  /** The scaled sample energy statistic of the paper's equation 7; 0 where the segment is too short. */
  q: number
  index: number
}

/** The largest statistic over the values before `index` and those from there up to any end. */
function bestSplit(values: readonly number[]): Split {
  const n = values.length
  const sums = distanceSums(values)
  const entry = (row: number, column: number): number => sums[row * (n + 1) + column] ?? 0
  /** Distances from the values between the first two to those between the last two. */
  const sum = (a: number, b: number, c: number, d: number): number =>
    entry(b, d) - entry(b, c) - entry(a, d) + entry(a, c)
  let best: Split = { q: 0, index: 0 }
  for (let split = SHORTEST; split <= n - SHORTEST; split++) {
    const before = sum(0, split, 0, split) / (split * (split - 1))
    for (let end = split + SHORTEST; end <= n; end++) {
      const size = end - split
      const after = sum(split, end, split, end) / (size * (size - 1))
      const between = sum(0, split, split, end)
      const energy = (2 * between) / (split * size) - before - after
      const q = ((split * size) / end) * energy
      if (q > best.q) best = { q, index: split }
    }
  }
  return best
}

/** Sums of |x - y| over all pairs of the first rows and columns, in rows of n + 1. */
function distanceSums(values: readonly number[]): Float64Array {
  const width = values.length + 1
  const sums = new Float64Array(width * width)
  values.forEach((x, i) => {
    let row = 0
    values.forEach((y, j) => {
      row += Math.abs(x - y)
      sums[(i + 1) * width + j + 1] = (sums[i * width + j + 1] ?? 0) + row
    })
  })
  return sums
}
