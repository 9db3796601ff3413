import { rankSum, type Verdict } from '../../../src/stats/index.ts'
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
    return { verdict: benchstatVerdict(baseline, candidate), trials: 2 * TRIALS_PER_ARM }
  },
}

/** What benchstat says of two samples of times. */
export function benchstatVerdict(
  baseline: readonly number[],
  candidate: readonly number[],
): Verdict | undefined {
  const { p, shift } = rankSum(baseline, candidate, 0.95)
  if (p >= 0.05) return undefined
  return shift > 0 ? 'regressed' : 'improved'
}
