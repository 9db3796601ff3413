import type { Block } from '../../judge/blocks.ts'
import type { SuiteGate } from '../../judge/gate.ts'
import type { Ending } from '../../judge/plan.ts'
import type { ArmReport, SuiteReport, SweepReport, Trial } from '../../schema/generated.ts'
import { gateSweep } from '../../sweep/gate.ts'
import { judgeSweep, type SweepAssessment, type SweepFacts } from '../../sweep/judge.ts'
import { pairPlan, type SweepPlan } from '../../sweep/plan.ts'
import { buildArm, completeOf, UNKNOWN } from './arm.ts'
import { sorted, withMedians } from './comparisons.ts'

/** What the worker of a sweep told. */
export interface SweepRecord {
  sweep: SweepPlan
  facts?: SweepFacts
  trials: readonly Trial[]
  /** Missing when the worker died. */
  ending?: Ending
}

/** A sweep as one suite: every arm, every comparison, and the ranking. */
export function buildSweep({ sweep: plan, facts = {}, trials, ending }: SweepRecord): {
  report: SuiteReport
  gate: SuiteGate
} {
  const assessed = judgeSweep(plan, facts, trials, ending)
  const baseline = buildBaseline(plan, facts, trials, assessed.pairs)
  const candidates = assessed.pairs.map((pair) =>
    buildArm(pairPlan(plan, pair.point), facts[pair.point.arm.name] ?? UNKNOWN, pair.trials, 'candidate'),
  )
  const report: SuiteReport = {
    name: plan.suite,
    file: plan.file,
    seed: plan.seed,
    blocks: plan.blocks,
    ...(ending !== undefined && { requeued: ending.requeued }),
    arms: [baseline, ...candidates],
    comparisons: assessed.pairs.flatMap(({ assessment }, i) =>
      withMedians(sorted(assessment), [baseline, candidates[i]!]),
    ),
    warnings: assessed.warnings,
    sweep: withValues(assessed.sweep, candidates),
  }
  return { report, gate: gateSweep(plan, trials, assessed, ending) }
}

/** The shared baseline: a trial of it counts once, however many candidates it was held against. */
function buildBaseline(
  plan: SweepPlan,
  facts: SweepFacts,
  trials: readonly Trial[],
  pairs: SweepAssessment['pairs'],
): ArmReport {
  const perPair = pairs.map(({ point, trials: own }) => completeOf(pairPlan(plan, point), own))
  const blocks = [
    ...new Map(perPair.flat().map((block): [Trial, Block] => [block.trials.baseline[0]!, block])).values(),
  ]
  const longest =
    pairs[perPair.findIndex(({ length }) => length === Math.max(...perPair.map((some) => some.length)))]!
  const own = trials.filter(({ role, arm }) => role === 'baseline' || arm === longest.point.arm.name)
  return buildArm(
    pairPlan(plan, longest.point),
    facts[plan.baseline.name] ?? UNKNOWN,
    own,
    'baseline',
    blocks,
  )
}

/** The median beside a rank is the arm's own, so that the report agrees with itself. */
function withValues(sweep: SweepReport, arms: readonly ArmReport[]): SweepReport {
  const ranking = sweep.ranking.map((row) => {
    const value = arms.find(({ name }) => name === row.arm)?.samples[sweep.rank_by]?.median
    return { ...row, ...(value !== undefined && { value }) }
  })
  return { ...sweep, ranking }
}
