import { isDifference, metrics, type MetricName } from '../metrics.ts'
import type { Call, Role } from '../schema/generated.ts'
import { geometricMean, median, type MetricSeries } from '../stats/index.ts'
import type { Block } from './blocks.ts'
import { concurrencyValues } from './concurrency.ts'
import { noiseOf, type Noise } from './noise.ts'
import type { ArmPair } from './pair.ts'
import { type Rule, effectiveThreshold } from './plan.ts'
import { judgedValues, type Values } from './values.ts'
import { steadyTtft, warmLoads } from './steady.ts'

/** The values of one metric, of the whole trial or of one stage, block by block. */
export interface Series {
  metric: MetricName
  stage: string | null
  rule: Rule
  series: MetricSeries
}

/** A series that still takes values. */
type OpenSeries = Series & { series: OpenValues & { observed?: OpenValues } }
interface OpenValues {
  baseline: number[]
  candidate: number[]
}

/** Tells a metric of a stage from all others. */
export function keyOf({ metric, stage }: { metric: string; stage: string | null }): string {
  return JSON.stringify([metric, stage])
}

/** One series a metric and stage, of the blocks in which both arms have a value. */
export function collectSeries(
  plan: ArmPair,
  blocks: readonly Block[],
  hits: ReadonlySet<Call>,
): ReadonlyMap<string, Series> {
  const found = new Map<string, OpenSeries>()
  // Of the first look's blocks, so that no later block changes what a look has said.
  const loads = warmLoads(blocks.slice(0, plan.looks[0]))
  for (const block of blocks) {
    const steady = loads.size === 0 ? undefined : steadyTtft(block, loads)
    const baseline = blockValues(block, 'baseline', hits)
    const candidate = blockValues(block, 'candidate', hits)
    for (const [stage, values] of baseline) {
      for (const [metric, value] of values) {
        const other = candidate.get(stage)?.get(metric)
        if (other === undefined) continue
        const key = keyOf({ metric, stage })
        let one = found.get(key)
        if (one === undefined) found.set(key, (one = emptySeries(plan, metric, stage)))
        const decided = metric === 'ttft' ? steady?.get(stage) : undefined
        one.series.baseline.push(decided?.baseline ?? value)
        one.series.candidate.push(decided?.candidate ?? other)
        if (metric !== 'ttft' || steady === undefined) continue
        one.series.observed ??= { baseline: [], candidate: [] }
        one.series.observed.baseline.push(value)
        one.series.observed.candidate.push(other)
      }
    }
  }
  return withReported(plan, found)
}

/** Scatter of the whole trials' blocks, by metric. */
export function measureNoise(series: Iterable<Series>): Noise {
  const whole = [...series].filter((one) => one.stage === null)
  return Object.fromEntries(
    whole.flatMap((one) => {
      const found = noiseOf(one.series)
      return found === undefined ? [] : [[one.metric, found]]
    }),
  )
}

function emptySeries(plan: ArmPair, metric: MetricName, stage: string | null): OpenSeries {
  const rule = plan.rules[metric]
  return {
    metric,
    stage,
    rule,
    series: {
      baseline: [],
      candidate: [],
      better: metrics[metric].better,
      threshold: rule.threshold,
      difference: isDifference(metric),
      gated: isGated(rule, stage),
      strict: plan.strict,
    },
  }
}

/**
 * The series as the decision takes it. `stall_share` is what the throughput leaves out, and takes no part of alpha from
 * the gated metrics: it is judged beside them, and has moved only if its whole interval lies beyond the threshold.
 */
export function asJudged(one: Series): MetricSeries {
  const judged = { ...one.series, threshold: thresholdOf(one) }
  return isBeside(one) ? { ...judged, gated: false, strict: 'both' } : judged
}

/** Whether a metric is judged beside those that share alpha, gated or not. */
export function isBeside({ metric }: Series): boolean {
  return metric === 'stall_share'
}

/** The change that matters at the series' own baseline. */
export function thresholdOf({ metric, rule, series }: Series): number {
  return effectiveThreshold(metric, rule, median(series.baseline))
}

/** Whether the server's figure is judged in place of what arrives, because no block has that for both arms. */
export function isReportedGated(plan: ArmPair, series: Iterable<Series>): boolean {
  const { gated, stages } = plan.rules.output_throughput
  if (!gated && stages.length === 0) return false
  const present = new Set(Array.from(series, ({ metric }) => metric))
  return present.has('reported_throughput') && !present.has('output_throughput')
}

/** The server's figure under the rule of what arrives, where that is unknown. */
function withReported<Found extends Series>(
  plan: ArmPair,
  found: ReadonlyMap<string, Found>,
): Map<string, Found> {
  if (!isReportedGated(plan, found.values())) return new Map(found)
  const rule = plan.rules.output_throughput
  return new Map(
    [...found].map(([key, one]) => [
      key,
      one.metric === 'reported_throughput'
        ? {
            ...one,
            rule,
            series: { ...one.series, threshold: rule.threshold, gated: isGated(rule, one.stage) },
          }
        : one,
    ]),
  )
}

function isGated({ gated, stages }: Rule, stage: string | null): boolean {
  return stage === null ? gated : stages.includes(stage)
}

/** An arm's values in a block: of k trials the mean of logs, of shares that are compared by differences the mean. */
export function blockValues(
  block: Block,
  role: Role,
  hits: ReadonlySet<Call>,
): ReadonlyMap<string | null, Values> {
  const perTrial = block.trials[role].map((trial) => judgedValues(trial, hits))
  const [first, ...rest] = perTrial
  if (first === undefined) return new Map()
  if (rest.length === 0) return merged(first, concurrencyValues(block, role))
  return new Map(
    [...first].map(([stage, values]) => [
      stage,
      new Map(
        [...values].flatMap(([metric, value]) => {
          const all = [value, ...rest.map((one) => one.get(stage)?.get(metric))]
          if (!all.every((v) => v !== undefined)) return []
          return [[metric, (isDifference(metric) ? mean : geometricMean)(all)] as const]
        }),
      ),
    ]),
  )
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function merged(
  values: ReadonlyMap<string | null, Values>,
  more: ReadonlyMap<string | null, Values>,
): ReadonlyMap<string | null, Values> {
  if (more.size === 0) return values
  return new Map([...values].map(([stage, own]) => [stage, new Map([...own, ...(more.get(stage) ?? [])])]))
}
