import { suiteErrors, sweepErrors } from './messages.ts'
import type { Arm } from '../call/arm.ts'
import { isMetric, metricNames, type MetricName } from '../metrics.ts'
import type { Halving, Ranking } from '../judge/plan.ts'
import { axesOf, gridFault, pointArm, pointsOf, type Grid, type Settings } from '../rank/grid.ts'
import { nearest } from '../text/index.ts'
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

/** The candidates of a sweep: the grid's points, then those given as arms. */
export function candidatesOf({ baseline, grid, candidates = [] }: AgentSweepOptions): CandidateInput[] {
  const points = pointsOf(axesOf(grid ?? {}))
  return [
    ...points.map((settings) => ({ arm: pointArm(baseline, settings), settings })),
    ...candidates.map((arm) => ({ arm })),
  ]
}

/** How the candidates of a sweep are put in order; throws a ChimeraError that names the first fault. */
export function rankingOf(suite: string, definition: AgentSweepOptions): Ranking {
  const axes = axesOf(definition.grid ?? {})
  const fault = gridFault(axes)
  if (fault !== undefined) throw sweepErrors.badGrid(suite, fault)
  const { rankBy = 'output_throughput' } = definition
  if (typeof rankBy === 'string' && !isMetric(rankBy))
    throw suiteErrors.unknownMetric(
      rankBy,
      `rankBy of sweep "${suite}"`,
      nearest(rankBy, metricNames),
      metricNames,
    )
  if (!isMetric(rankBy) || rankBy === 'valid_rate')
    throw sweepErrors.badRankBy(
      suite,
      rankBy,
      metricNames.filter((name) => name !== 'valid_rate'),
    )
  const halving = halvingOf(suite, definition.halving)
  return { axes, rankBy, ...(halving !== undefined && { halving }) }
}

function halvingOf(suite: string, asked: AgentSweepOptions['halving']): Halving | undefined {
  if (asked === undefined || asked === false) return undefined
  const { keep = 0.5, budget } = asked === true ? {} : asked
  if (!(keep > 0 && keep < 1))
    throw sweepErrors.badHalving(
      suite,
      `Expected a fraction between 0 and 1 in \`keep\` but received ${String(keep)}`,
    )
  if (budget !== undefined && !(Number.isInteger(budget) && budget > 0)) {
    throw sweepErrors.badHalving(
      suite,
      `Expected a number of trials in \`budget\` but received ${String(budget)}`,
    )
  }
  return { keep, ...(budget !== undefined && { budget }) }
}
