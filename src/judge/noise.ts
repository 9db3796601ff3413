/**
 * Calibration: how far the values of two blocks differ on this machine when nothing differs, and
 * whether a threshold can be decided against it. The A/A suite of a folder (the baseline against itself)
 * measures that floor; every other suite's own blocks scatter at least as much.
 */
import type { MetricName } from '../metrics.ts'
import type { Comparison, Report } from '../schema/generated.ts'
import { blocksNeeded, changes, logThreshold, type PairedValues, scale } from '../stats/index.ts'
import { type Plan, type SuiteRecord, effectiveThreshold } from './plan.ts'
import { asksTheSame } from './comparable.ts'

/** Robust standard deviation of the blocks' log ratios or differences, by metric; 0.03 is about 3 %, or 3 points. */
export type Noise = Readonly<Partial<Record<MetricName, number>>>

/** What an A/A suite has shown. */
export interface Calibration {
  noise: Noise
  comparisons: readonly Comparison[]
}

/** A gated metric that will not be decided within `blocks.max`. */
export interface OutOfReach {
  metric: MetricName
  /** Smallest relative change that matters, the floor included. */
  threshold: number
  scale: number
  /** Blocks it would take, about. */
  blocks: number
}

/** Blocks before which a scale says nothing. */
const FEWEST = 4

/** Scale of one metric's blocks; undefined with too few of them. */
export function noiseOf(series: PairedValues): number | undefined {
  return series.baseline.length < FEWEST ? undefined : scale(changes(series))
}

/**
 * Whether the arms did the same: an A/A suite, the machine's noise floor. An audit may have slowed one of them, and an
 * agent that reads the name of its arm may do something else under each.
 */
export function isCalibration({ plan, ending }: Pick<SuiteRecord, 'plan' | 'ending'>): boolean {
  if (plan.kind !== 'config' || plan.audit !== undefined || ending?.readsName) return false
  return asksTheSame(plan.baseline, plan.candidates[0].arm)
}

/** The gated metrics of a plan that a machine this noisy keeps undecided within `blocks.max`. */
export function outOfReach(
  plan: Pick<Plan, 'rules' | 'blocks'>,
  { noise, comparisons }: Calibration,
): OutOfReach[] {
  return comparisons.flatMap(({ kind, metric, stage, interval, blocks: n, baseline_value: baseline }) => {
    const scatter = noise[metric]
    if (stage !== null || !plan.rules[metric].gated) return []
    if (interval === undefined || baseline === undefined || scatter === undefined) return []
    const threshold = effectiveThreshold(metric, plan.rules[metric], baseline)
    const [low, high] = interval
    const blocks =
      kind === 'difference'
        ? blocksNeeded(n, (high - low) / 2, threshold)
        : blocksNeeded(n, Math.log(high / low) / 2, logThreshold(threshold))
    return blocks > plan.blocks.max ? [{ metric, threshold, scale: scatter, blocks }] : []
  })
}

/** What an earlier report of the same machine knows of a suite's noise; undefined when it has none. */
export function knownCalibration(
  report: Report | undefined,
  suite: string,
  machine: { os: string; cpu: string },
): Calibration | undefined {
  if (report === undefined || report.environment.os !== machine.os || report.environment.cpu !== machine.cpu)
    return undefined
  const found = report.suites.findLast(
    ({ name, calibration, noise }) => name === suite && calibration && noise,
  )
  return found === undefined ? undefined : { noise: found.noise ?? {}, comparisons: found.comparisons }
}
