import { inARow, type Procedure, TRIALS_PER_ARM } from '../procedure.ts'

/**
 * golang.org/x/perf/cmd/benchstat: two files, ten runs each, one after the other; a difference is
 * reported where the exact two-sided Mann-Whitney U test has p < .05.
 */
export const benchstat: Procedure = {
  name: 'benchstat: Mann-Whitney, A then B',
  decide: ({ factor, run }) => {
    const session = run()
    const baseline = inARow(session, 1, TRIALS_PER_ARM)
    const candidate = inARow(session, factor, TRIALS_PER_ARM)
    const wins = candidate.reduce((sum, c) => sum + baseline.filter((b) => c > b).length, 0)
    const trials = 2 * TRIALS_PER_ARM
    const half = TRIALS_PER_ARM ** 2 / 2
    const p = 2 * (uTail[Math.min(wins, 2 * half - wins)] as number)
    return { verdict: p >= 0.05 ? undefined : wins > half ? 'regressed' : 'improved', trials }
  },
}

/** Entry u: P(U <= u) without ties, counted by the recursion of Mann and Whitney (1947). */
const uTail: readonly number[] = tailOfU(TRIALS_PER_ARM)

function tailOfU(n: number): number[] {
  // ways[u]: choices of n places of 2n with u inversions, the coefficients of a Gaussian binomial.
  let ways = [1, ...Array.from({ length: n * n }, () => 0)]
  for (let i = 1; i <= n; i++) {
    for (let u = n * n; u >= n + i; u--) ways[u] = (ways[u] as number) - (ways[u - n - i] as number)
    for (let u = i; u <= n * n; u++) ways[u] = (ways[u] as number) + (ways[u - i] as number)
  }
  const all = ways.reduce((sum, way) => sum + way, 0)
  let sum = 0
  return ways.map((way) => (sum += way) / all)
}
