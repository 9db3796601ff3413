/**
 * A sweep: many candidates against one baseline that they share.
 *
 * A block is one baseline trial and one trial of each candidate, with the same sampling seed. Every candidate is judged
 * against the baseline as agentBench would judge it (`pairPlan`, `pairTrials`), and against the other candidates by
 * their distance to that same baseline trial (tracks.ts). rank.ts puts them in order, with ties; axes.ts says what each
 * option of the grid did; halving.ts who goes on; replay.ts where a sweep stands. All of it is pure and replayed from
 * the trials, so that the worker that decides who goes on and the process that writes the report cannot disagree.
 */
import type { Plan, PlannedArm } from '../judge/plan.ts'
import type { MetricName } from '../metrics.ts'
import type { Trial } from '../schema/generated.ts'
import type { Axis, Settings } from './grid.ts'

/** Successive halving: the contenders go on, the others stop. */
export interface Halving {
  /** Share of the contenders that goes on at every look; ties with the last of them go on too. */
  keep: number
  /** Trials the sweep may start, warm-ups included; unset means as many as its blocks take. */
  budget?: number
}

/** One candidate. */
export interface SweepPoint {
  arm: PlannedArm
  /** What it sets on each axis of the grid; absent for a candidate that was given as an arm. */
  settings?: Settings
}

/** Everything that fixes how a sweep is run and judged. `alpha` is that of all candidates together. */
export interface SweepPlan extends Omit<Plan, 'arms'> {
  baseline: PlannedArm
  points: readonly SweepPoint[]
  axes: readonly Axis[]
  rankBy: MetricName
  halving?: Halving
}

/**
 * The plan by which one candidate is judged against the baseline. Candidates share alpha in equal parts (Bonferroni):
 * a sweep's intervals are read side by side, so they have to hold side by side.
 */
export function pairPlan(sweep: SweepPlan, { arm }: SweepPoint): Plan {
  const { baseline, points, axes: _, rankBy: __, halving: ___, ...plan } = sweep
  return { ...plan, alpha: plan.alpha / points.length, arms: { baseline, candidate: arm } }
}

/** A candidate's trials and the baseline's beside them: those of the blocks and attempts in which the candidate ran. */
export function pairTrials(trials: readonly Trial[], arm: string): Trial[] {
  const place = ({ block, attempt }: Trial): string => `${block}/${attempt}`
  const own = new Set(trials.filter((trial) => trial.arm === arm).map(place))
  return trials.filter((trial) => trial.arm === arm || (trial.role === 'baseline' && own.has(place(trial))))
}
