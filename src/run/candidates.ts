import { sweepErrors } from './messages.ts'
import type { Arm } from '../call/arm.ts'
import type { MetricName } from '../metrics.ts'
import type { Ranking } from '../judge/plan.ts'
import {
  axesOf,
  countPoints,
  MOST_POINTS,
  pointArm,
  pointsOf,
  type Grid,
  type Settings,
} from '../rank/grid.ts'
import type { AgentBenchOptions } from './agent.ts'

export type { Grid }

/** Successive halving, as a suite asks for it. */
export interface HalvingInput {
  /** Fraction of the candidates kept at every look. Default 0.5; ties with the last of them are kept too. */
  keep?: number
  /** Maximum number of trials, including warm-ups. Default: as many as `blocks` allows. */
  budget?: number
}

/** Options of {@link agentSweep}. */
export interface AgentSweepOptions extends Omit<AgentBenchOptions, 'candidate' | 'strict'> {
  /** Values by option; every combination is a candidate: the baseline with these options. `agent.option` in a team. */
  grid?: Grid
  /** Candidates in addition to the grid's, or instead of a grid. */
  candidates?: readonly Arm[]
  /** Metric the table is ranked by. Default `output_throughput`. */
  rankBy?: MetricName
  /** Stop running arms that fall behind, and spend the blocks on the rest. */
  halving?: boolean | HalvingInput
}

/** One candidate as an arm, with what it sets on the grid's axes. */
export interface CandidateInput {
  arm: Arm
  settings?: Settings
}

/** Refuses a grid of more points than can be held in memory, before anything looks at its values. */
export function checkSize(suite: string, definition: AgentSweepOptions | undefined): void {
  const points = countPoints(axesOf(definition?.grid ?? {}))
  if (points > MOST_POINTS) throw sweepErrors.tooManyPoints(suite, points, MOST_POINTS)
}

/** The candidates of a sweep: the grid's points, then those given as arms. */
export function candidatesOf({ baseline, grid, candidates = [] }: AgentSweepOptions): CandidateInput[] {
  const points = pointsOf(axesOf(grid ?? {}))
  return [
    ...points.map((settings) => ({ arm: pointArm(baseline, settings), settings })),
    ...candidates.map((arm) => ({ arm })),
  ]
}

/** How the candidates of a sweep are put in order. */
export function rankingOf({ grid, rankBy = 'output_throughput', halving }: AgentSweepOptions): Ranking {
  const asked = halving === true ? {} : halving
  return {
    axes: axesOf(grid ?? {}),
    rankBy,
    ...(typeof asked === 'object' && { halving: { keep: 0.5, ...asked } }),
  }
}
