import type { RecordedCall } from './read.ts'
import type { Sample } from './procedures.ts'

/** What is compared: a time that is better when lower, and the smallest change that matters. */
export interface Measure {
  name: string
  threshold: number
  /** Undefined where the call does not count. */
  time: (call: RecordedCall) => number | undefined
}

/** Time per token; a call without its final object has none. */
export const throughput: Measure = {
  name: 'throughput, 1 %',
  threshold: 0.01,
  time: (call) => (call.valid ? 1000 / call.throughput : undefined),
}

/** Time to first token of warm calls. */
export const warmTtft: Measure = {
  name: 'warm TTFT, 10 %',
  threshold: 0.1,
  time: (call) => (call.valid && !call.cold ? call.ttft : undefined),
}

/** The same with model loads left in. */
export const rawTtft: Measure = { name: 'raw TTFT, 10 %', threshold: 0.1, time: (call) => call.ttft }

/** BlockLimits the calls of two arms by run and stage; a pair that lacks a side is left out whole. */
export function pairUp(from: readonly RecordedCall[], to: readonly RecordedCall[], measure: Measure): Sample {
  const key = ({ run, stage }: RecordedCall): string => `${run}/${stage}`
  const other = new Map(to.map((call) => [key(call), call]))
  const sample: Sample = { baseline: [], candidate: [] }
  for (const call of from) {
    const partner = other.get(key(call))
    const baseline = measure.time(call)
    const candidate = partner && measure.time(partner)
    if (baseline === undefined || candidate === undefined) continue
    sample.baseline.push(baseline)
    sample.candidate.push(candidate)
  }
  return sample
}

/** The calls of each session, in the order in which sessions first appear. */
export function bySession(calls: readonly RecordedCall[]): Map<string, RecordedCall[]> {
  return Map.groupBy(calls, ({ session }) => session)
}
