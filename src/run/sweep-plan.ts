import { sweepErrors } from '../errors.ts'
import type { Arm } from '../llm/arm.ts'
import { isMetric, metricNames } from '../metrics.ts'
import type { Plan, Rule } from '../judge/plan.ts'
import { axesOf, gridFault, pointArm, pointsOf, type Grid, type Settings } from '../sweep/grid.ts'
import type { Halving, SweepPlan } from '../sweep/plan.ts'
import type { AgentBenchOptions } from './agent.ts'
import { makePlan, type Settings as RunSettings } from './plan.ts'

export type { Grid }

/** Successive halving, as a suite asks for it. */
export interface HalvingInput {
  /** Share of the contenders that goes on at every look. Default 0.5; ties with the last of them go on too. */
  keep?: number
  /** Trials to spend in all, warm-ups included. Default: as many as `blocks` allows. */
  budget?: number
}

/** What a suite says to {@link agentSweep}. */
export interface AgentSweepOptions extends Omit<AgentBenchOptions, 'candidate' | 'strict'> {
  /** Values by option; every combination is a candidate: the baseline with these options. `agent.option` in a team. */
  grid?: Grid
  /** Candidates beside the grid's, or instead of it. */
  candidates?: readonly Arm[]
  /** Metric the table is ranked by. Default `output_throughput`. */
  rankBy?: string
  /** Stop running arms that are beaten, and spend the blocks on the contenders. */
  halving?: boolean | HalvingInput
}

/** One candidate as an arm, with what it sets on the grid's axes. */
export interface Candidate {
  arm: Arm
  settings?: Settings
}

/** The candidates of a sweep: the grid's points, then those given as arms. */
export function candidatesOf({ baseline, grid, candidates = [] }: AgentSweepOptions): Candidate[] {
  const points = pointsOf(axesOf(grid ?? {}))
  return [
    ...points.map((settings) => ({ arm: pointArm(baseline, settings), settings })),
    ...candidates.map((arm) => ({ arm })),
  ]
}

/** Holds a sweep's definition to its rules, as `makePlan` does for a suite; each candidate against the baseline. */
export function makeSweepPlan(
  suite: string,
  file: string,
  definition: AgentSweepOptions,
  settings: RunSettings,
  members: readonly string[] = [],
): SweepPlan {
  const axes = axesOf(definition.grid ?? {})
  const fault = gridFault(axes)
  if (fault !== undefined) throw sweepErrors.badGrid(suite, fault)
  const candidates = candidatesOf(definition)
  if (candidates.length === 0) throw sweepErrors.empty(suite)
  const { rankBy = 'output_throughput' } = definition
  if (!isMetric(rankBy) || rankBy === 'valid_rate')
    throw sweepErrors.badRankBy(
      suite,
      rankBy,
      metricNames.filter((name) => name !== 'valid_rate'),
    )
  const plans = candidates.map(({ arm }) =>
    makePlan(suite, file, { ...definition, candidate: arm }, settings, members),
  )
  const { arms, rules, ...rest } = plans[0]!
  const names = plans.map((plan) => plan.arms.candidate.name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw sweepErrors.sameName(suite, twice)
  const halving = halvingOf(suite, definition.halving)
  return {
    ...rest,
    rules: ungated(rules),
    baseline: arms.baseline,
    points: plans.map((plan, i) => {
      const { settings } = candidates[i]!
      return { arm: plan.arms.candidate, ...(settings !== undefined && { settings }) }
    }),
    axes,
    rankBy,
    ...(halving !== undefined && { halving }),
  }
}

/** A sweep looks for the best and compares far too much to forbid anything: it never gates. */
function ungated(rules: Plan['rules']): Plan['rules'] {
  return Object.fromEntries(
    Object.entries(rules).map(([name, rule]): [string, Rule] => [
      name,
      { ...rule, gated: false, stages: [] },
    ]),
  ) as Plan['rules']
}

function halvingOf(suite: string, asked: AgentSweepOptions['halving']): Halving | undefined {
  if (asked === undefined || asked === false) return undefined
  const { keep = 0.5, budget } = asked === true ? {} : asked
  if (!(keep > 0 && keep < 1))
    throw sweepErrors.badHalving(
      suite,
      `Expected a share between 0 and 1 in \`keep\` but received ${String(keep)}`,
    )
  if (budget !== undefined && !(Number.isInteger(budget) && budget > 0)) {
    throw sweepErrors.badHalving(
      suite,
      `Expected a number of trials in \`budget\` but received ${String(budget)}`,
    )
  }
  return { keep, ...(budget !== undefined && { budget }) }
}
