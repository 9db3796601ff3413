import { logRatios } from '../../../src/stats/index.ts'
import { runBlocks } from '../blocks.ts'
import { LOOKS } from '../ours.ts'
import { meanOf, type Procedure } from '../procedure.ts'
import { studentQuantile } from '../student.ts'

/**
 * Naive peeking: our blocks, and after each from the sixth on a 90 % t-interval as if it were the only
 * look; red as soon as it lies above zero.
 */
export const peeking: Procedure = {
  name: 'naive peeking, 90 % t-interval',
  decide: ({ factor, random, run }) => {
    const most = LOOKS.at(-1) as number
    const { metrics, trials } = runBlocks([run()], factor, most, random)
    const d = metrics.flatMap(({ baseline, candidate }) => logRatios(baseline, candidate, 'lower'))
    for (let n = LOOKS[0] as number; n <= most; n++) {
      const { mean, variance } = meanOf(d.slice(0, n))
      const lower = mean - studentQuantile(0.95, n - 1) * Math.sqrt(variance)
      if (lower > 0) return { verdict: 'regressed', trials: trials[n - 1] as number }
    }
    return { verdict: undefined, trials: trials[most - 1] as number }
  },
}
