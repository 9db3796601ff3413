/**
 * The older system's formulas, for one purpose: to reproduce what it published, mistakes included, so that its figures
 * can stand beside ours. Nothing else may use them.
 */
import { defined } from '../optional.ts'
import type { ArmLegacy, PairLegacy, Warning } from '../schema/generated.ts'
import { importTexts } from './messages.ts'
import type { CallFigures, RecordedAgent, Recording } from './recorded.ts'

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

type Means = Pick<Aggregates, 'average_tokens_per_second' | 'average_ttft_ms'>

/** The older aggregates of both agents, from their calls; of a summary's agents nothing is known. */
export function legacyOf({ pair, agents }: Recording): readonly [ArmLegacy, ArmLegacy] {
  if (pair.shape === 'summary') return [{}, {}]
  const [one, other] = agents
  const [first, second] = [reproduce(one), reproduce(other)]
  const differences = pair.shape === 'single' ? deltas(first, second) : concurrentDeltas(first, second)
  const time = ({ published }: RecordedAgent) => defined({ execution_time_s: published.execution_time_s })
  return [
    { ...first, ...time(one) },
    { ...second, ...time(other), ...differences },
  ]
}

/** The first builds averaged the durations; which kind wrote the file shows in the durations it wrote. */
function reproduce({ runs, published: { total_duration_ms: stated } }: RecordedAgent): Aggregates {
  const calls = runs.flatMap((run) => run.calls.map((call) => call.figures))
  const averaged = aggregate(calls, 'mean')
  const isAveraged = calls.length > 1 && stated !== undefined && same(stated, averaged.total_duration_ms)
  return isAveraged ? averaged : aggregate(calls)
}

/** Every published aggregate that is not what the file's own calls give. */
export function differences({ agents }: Recording, legacies: readonly ArmLegacy[]): Warning[] {
  return agents.flatMap(({ name: arm, published }, i) => {
    const reproduced = new Map<string, number>(Object.entries(legacies[i] ?? {}))
    return [...reproduced].flatMap(([name, value]) => {
      const stated = new Map(Object.entries(published)).get(name)
      if (stated === undefined || same(stated, value)) return []
      return [{ code: 'published_differs', arm, message: importTexts.differs(arm, name, stated, value) }]
    })
  })
}

/** What was published of the pair, and beside it what its times do say. */
export function pairLegacyOf({ pair, agents }: Recording): PairLegacy {
  const [a, b] = agents.map((agent) => agent.published.execution_time_s)
  const wall = pair.concurrent_wall_time_s
  if (a === undefined || b === undefined || wall === undefined || a <= 0 || b <= 0) return pair
  return {
    ...pair,
    ...concurrency(a, b, wall),
    load_balance: (a + b) / Math.max(a, b),
    overlap: Math.min(1, Math.max(0, (a + b - wall) / Math.min(a, b))),
  }
}

/**
 * Means and sample standard deviations over all calls, stages pooled, broken calls as the zeros they were recorded as.
 * Durations are sums; the first builds averaged them under the same names. No call gives zeros.
 */
export function aggregate(calls: readonly CallFigures[], durations: 'sum' | 'mean' = 'sum'): Aggregates {
  const column = (name: keyof CallFigures): number[] => calls.map((call) => call[name])
  const span = (name: keyof CallFigures): number => (durations === 'sum' ? sum : mean)(column(name))
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

/** Candidate against baseline: throughput as gain, TTFT as reduction, both positive for better. */
export function deltas(baseline: Means, candidate: Means): ArmLegacy {
  const { throughput_delta: throughput = 0, ttft_delta_ms: ttft = 0 } = concurrentDeltas(baseline, candidate)
  const percentOf = (part: number, whole: number): number => (whole > 0 ? (part / whole) * 100 : 0)
  return {
    throughput_delta_absolute: throughput,
    throughput_improvement_percent: percentOf(throughput, baseline.average_tokens_per_second),
    ttft_delta_absolute_ms: ttft,
    ttft_reduction_percent: percentOf(ttft, baseline.average_ttft_ms),
  }
}

/** Two agents at once, the second against the first. */
export function concurrentDeltas(first: Means, second: Means): ArmLegacy {
  return {
    throughput_delta: second.average_tokens_per_second - first.average_tokens_per_second,
    ttft_delta_ms: first.average_ttft_ms - second.average_ttft_ms,
  }
}

/** What was published as the gain of two agents at once; all times in s, `a` and `b` taken while both ran. */
export function concurrency(a: number, b: number, wall: number): Partial<PairLegacy> {
  const speedup = wall > 0 ? (a + b) / wall : 0
  return {
    concurrency_speedup: speedup,
    efficiency_percent: (speedup / 2) * 100,
    sequential_estimated_s: a + b,
    resource_contention_detected: speedup < 1.5,
  }
}

/** Agents that shared less than a twentieth of the shorter one's time did not run together. */
export function tookTurns({ overlap }: PairLegacy): boolean {
  return overlap !== undefined && overlap < 0.05
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

/** To a relative difference of 1e-6, from which on a published figure is not the one that its calls give. */
function same(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-6 * Math.max(Math.abs(a), Math.abs(b), 1e-9)
}
