/**
 * The judge: a plan and the trials so far give comparisons and whether more blocks are needed.
 *
 * Pure and replayed from the first block every time, so that the worker that decides when to stop
 * and the process that writes the report can never disagree. The decision itself is `stats`' work.
 */
import { metrics, type MetricName } from '../metrics.ts'
import type { Call, Comparison, Phase, Role, Trial } from '../schema/generated.ts'
import {
  decideSequentially,
  geometricMean,
  judgeValidity,
  median,
  toRatio,
  type Decision,
  type MetricSeries,
  type ValidCounts,
} from '../stats/index.ts'
import { completeBlocks, type Block } from './blocks.ts'
import { findCacheHits } from './cache.ts'
import { concurrencyValues } from './concurrency.ts'
import { noiseOf, type Noise } from './noise.ts'
import type { Plan, Rule } from './plan.ts'
import { stageValues, trialValues, type Values } from './values.ts'

/** What the trials of one phase say. */
export interface Assessment {
  comparisons: readonly Comparison[]
  /** Complete, valid blocks. */
  blocks: number
  /** Whether every gated metric that can exist has its verdict. */
  done: boolean
  /** Gated metrics of which no block has a value. */
  absent: readonly MetricName[]
  /** Scatter of the blocks, by metric of the whole trial. */
  noise: Noise
}

/** Judges the blocks of one phase by themselves. */
export function assess(plan: Plan, trials: readonly Trial[], phase: 'measure' | 'confirm'): Assessment {
  const blocks = completeBlocks(plan, trials, phase)
  const series = collectSeries(plan, blocks, findCacheHits(trials))
  const validity = countValid(trials, phase)
  const { decisions, done } = decideSequentially({
    metrics: Object.fromEntries([...series].map(([key, one]) => [key, withThreshold(one)])),
    looks: plan.looks,
    alpha: plan.alpha,
    // Counts so far, for every look: replayed at the next one, the split is that of the trials known then.
    ...(validity !== undefined && plan.rules.valid_rate.gated && { validity: plan.looks.map(() => validity) }),
  })
  const gated = [...series.values()].filter((one) => one.series.gated)
  const regressed = [...series].filter(([key, one]) => one.series.gated && decisions[key]?.verdict === 'regressed').length
  const comparisons = [...series].map(([key, one]) => toComparison(plan, one, decisions[key]!))
  if (validity !== undefined) comparisons.push(compareValidity(plan, validity, gated.length, regressed))
  return {
    comparisons,
    blocks: blocks.length,
    done: blocks.length >= plan.looks[0]! && (gated.length === 0 || done),
    absent: blocks.length === 0 ? [] : absentMetrics(plan, gated),
    noise: measureNoise(series.values()),
  }
}

/** The verdicts of a suite: those of the first run, and for what regressed in it those of the fresh blocks. */
export function judge(plan: Plan, trials: readonly Trial[]): Assessment {
  const measured = assess(plan, trials, 'measure')
  if (!trials.some((trial) => trial.phase === 'confirm')) return measured
  const confirmed = assess(plan, trials, 'confirm')
  const fresh = new Map(confirmed.comparisons.map((comparison) => [keyOf(comparison), comparison]))
  return {
    ...measured,
    comparisons: measured.comparisons.map((first) => {
      const again = fresh.get(keyOf(first))
      return first.gated && first.verdict === 'regressed' && again !== undefined ? again : first
    }),
  }
}

/** Whether fresh blocks have to confirm something. */
export function hasRegression(assessment: Assessment): boolean {
  return assessment.comparisons.some((comparison) => comparison.gated && comparison.verdict === 'regressed')
}

interface Series {
  metric: MetricName
  stage: string | null
  rule: Rule
  series: MetricSeries
}

function keyOf({ metric, stage }: { metric: string; stage: string | null }): string {
  return JSON.stringify([metric, stage])
}

/** One series a metric and stage, of the blocks in which both arms have a value. */
function collectSeries(plan: Plan, blocks: readonly Block[], hits: ReadonlySet<Call>): ReadonlyMap<string, Series> {
  const found = new Map<string, Series & { series: { baseline: number[]; candidate: number[] } }>()
  for (const block of blocks) {
    const baseline = blockValues(block, 'baseline', hits)
    const candidate = blockValues(block, 'candidate', hits)
    for (const [stage, values] of baseline) {
      for (const [metric, value] of values) {
        const other = candidate.get(stage)?.get(metric)
        if (other === undefined) continue
        const key = keyOf({ metric, stage })
        let one = found.get(key)
        if (one === undefined) found.set(key, (one = emptySeries(plan, metric, stage)))
        one.series.baseline.push(value)
        one.series.candidate.push(other)
      }
    }
  }
  return found
}

function measureNoise(series: Iterable<Series>): Noise {
  const whole = [...series].filter((one) => one.stage === null)
  return Object.fromEntries(
    whole.flatMap((one) => {
      const found = noiseOf(one.series)
      return found === undefined ? [] : [[one.metric, found]]
    }),
  )
}

function emptySeries(plan: Plan, metric: MetricName, stage: string | null) {
  const rule = plan.rules[metric]
  return {
    metric,
    stage,
    rule,
    series: {
      baseline: [] as number[],
      candidate: [] as number[],
      better: metrics[metric].better,
      threshold: rule.threshold,
      gated: stage === null ? rule.gated : rule.stages.includes(stage),
      strict: plan.strict,
    },
  }
}

function withThreshold(one: Series): MetricSeries {
  return { ...one.series, threshold: effectiveThreshold(one) }
}

/** Where the relative threshold is less than the absolute floor, the floor is what matters: 15 % of 3 ms is jitter. */
function effectiveThreshold({ rule, series }: Series): number {
  return Math.max(rule.threshold, rule.floor / median(series.baseline))
}

/** An arm's values in a block: of k trials the mean of logs. */
function blockValues(block: Block, role: Role, hits: ReadonlySet<Call>): ReadonlyMap<string | null, Values> {
  const perTrial = block.trials[role].map(
    (trial) => new Map<string | null, Values>([[null, trialValues(trial, hits)], ...stageValues(trial, hits)]),
  )
  const [first, ...rest] = perTrial
  if (first === undefined) return new Map()
  if (rest.length === 0) return merged(first, concurrencyValues(block, role))
  return new Map(
    [...first].map(([stage, values]) => [
      stage,
      new Map(
        [...values].flatMap(([metric, value]) => {
          const all = [value, ...rest.map((one) => one.get(stage)?.get(metric))]
          return all.every((v) => v !== undefined) ? [[metric, geometricMean(all)] as const] : []
        }),
      ),
    ]),
  )
}

function merged(values: ReadonlyMap<string | null, Values>, more: ReadonlyMap<string | null, Values>): ReadonlyMap<string | null, Values> {
  if (more.size === 0) return values
  return new Map([...values].map(([stage, own]) => [stage, new Map([...own, ...(more.get(stage) ?? [])])]))
}

function absentMetrics(plan: Plan, gated: readonly Series[]): MetricName[] {
  const present = new Set(gated.filter((one) => one.stage === null).map((one) => one.metric))
  return Object.values(metrics)
    .map((metric) => metric.name)
    .filter((name) => name !== 'valid_rate' && plan.rules[name].gated && !present.has(name))
}

function toComparison(plan: Plan, one: Series, decision: Decision): Comparison {
  const { metric, stage, series } = one
  const { estimate, lower, upper } = decision
  return {
    ...identity(plan, metric, stage),
    baseline_value: median(series.baseline),
    candidate_value: median(series.candidate),
    ...(estimate !== undefined &&
      toRatio({ estimate, ...(lower !== undefined && upper !== undefined && { lower, upper }) }, series.better)),
    threshold: one.rule.threshold,
    ...(effectiveThreshold(one) > one.rule.threshold && { floor: one.rule.floor }),
    pairs: decision.n,
    verdict: decision.verdict ?? 'inconclusive',
    gated: series.gated,
    ...(decision.verdict === undefined && decision.pairsNeeded !== undefined && { pairs_needed: decision.pairsNeeded }),
  }
}

function identity(plan: Plan, metric: MetricName, stage: string | null) {
  const { better, unit } = metrics[metric]
  return { metric, stage, baseline: plan.arms.baseline.name, candidate: plan.arms.candidate.name, better, unit }
}

/** Valid and started trials of both arms; interrupted ones were not judged. Fresh blocks count by themselves. */
function countValid(trials: readonly Trial[], phase: 'measure' | 'confirm'): ValidCounts | undefined {
  const phases: readonly Phase[] = phase === 'measure' ? ['warmup', 'measure'] : ['confirm']
  const counted = trials.filter((trial) => phases.includes(trial.phase) && trial.invalid_reason !== 'interrupted')
  const of = (role: Role): Trial[] => counted.filter((trial) => trial.role === role)
  const baseline = of('baseline')
  const candidate = of('candidate')
  if (baseline.length === 0 || candidate.length === 0) return undefined
  return {
    baselineValid: baseline.filter((trial) => trial.valid).length,
    baselineTrials: baseline.length,
    candidateValid: candidate.filter((trial) => trial.valid).length,
    candidateTrials: candidate.length,
  }
}

/** valid_rate by Fisher's exact test, one-sided; both directions, so that an improvement shows as well. */
function compareValidity(plan: Plan, counts: ValidCounts, gatedMetrics: number, regressed: number): Comparison {
  const rule = plan.rules.valid_rate
  const split = { alpha: plan.alpha, metrics: gatedMetrics, regressed }
  const worse = judgeValidity(counts, split)
  const better = judgeValidity(swapped(counts), split)
  const baseline = counts.baselineValid / counts.baselineTrials
  const candidate = counts.candidateValid / counts.candidateTrials
  return {
    ...identity(plan, 'valid_rate', null),
    baseline_value: baseline,
    candidate_value: candidate,
    ...(baseline > 0 && { ratio: candidate / baseline }),
    threshold: rule.threshold,
    pairs: Math.min(counts.baselineTrials, counts.candidateTrials),
    verdict: worse.regressed ? 'regressed' : better.regressed ? 'improved' : 'unchanged',
    gated: rule.gated,
    p: worse.p,
  }
}

function swapped(counts: ValidCounts): ValidCounts {
  return {
    baselineValid: counts.candidateValid,
    baselineTrials: counts.candidateTrials,
    candidateValid: counts.baselineValid,
    candidateTrials: counts.baselineTrials,
  }
}
