/**
 * Calibration: how far the values of two blocks differ on this machine when nothing differs, and
 * whether a threshold can be decided against it. The A/A suite of a folder (the baseline against itself)
 * measures that floor; every other suite's own blocks scatter at least as much.
 */
import { isMetric, type MetricName } from '../metrics.ts'
import type { Report, SuiteReport } from '../schema/generated.ts'
import { logRatios, logThreshold, blocksForThreshold, scale } from '../stats/index.ts'
import type { Plan } from './plan.ts'
import { asksTheSame } from './requested.ts'

/** Robust standard deviation of the log ratios of blocks, by metric; 0.03 is about 3 %. */
export type Noise = Readonly<Record<string, number>>

/** A metric whose threshold the noise puts out of reach of the suite's budget. */
export interface OutOfReach {
  metric: MetricName
  scale: number
  /** Blocks it would take, about. */
  blocks: number
}

/** Blocks before which a scale says nothing. */
const FEWEST = 4

/** Scale of one metric's blocks; undefined with too few of them. */
export function noiseOf(series: {
  baseline: readonly number[]
  candidate: readonly number[]
  better: 'lower' | 'higher'
}): number | undefined {
  return series.baseline.length < FEWEST
    ? undefined
    : scale(logRatios(series.baseline, series.candidate, series.better))
}

/** Whether the arms were asked for the same: an A/A suite, the machine's noise floor. */
export function isCalibration(plan: Plan): boolean {
  return asksTheSame(plan.arms.baseline, plan.arms.candidate)
}

/** The gated metrics of a plan that this noise keeps undecided within `blocks.max`. */
export function outOfReach(plan: Plan, noise: Noise): OutOfReach[] {
  const gated = Object.entries(noise).filter(([name]) => isMetric(name) && plan.rules[name].gated)
  const alpha = plan.alpha / Math.max(1, gated.length)
  return gated
    .map(([name, scale]) => ({
      metric: name as MetricName,
      scale,
      blocks: blocksForThreshold(scale, logThreshold(plan.rules[name as MetricName].threshold), alpha),
    }))
    .filter(({ blocks }) => blocks > plan.blocks.max)
}

/** The noise floor an earlier report of the same machine knows for a suite; undefined when it has none. */
export function knownNoise(
  report: Report | undefined,
  suite: string,
  machine: { os: string; cpu: string },
): Noise | undefined {
  if (report === undefined || report.environment.os !== machine.os || report.environment.cpu !== machine.cpu)
    return undefined
  return latestNoise(report.suites, suite)
}

function latestNoise(suites: readonly SuiteReport[], name: string): Noise | undefined {
  return suites.findLast((suite) => suite.name === name && suite.calibration && suite.noise !== undefined)
    ?.noise
}
