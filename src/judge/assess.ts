/**
 * The judge of one candidate: the rules and the trials so far give comparisons and whether more blocks are needed.
 *
 * Pure and replayed from the first block every time, so that the worker that decides when to stop
 * and the process that writes the report can never disagree. The decision itself is `stats`' work.
 */
import { isDifference, metrics, type MetricName } from '../metrics.ts'
import type { Call, Comparison, ComparisonLook, Trial } from '../schema/generated.ts'
import {
  adjustedEstimate,
  decideSequentially,
  toDifference,
  toRatio,
  type Decision,
  type Look,
} from '../stats/index.ts'
import { absentStages, type AbsentStage } from './absence.ts'
import { completeBlocks, type Block } from './blocks.ts'
import { findCacheHits } from './counters.ts'
import type { Noise } from './noise.ts'
import { identity, type ArmPair } from './pair.ts'
import {
  collectSeries,
  isReportedGated,
  keyOf,
  measureNoise,
  thresholdOf,
  asJudged,
  isBeside,
  type Series,
} from './series.ts'
import { ttftParts } from './steady.ts'
import { attemptsOf, compareValidity, hasOpenDrop, trialsUpTo, validCounts } from './validity.ts'

/** What the trials of one phase say. */
export interface Assessment {
  comparisons: readonly Comparison[]
  /** Complete, valid blocks. */
  blocks: number
  /** Whether every gated metric that can exist has its verdict; a drop of valid_rate that is seen and not proven has none. */
  done: boolean
  /** Gated metrics of which no block has a value. */
  absent: readonly MetricName[]
  /** Gated stages of which no block has a value. */
  absentStages: readonly AbsentStage[]
  /** Nothing was streamed, so reported_throughput is gated in place of output_throughput. */
  reportedGated: boolean
  /** Scatter of the blocks, by metric of the whole trial. */
  noise: Noise
}

/** Judges the blocks of one phase by themselves; fresh ones for what regressed at first. */
export function assess(
  plan: ArmPair,
  trials: readonly Trial[],
  phase: 'measure' | 'confirm',
  hits: ReadonlySet<Call> = findCacheHits(trials),
): Assessment {
  return assessSome(plan, trials, phase, hits, 'all')
}

/** The same of the gated metrics alone, by which a run goes on or stops: the others influence none of them. */
export function assessGated(
  plan: ArmPair,
  trials: readonly Trial[],
  phase: 'measure' | 'confirm',
): Assessment {
  return assessSome(plan, trials, phase, findCacheHits(trials), 'gated')
}

function assessSome(
  plan: ArmPair,
  trials: readonly Trial[],
  phase: 'measure' | 'confirm',
  hits: ReadonlySet<Call>,
  which: 'all' | 'gated',
  asked = phase === 'measure' ? undefined : regressedFirst(plan, trials, hits),
): Assessment {
  const blocks = completeBlocks(plan, trials, phase)
  const all = [...collectSeries(plan, blocks, hits)]
  const collected = asked === undefined ? all : all.map((entry) => asAsked(entry, asked))
  const series = new Map(which === 'all' ? collected : collected.filter(([, one]) => one.series.gated))
  const started = trialsUpTo(trials, phase)
  const counts = validCounts(started)
  const before = phase === 'confirm' ? completeBlocks(plan, trials, 'measure').length : 0
  const { decisions, looks, validity, done } = decideSequentially({
    metrics: Object.fromEntries([...series].map(([key, one]) => [key, asJudged(one)])),
    looks: plan.looks,
    alpha: plan.alpha,
    validity: { attempts: attemptsOf(started, blocks), gated: plan.rules.valid_rate.gated },
  })
  const gated = [...series.values()].filter((one) => one.series.gated)
  const last = plan.looks.at(-1) ?? 0
  const isBesideDone = [...series].every(
    ([key, one]) =>
      !(one.series.gated && isBeside(one)) ||
      decisions[key]?.verdict !== undefined ||
      one.series.baseline.length >= last,
  )
  const reportedGated = isReportedGated(plan, series.values())
  const comparisons = [...series].map(([key, one]): Comparison => ({
    ...toComparison(plan, one, decisions[key]!, looks[key]),
    // A run goes on or stops without them.
    ...(which === 'all' && detailsOf(plan, blocks, series, one, decisions[key]!)),
  }))
  if (counts !== undefined) comparisons.push(compareValidity(plan, counts, validity, before + blocks.length))
  return {
    comparisons,
    blocks: blocks.length,
    done:
      blocks.length >= (plan.looks[0] ?? Infinity) &&
      (gated.length === 0 || (done && isBesideDone)) &&
      !hasOpenDrop(comparisons),
    absent: blocks.length === 0 ? [] : absentMetrics(plan, [...series.values()]),
    // A run goes on or stops without them.
    absentStages: which === 'all' ? stagesWithout(plan, blocks, series, reportedGated) : [],
    reportedGated,
    noise: measureNoise(series.values()),
  }
}

/**
 * The verdicts on a candidate: those of the first run, and for what regressed in it those of the fresh blocks once they
 * have come to a look; fewer of them, where time has run out, say nothing and take nothing back. Only valid_rate is judged
 * over both: a failed trial is no scatter that fresh blocks could show to be chance, so they add to it.
 */
export function judgePair(
  plan: ArmPair,
  trials: readonly Trial[],
  hits: ReadonlySet<Call> = findCacheHits(trials),
): Assessment {
  const measured = assess(plan, trials, 'measure', hits)
  if (!trials.some((trial) => trial.phase === 'confirm')) return measured
  const asked = regressedIn(measured.comparisons)
  const confirmed = assessSome(plan, trials, 'confirm', hits, 'all', asked)
  const fresh = new Map(confirmed.comparisons.map((comparison) => [keyOf(comparison), comparison]))
  return {
    ...measured,
    comparisons: measured.comparisons.map((first) => {
      const again = fresh.get(keyOf(first)) ?? first
      if (first.metric === 'valid_rate') return again
      return isRegression(first) && again.blocks >= (plan.looks[0] ?? 0) ? again : first
    }),
  }
}

/** Whether fresh blocks have to confirm something, of all metrics or of these. */
export function hasRegression(assessment: Assessment, of?: readonly MetricName[]): boolean {
  return assessment.comparisons.some((one) => isRegression(one) && (of?.includes(one.metric) ?? true))
}

function isRegression({ gated, verdict }: Comparison): boolean {
  return gated && verdict === 'regressed'
}

/**
 * What fresh blocks are asked for: what regressed in the first ones alone. That was chosen without them, so they test it
 * with the whole error.
 */
function regressedFirst(
  plan: ArmPair,
  trials: readonly Trial[],
  hits: ReadonlySet<Call>,
): ReadonlySet<string> {
  return regressedIn(assessSome(plan, trials, 'measure', hits, 'gated').comparisons)
}

function regressedIn(comparisons: readonly Comparison[]): ReadonlySet<string> {
  return new Set(comparisons.filter(isRegression).map((one) => keyOf(one)))
}

/** The series, gated only where its verdict is asked for. */
function asAsked([key, one]: [string, Series], asked: ReadonlySet<string>): [string, Series] {
  return [key, { ...one, series: { ...one.series, gated: one.series.gated && asked.has(key) } }]
}

function absentMetrics(plan: ArmPair, series: readonly Series[]): MetricName[] {
  const present = new Set(series.filter((one) => one.stage === null).map((one) => one.metric))
  if (isReportedGated(plan, series)) present.add('output_throughput')
  // It lacks what the throughput lacks, which is told once.
  present.add('stall_share')
  return Object.values(metrics)
    .map((metric) => metric.name)
    .filter((name) => name !== 'valid_rate' && plan.rules[name].gated && !present.has(name))
}

/** The gated stages without a series; the server's figure stands in for the throughput that it is gated in place of. */
function stagesWithout(
  plan: ArmPair,
  blocks: readonly Block[],
  series: ReadonlyMap<string, Series>,
  reportedGated: boolean,
): AbsentStage[] {
  return absentStages(plan, blocks, (metric, stage) => {
    const judged = metric === 'output_throughput' && reportedGated ? 'reported_throughput' : metric
    return series.has(keyOf({ metric: judged, stage }))
  })
}

/** What explains a change: the parts of the TTFT, and a duration at equal length of the replies. */
function detailsOf(
  plan: ArmPair,
  blocks: readonly Block[],
  series: ReadonlyMap<string, Series>,
  { metric, stage, series: values }: Series,
  { n, alpha }: Decision,
): Pick<Comparison, 'parts' | 'length_adjusted'> {
  if (metric === 'ttft' && stage === null) {
    const parts = ttftParts(plan, blocks)
    return parts.length === 0 ? {} : { parts }
  }
  const tokens = series.get(keyOf({ metric: 'output_tokens', stage }))?.series
  if (!LENGTH_BOUND.has(metric) || tokens === undefined) return {}
  const adjusted = adjustedEstimate(values, tokens, { looks: plan.looks.filter((look) => look <= n), alpha })
  return adjusted === undefined ? {} : { length_adjusted: toRatio(adjusted, values.better) }
}

/** Durations that a longer reply makes longer. */
const LENGTH_BOUND: ReadonlySet<MetricName> = new Set(['trial_duration', 'stage_duration', 'e2e_latency'])

function toComparison(
  plan: ArmPair,
  one: Series,
  decision: Decision,
  looks: readonly Look[] = [],
): Comparison {
  const { metric, stage, series } = one
  const rest = {
    threshold: one.rule.threshold,
    blocks: decision.n,
    verdict: decision.verdict ?? 'inconclusive',
    gated: series.gated,
    ...(decision.verdict === undefined &&
      decision.blocksNeeded !== undefined && { blocks_needed: decision.blocksNeeded }),
    // Of the others a reader sees only where they ended.
    ...(series.gated && looks.length > 0 && { looks: looks.map((look) => lookReport(look, one)) }),
  } as const
  if (metric === 'stall_share')
    return {
      kind: 'difference',
      ...identity(plan, metric, stage),
      ...toDifference(decision, series.better),
      ...rest,
      threshold: thresholdOf(one),
    }
  return {
    kind: 'ratio',
    ...identity(plan, metric, stage),
    ...toRatio(decision, series.better),
    ...(thresholdOf(one) > one.rule.threshold && { floor: one.rule.floor }),
    ...rest,
  }
}

function lookReport(look: Look, { metric, series: { better } }: Series): ComparisonLook {
  const { interval } = (isDifference(metric) ? toDifference : toRatio)(look, better)
  return { blocks: look.n, interval: interval ?? [...look.interval] }
}
