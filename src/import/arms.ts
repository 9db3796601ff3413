/** What an import adds to an arm: the older aggregates, and our figures over the same calls. */
import { importTexts } from './messages.ts'
import { callValues } from '../judge/values.ts'
import { metrics, type MetricName } from '../metrics.ts'
import type { ArmLegacy, Call, PairLegacy, Samples, Trial, Warning } from '../schema/generated.ts'
import { summarize } from '../stats/index.ts'
import { aggregate, concurrency, concurrentDeltas, deltas, type Aggregates } from './legacy.ts'
import type { RecordedAgent, Recording } from './recorded.ts'

/** Relative difference from which a published figure is not the one that its calls give. */
const TOLERANCE = 1e-6

/** The older aggregates of both agents, from their calls; of a summary's agents nothing is known. */
export function legacyOf({ pair, agents }: Recording): readonly [ArmLegacy, ArmLegacy] {
  if (pair.shape === 'summary') return [{}, {}]
  const [one, other] = agents
  const [first, second] = [reproduce(one), reproduce(other)]
  const differences = pair.shape === 'single' ? deltas(first, second) : concurrentDeltas(first, second)
  const [a, b] = agents.map(({ published: { execution_time_s } }) =>
    execution_time_s === undefined ? {} : { execution_time_s },
  )
  return [
    { ...first, ...a },
    { ...second, ...b, ...differences },
  ]
}

/** The first builds averaged the durations; which kind wrote the file shows in the durations it wrote. */
function reproduce({ runs, published }: RecordedAgent): Aggregates {
  const calls = runs.flatMap((run) => run.calls.map((call) => call.figures))
  const averaged = aggregate(calls, 'mean')
  const isAveraged =
    calls.length > 1 && same(published.total_duration_ms ?? Number.NaN, averaged.total_duration_ms)
  return isAveraged ? averaged : aggregate(calls)
}

/** Every published aggregate that is not what the file's own calls give. */
export function differences({ agents }: Recording, legacies: readonly ArmLegacy[]): Warning[] {
  return agents.flatMap(({ name: arm, published }, i) =>
    Object.entries(legacies[i]!).flatMap(([name, value]) => {
      const stated = published[name as keyof ArmLegacy]
      if (stated === undefined || same(stated, value as number)) return []
      return [
        { code: 'published_differs', arm, message: importTexts.differs(arm, name, stated, value as number) },
      ]
    }),
  )
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
 * Single calls, all stages pooled as the older figures were, so that the two can stand side by side: throughput of the
 * calls that ended, TTFT of the warm ones apart from that of the cold ones. A broken call's first token did come, so its
 * TTFT counts where a warm level is known to hold it against; its tokens were never told.
 */
export function callSamples(trials: readonly Trial[]): Samples {
  const calls = trials.flatMap((trial) => trial.calls)
  const hasLevel = calls.some((call) => call.valid && !call.cold)
  const values: [MetricName, (number | undefined)[]][] = [
    ['reported_throughput', calls.map(reported)],
    ['ttft', calls.filter((call) => !call.cold && (call.valid || hasLevel)).map((call) => call.ttft)],
    ['ttft_cold', calls.filter((call) => call.cold).map((call) => call.ttft)],
  ]
  return Object.fromEntries(
    values.flatMap(([name, list]) => {
      const measured = list.filter((value) => value !== undefined)
      return measured.length === 0 ? [] : [[name, { ...summarize(measured), unit: metrics[name].unit }]]
    }),
  )
}

function reported(call: Call): number | undefined {
  return callValues([call]).get('reported_throughput')
}

function same(a: number, b: number): boolean {
  return Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b), 1e-9)
}
