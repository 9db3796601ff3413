/**
 * The change between the trials of two runs. It sees the noise within the runs and nothing of what moves a run as
 * a whole, so it is never a verdict: a run is one sample, however many trials it has.
 */
import { completeBlocks } from '../judge/blocks.ts'
import { findCacheHits } from '../judge/counters.ts'
import { stageValues, trialValues, type Values } from '../judge/values.ts'
import { isDifference, metricNames, type MetricName } from '../metrics.ts'
import { trialsOf } from '../report/index.ts'
import type { Role, Sample, Samples, SuiteReport, Trial } from '../schema/generated.ts'
import {
  fisherOneSided,
  median,
  rankSum,
  swapped,
  toDifference,
  toRatio,
  welchShift,
} from '../stats/index.ts'
import type { Change } from './model.ts'

/** Of every interval shown, two-sided. */
export const LEVEL = 0.95

/** A sample as the report keeps it, with the trials' own values where they are still at hand. */
export interface Measured {
  sample: Sample
  values?: readonly number[]
}

export type Compared = Omit<Change, 'report' | 'against'>

/**
 * By the Mann-Whitney test of the trials' values, or from the stored moments by Welch's test, both on logarithms;
 * without either where too little is known. Undefined where a value is not positive and has no logarithm. A metric that
 * is compared by its difference has no need of any.
 */
export function changeBetween(from: Measured, to: Measured, metric: MetricName): Compared | undefined {
  const n: [number, number] = [from.sample.n, to.sample.n]
  const plain = isDifference(metric)
  const medians = [from.sample.median, to.sample.median] as const
  const known = [...medians, ...(from.values ?? []), ...(to.values ?? [])]
  if (!plain && known.some((value) => !(value > 0))) return undefined
  const onScale = plain ? toDifference : toRatio
  if (from.values !== undefined && to.values !== undefined) {
    const [a, b] = plain ? [from.values, to.values] : [from.values.map(Math.log), to.values.map(Math.log)]
    const { p, shift: estimate, ...ends } = rankSum(a, b, LEVEL)
    return { n, ...onScale({ estimate, ...ends }, 'lower'), p, test: 'mann-whitney' }
  }
  const [a, b] = [moments(from.sample, plain), moments(to.sample, plain)]
  if (a === undefined || b === undefined)
    return { n, ...(plain ? { difference: medians[1] - medians[0] } : { ratio: medians[1] / medians[0] }) }
  const { p, shift: estimate, ...ends } = welchShift(a, b, LEVEL, plain ? 'plain' : 'log')
  return { n, ...onScale({ estimate, ...ends }, 'lower'), p, test: 'welch' }
}

function moments(
  { n, mean, sd }: Sample,
  plain: boolean,
): { n: number; mean: number; sd: number } | undefined {
  return n >= 2 && (plain || mean > 0) && sd !== undefined ? { n, mean, sd } : undefined
}

/** Valid trials among those started. */
export interface Validity {
  valid: number
  trials: number
}

/** Shares of valid trials by Fisher's exact test, the smaller of both sides doubled. */
export function validityChange(from: Validity, to: Validity): Compared {
  const counts = {
    baselineValid: from.valid,
    baselineTrials: from.trials,
    candidateValid: to.valid,
    candidateTrials: to.trials,
  }
  const p = Math.min(1, 2 * fisherOneSided(counts), 2 * fisherOneSided(swapped(counts)))
  const difference = to.valid / to.trials - from.valid / from.trials
  return { n: [from.trials, to.trials], difference, p, test: 'fisher' }
}

/** Whether the trials show no difference: `~`. */
export function noDifference({ interval, difference, p, test }: Compared): boolean {
  if (p === undefined || p > 1 - LEVEL) return true
  const none = difference === undefined ? 1 : 0
  return test !== 'fisher' && (interval === undefined || (interval[0] <= none && interval[1] >= none))
}

/** How many of `n` intervals miss what they should hold, on average. */
export function byChance(n: number): number {
  return Math.round(10 * n * (1 - LEVEL)) / 10
}

/** The values of a metric over the trials of an arm, `stage` null for whole trials; undefined where they are not known. */
export type ValuesOf = (role: Role, stage: string | null, metric: MetricName) => readonly number[] | undefined

/**
 * The values of one suite. Undefined if they do not give the very samples that the report holds: then the trials
 * are another run's, or not all of them.
 */
export function suiteValues(suite: SuiteReport, trials: readonly Trial[]): ValuesOf | undefined {
  const baseline = suite.arms.find((arm) => arm.role === 'baseline')
  const candidate = suite.arms.find((arm) => arm.role === 'candidate')
  if (baseline === undefined || candidate === undefined) return undefined
  const own = trialsOf(suite, trials)
  const plan = { arms: { baseline, candidate } }
  const hits = findCacheHits(own)
  const blocks = (['measure', 'confirm'] as const).flatMap((phase) => completeBlocks(plan, own, phase))
  const values = (role: Role, stage: string | null): Values[] =>
    blocks
      .flatMap((block) => block.trials[role])
      .map((trial) =>
        stage === null ? trialValues(trial, hits) : (stageValues(trial, hits).get(stage) ?? new Map()),
      )
  const valuesOf = (role: Role, stage: string | null, metric: MetricName): number[] =>
    values(role, stage).flatMap((one) => one.get(metric) ?? [])
  const agrees = (role: Role, stage: string | null, samples: Samples): boolean =>
    metricNames.every((metric) => {
      const sample = samples[metric]
      if (sample === undefined) return true
      const { n, median: middle } = sample
      const found = valuesOf(role, stage, metric)
      return found.length === n && Math.abs(median(found) - middle) <= 1e-9 * Math.abs(middle)
    })
  const alike = [baseline, candidate].every(
    (arm) =>
      agrees(arm.role, null, arm.samples) &&
      arm.stages.every(({ name, samples }) => agrees(arm.role, name, samples)),
  )
  return alike ? valuesOf : undefined
}
