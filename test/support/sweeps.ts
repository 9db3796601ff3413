/** Sweeps made to measure: every trial decodes at exactly the rate it was given. */
import { gateSuite, type SuiteGate } from '../../src/judge/gate.ts'
import { isRanked, type Ending, type Facts, type RankedPlan } from '../../src/judge/plan.ts'
import { judge, type Results } from '../../src/judge/results.ts'
import { measuredPlan } from '../../src/rank/same.ts'
import { rankSuite, type Ranked } from '../../src/rank/judge.ts'
import type { AgentSweepOptions } from '../../src/run/candidates.ts'
import { makeSweepPlan } from '../../src/run/plan.ts'
import type { Trial } from '../../src/schema/generated.ts'
import { brokenCall, callOf, trialOf } from './trials.ts'

/** A plan of model `tiny` over three num_ctx × two temperatures, 6 to 12 blocks, unless said otherwise. */
export function sweepFor(definition: Partial<AgentSweepOptions> = {}): RankedPlan {
  const plan = makeSweepPlan(
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
  if (!isRanked(plan)) throw new Error('A sweep ranks its candidates.')
  return plan
}

/** Tokens per second of a trial; undefined for one that breaks. */
export type Rate = (arm: string, block: number) => number | undefined

/** One trial of an arm in a block. */
export function sweepTrial(
  sweep: RankedPlan,
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
  sweep: RankedPlan,
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
export function namesOf({ candidates }: RankedPlan): string[] {
  return candidates.map(({ arm }) => arm.name)
}

/** What trials of a sweep say, as the report gives it. */
export function judgeSweep(
  plan: RankedPlan,
  facts: Facts,
  trials: readonly Trial[],
  ending?: Ending,
): Ranked & { results: Results; gate: SuiteGate } {
  const measured = measuredPlan(plan, facts)
  const results = judge(measured, trials)
  const ranked = rankSuite({ plan, facts, trials, results, ending })
  const unranked = ranked.sweep.ranking.filter(({ rank }) => rank === undefined).map(({ arm }) => arm)
  return {
    ...ranked,
    results,
    gate: gateSuite({ plan: measured, trials, ending, results }, new Set(), unranked),
  }
}
