import { metrics, type MetricName } from '../metrics.ts'
import type { Comparison, Role, Trial } from '../schema/generated.ts'
import type { Candidate, Plan, PlannedArm } from './plan.ts'

/** One candidate and the baseline, and the rules by which they are held against each other. */
export interface ArmPair extends Pick<Plan, 'suite' | 'file' | 'blocks' | 'looks' | 'strict' | 'rules'> {
  /** One-sided error rate: this candidate's part of the plan's. */
  alpha: number
  arms: Readonly<Record<Role, PlannedArm>>
}

/**
 * The pair of a candidate. Candidates share alpha in equal parts (Bonferroni): their intervals are read side by side, so
 * they have to hold side by side.
 */
export function pairOf(plan: Plan, { arm }: Candidate): ArmPair {
  const { suite, file, blocks, looks, strict, rules, alpha, baseline, candidates } = plan
  return {
    suite,
    file,
    blocks,
    looks,
    strict,
    rules,
    alpha: alpha / candidates.length,
    arms: { baseline, candidate: arm },
  }
}

/** The trials by which a candidate is judged; a single candidate is judged by all there are. */
export function trialsOf(plan: Plan, { arm }: Candidate, trials: readonly Trial[]): readonly Trial[] {
  return plan.candidates.length === 1 ? trials : pairTrials(trials, arm.name)
}

/** A candidate's trials and the baseline's of the same blocks and attempts: those that ran for it. */
export function pairTrials(trials: readonly Trial[], arm: string): Trial[] {
  const place = ({ block, attempt }: Trial): string => `${block}/${attempt}`
  const own = new Set(trials.filter((trial) => trial.arm === arm).map(place))
  return trials.filter((trial) => trial.arm === arm || (trial.role === 'baseline' && own.has(place(trial))))
}

/** What every comparison says of itself, independent of its figures. */
export function identity<Name extends MetricName>(
  { arms }: ArmPair,
  metric: Name,
  stage: string | null,
): Pick<Comparison, 'stage' | 'baseline' | 'candidate' | 'better' | 'unit'> & { metric: Name } {
  const { better, unit } = metrics[metric]
  return { metric, stage, baseline: arms.baseline.name, candidate: arms.candidate.name, better, unit }
}
