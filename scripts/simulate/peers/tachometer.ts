import type { Verdict } from '../../../src/stats/index.ts'
import { meanOf, type Procedure, TRIALS_PER_ARM } from '../procedure.ts'
import { studentQuantile } from '../student.ts'

/** Tachometer stops by the clock, after three minutes; here after as many samples as it takes by default. */
const MOST_PER_ARM = 50
const BATCH = 10

/**
 * Tachometer: samples alternate A, B; the 95 % t-interval of the relative difference of means is
 * looked at after every ten samples of each, until no horizon lies in it.
 *
 * @param horizon auto-sample condition; 0 is the default
 */
export function tachometer(horizon: 0 | 'threshold'): Procedure {
  const name = horizon === 0 ? 'tachometer: auto-sampling, 0 %' : 'tachometer: auto-sampling, threshold'
  return {
    name,
    decide: ({ factor, noise, run }) => {
      const session = run()
      const at = horizon === 0 ? 0 : noise.threshold
      const baseline: number[] = []
      const candidate: number[] = []
      while (baseline.length < MOST_PER_ARM) {
        for (let i = 0; i < Math.max(BATCH, TRIALS_PER_ARM); i++) {
          baseline.push(session(1).value)
          candidate.push(session(factor).value)
        }
        const trials = 2 * baseline.length
        const verdict = tachometerVerdict(baseline, candidate, at)
        if (verdict !== undefined) return { verdict, trials }
      }
      return { verdict: undefined, trials: 2 * MOST_PER_ARM }
    },
  }
}

/** What tachometer says of two samples of times, with one horizon either way. */
export function tachometerVerdict(
  baseline: readonly number[],
  candidate: readonly number[],
  horizon: number,
): Verdict | undefined {
  const [lower, upper] = relativeDifference(baseline, candidate)
  if (lower > horizon) return 'regressed'
  if (upper < -horizon) return 'improved'
  return lower > -horizon && upper < horizon ? 'unchanged' : undefined
}

/** Its variance by the delta method, degrees of freedom n - 1. */
function relativeDifference(baseline: readonly number[], candidate: readonly number[]): [number, number] {
  const a = meanOf(baseline)
  const b = meanOf(candidate)
  const difference = (b.mean - a.mean) / a.mean
  const variance = (a.variance * b.mean ** 2 + b.variance * a.mean ** 2) / a.mean ** 4
  const margin = studentQuantile(0.975, baseline.length - 1) * Math.sqrt(variance)
  return [difference - margin, difference + margin]
}
