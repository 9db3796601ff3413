import { inARow, meanOf, type Procedure, TRIALS_PER_ARM } from '../procedure.ts'
import { studentQuantile } from '../student.ts'

/** Stored runs; Bencher takes up to 64. */
const HISTORY = 20

/** Bencher's t_test threshold with an upper boundary of .99: mean + t sd of the stored runs, without a prediction's 1/n. */
export const bencher: Procedure = {
  name: 'Bencher: t limit, 20 stored runs',
  decide: ({ factor, run }) => {
    const history = Array.from({ length: HISTORY }, () => meanOf(inARow(run(), 1, TRIALS_PER_ARM)).mean)
    const { mean, variance } = meanOf(history)
    const limit = mean + studentQuantile(0.99, HISTORY - 1) * Math.sqrt(variance * HISTORY)
    const now = meanOf(inARow(run(), factor, TRIALS_PER_ARM)).mean
    return { verdict: now > limit ? 'regressed' : undefined, trials: TRIALS_PER_ARM }
  },
}
