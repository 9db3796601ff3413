import { decideSequentially, defaultLooks, type MetricSeries } from '../../src/stats/index.ts'
import { type BlockOptions, runBlocks } from './blocks.ts'
import type { Noise } from './noise.ts'
import type { Outcome, Procedure, Situation } from './procedure.ts'

/** The plan of the defaults: six to twenty blocks. */
export const LOOKS: readonly number[] = defaultLooks(6, 20)
/** One-sided error of a suite. */
export const ALPHA = 0.05

/** This project's procedure for a single gated metric, by the very code that judges a run. */
export const ours: Procedure = { name: 'vitest-chimera', decide: (situation) => decideOurs(situation) }

/** The same with the schedule varied. */
export function decideOurs({ noise, factor, random, run }: Situation, options: BlockOptions = {}): Outcome {
  const { metrics, trials } = runBlocks([run()], factor, LOOKS.at(-1) as number, random, options)
  const [time] = metrics.map((values) => lowerIsBetter(values, noise))
  if (time === undefined) throw new Error('There is one metric.')
  const { verdict, n } = decideSequentially({ metrics: { time }, looks: LOOKS, alpha: ALPHA }).decisions.time
  return { verdict, trials: trials[n - 1] as number }
}

/** A gated metric with the threshold of its noise. */
export function lowerIsBetter(
  values: { baseline: number[]; candidate: number[] },
  { threshold }: Noise,
): MetricSeries {
  return { ...values, better: 'lower', threshold, gated: true }
}
