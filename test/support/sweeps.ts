/** Sweeps made to measure: every trial decodes at exactly the rate it was given. */
import { makeSweepPlan, type AgentSweepOptions } from '../../src/run/sweep-plan.ts'
import type { Trial } from '../../src/schema/generated.ts'
import type { SweepPlan } from '../../src/sweep/plan.ts'
import { brokenCall, callOf, trialOf } from './trials.ts'

/** A plan of model `tiny` over three num_ctx × two temperatures, 6 to 12 blocks, unless said otherwise. */
export function sweepFor(definition: Partial<AgentSweepOptions> = {}): SweepPlan {
  return makeSweepPlan(
    'swept',
    'suites/swept.bench.ts',
    {
      baseline: { name: 'baseline', model: 'tiny' },
      grid: { num_ctx: [2048, 4096, 8192], temperature: [0.2, 0.8] },
      blocks: { min: 6, max: 12 },
      ...definition,
    },
    { host: 'http://127.0.0.1:11434', thresholds: {}, blocks: {}, env: { seed: '1' } },
  )
}

/** Tokens per second of a trial; undefined for one that breaks. */
export type Rate = (arm: string, block: number) => number | undefined

/** One trial of an arm in a block. */
export function sweepTrial(
  sweep: SweepPlan,
  arm: string,
  block: number,
  rate: Rate,
  over: Partial<Trial> = {},
): Trial {
  const role = arm === sweep.baseline.name ? 'baseline' : 'candidate'
  const tokensPerSecond = rate(arm, block)
  const call =
    tokensPerSecond === undefined
      ? brokenCall('no_done')
      : callOf({ eval_duration: 100_000 / tokensPerSecond })
  return trialOf({ role, block, call, over: { suite: sweep.suite, file: sweep.file, arm, ...over } })
}

/** Blocks `from` to `to` of the baseline and the given candidates, all of them unless told. */
export function sweepTrials(
  sweep: SweepPlan,
  from: number,
  to: number,
  rate: Rate,
  arms: readonly string[] = namesOf(sweep),
): Trial[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i).flatMap((block) =>
    [sweep.baseline.name, ...arms].map((arm) => sweepTrial(sweep, arm, block, rate)),
  )
}

/** The candidates' names in the order of the plan. */
export function namesOf({ points }: SweepPlan): string[] {
  return points.map(({ arm }) => arm.name)
}
