import type { Run } from '../noise.ts'
import { inARow, meanOf, type Outcome, type Procedure, type Situation, TRIALS_PER_ARM } from '../procedure.ts'

/** Vitest: `expect(baseline).not.toBeFasterThan(candidate, { delta })`, A then B, means, delta the threshold. */
export const toBeFasterThan: Procedure = {
  name: 'Vitest toBeFasterThan, A then B',
  decide: (situation) => compareMeans(situation, situation.run()),
}

/** The same with Vitest's `retry: 3`: red only if four attempts in a row are. */
export const withRetries: Procedure = {
  name: 'Vitest toBeFasterThan, retry: 3',
  decide: (situation) => {
    const session = situation.run()
    let trials = 0
    for (let attempt = 0; attempt < 4; attempt++) {
      const outcome = compareMeans(situation, session)
      trials += outcome.trials
      if (outcome.verdict !== 'regressed') return { verdict: outcome.verdict, trials }
    }
    return { verdict: 'regressed', trials }
  },
}

function compareMeans({ factor, noise }: Situation, session: Run): Outcome {
  const baseline = meanOf(inARow(session, 1, TRIALS_PER_ARM)).mean
  const candidate = meanOf(inARow(session, factor, TRIALS_PER_ARM)).mean
  const regressed = baseline < candidate * (1 - noise.threshold)
  return { verdict: regressed ? 'regressed' : undefined, trials: 2 * TRIALS_PER_ARM }
}

/**
 * A stored mean of the last run against this run's: github-action-benchmark with its alert-threshold at
 * the metric's threshold (its default is 200 %), CodSpeed at its default of 10 %.
 */
export function storedMean(name: string, threshold?: number): Procedure {
  return {
    name,
    decide: ({ factor, noise, run }) => {
      const stored = meanOf(inARow(run(), 1, TRIALS_PER_ARM)).mean
      const now = meanOf(inARow(run(), factor, TRIALS_PER_ARM)).mean
      const regressed = now / stored > 1 + (threshold ?? noise.threshold)
      return { verdict: regressed ? 'regressed' : undefined, trials: TRIALS_PER_ARM }
    },
  }
}
