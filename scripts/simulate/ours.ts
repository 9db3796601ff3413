import { decideSequentially, defaultLooks, type MetricSeries } from '../../src/stats/index.ts'
import { type BlockOptions, runBlocks } from './blocks.ts'
import type { Noise } from './noise.ts'
import type { Outcome, Procedure, Situation } from './procedure.ts'

/** The plan of the defaults: six to two hundred blocks. */
export const LOOKS: readonly number[] = defaultLooks(6, 200)
/** Blocks after which the defaults end a comparison of long trials. */
const LONG_TRIALS = 20
/** One-sided error of a suite. */
export const ALPHA = 0.05

/** This project's procedure for a single gated metric, by the very code that judges a run. */
export const ours: Procedure = { name: 'vitest-chimera', decide: (situation) => decideOurs(situation) }

/** The same plan where trials take so long that its time is spent after twenty blocks. */
export const oursInTime: Procedure = {
  name: 'vitest-chimera, ended after 20 blocks',
  decide: (situation) => decideOurs(situation, {}, LONG_TRIALS),
}

/** The same with the schedule varied, or ended early. */
export function decideOurs(
  { noise, factor, random, run }: Situation,
  options: BlockOptions = {},
  most = LOOKS.at(-1) as number,
): Outcome {
  const { metrics, trials } = runBlocks([run()], factor, most, random, options)
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
