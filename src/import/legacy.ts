/**
 * The older system's formulas, for one purpose: to reproduce what it published, mistakes included, so that its figures
 * can stand beside ours. Nothing else may use them.
 */
import type { ArmLegacy, PairLegacy } from '../schema/generated.ts'
import type { CallFigures } from './recorded.ts'

/** Of one agent: the nine aggregates. */
export type Aggregates = Required<
  Pick<
    ArmLegacy,
    | 'average_tokens_per_second'
    | 'stddev_throughput'
    | 'average_ttft_ms'
    | 'stddev_ttft'
    | 'total_tokens_generated'
    | 'total_duration_ms'
    | 'prompt_eval_duration_ms'
    | 'eval_duration_ms'
    | 'load_duration_ms'
  >
>

/**
 * Means and sample standard deviations over all calls, stages pooled, broken calls as the zeros they were recorded as.
 * Durations are sums; the first builds averaged them under the same names. No call gives zeros.
 */
export function aggregate(calls: readonly CallFigures[], durations: 'sum' | 'mean' = 'sum'): Aggregates {
  const column = (name: keyof CallFigures): number[] => calls.map((call) => call[name])
  const span = (name: keyof CallFigures): number =>
    durations === 'sum' ? sum(column(name)) : mean(column(name))
  return {
    average_tokens_per_second: mean(column('throughput_tokens_per_sec')),
    stddev_throughput: sampleDeviation(column('throughput_tokens_per_sec')),
    average_ttft_ms: mean(column('ttft_ms')),
    stddev_ttft: sampleDeviation(column('ttft_ms')),
    total_tokens_generated: sum(column('tokens_generated')),
    total_duration_ms: span('total_duration_ms'),
    prompt_eval_duration_ms: span('prompt_eval_duration_ms'),
    eval_duration_ms: span('eval_duration_ms'),
    load_duration_ms: span('load_duration_ms'),
  }
}

type Means = Pick<Aggregates, 'average_tokens_per_second' | 'average_ttft_ms'>

type Deltas = Required<
  Pick<
    ArmLegacy,
    | 'throughput_delta_absolute'
    | 'throughput_improvement_percent'
    | 'ttft_delta_absolute_ms'
    | 'ttft_reduction_percent'
  >
>

type ConcurrentDeltas = Required<Pick<ArmLegacy, 'throughput_delta' | 'ttft_delta_ms'>>

type Concurrency = Required<
  Pick<
    PairLegacy,
    'concurrency_speedup' | 'efficiency_percent' | 'sequential_estimated_s' | 'resource_contention_detected'
  >
>

/** Candidate against baseline: throughput as gain, TTFT as reduction, both positive for better. */
export function deltas(baseline: Means, candidate: Means): Deltas {
  const throughput = candidate.average_tokens_per_second - baseline.average_tokens_per_second
  const ttft = baseline.average_ttft_ms - candidate.average_ttft_ms
  return {
    throughput_delta_absolute: throughput,
    throughput_improvement_percent: percentOf(throughput, baseline.average_tokens_per_second),
    ttft_delta_absolute_ms: ttft,
    ttft_reduction_percent: percentOf(ttft, baseline.average_ttft_ms),
  }
}

/** Two agents at once, the second against the first. */
export function concurrentDeltas(first: Means, second: Means): ConcurrentDeltas {
  return {
    throughput_delta: second.average_tokens_per_second - first.average_tokens_per_second,
    ttft_delta_ms: first.average_ttft_ms - second.average_ttft_ms,
  }
}

/** What was published as the gain of two agents at once; all times in s, `a` and `b` taken while both ran. */
export function concurrency(a: number, b: number, wall: number): Concurrency {
  const speedup = wall > 0 ? (a + b) / wall : 0
  return {
    concurrency_speedup: speedup,
    efficiency_percent: (speedup / 2) * 100,
    sequential_estimated_s: a + b,
    resource_contention_detected: speedup < 1.5,
  }
}

/** Coefficient of variation in percent, as the older reports printed it; undefined where the mean is 0. */
export function variation(deviation: number, center: number): number | undefined {
  return center === 0 ? undefined : (deviation / center) * 100
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length
}

/** 0 for fewer than two values. */
export function sampleDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0
  const center = mean(values)
  return Math.sqrt(sum(values.map((value) => (value - center) ** 2)) / (values.length - 1))
}

/** With n instead of n - 1: one of the older tables used it. */
export function populationDeviation(values: readonly number[]): number {
  const n = values.length
  return n < 2 ? 0 : sampleDeviation(values) * Math.sqrt((n - 1) / n)
}

function percentOf(part: number, whole: number): number {
  return whole > 0 ? (part / whole) * 100 : 0
}
