/**
 * What the times of a call's chunks say: when the stream began and ended, and its steady pace. A reply has as many times
 * as chunks and a run as many calls as fit into hours, so a trial that is kept in memory has these figures in their place.
 */
import type { Call, Trial } from './schema/generated.ts'

/** Quantiles between which times per chunk are averaged. */
const [LOW, HIGH] = [1 / 3, 2 / 3]

/** A stream of at least one chunk; times in ms after the request was written. */
export interface Stream {
  chunks: number
  first: number
  last: number
  /** Chunks that arrived after the first packet, the time they took, and the mean of its middle third per chunk, ms. */
  arrived: number
  span: number
  each: number
}

/** Not a member of the record: a copy of the call has it too, and JSON does not. */
const STREAM: unique symbol = Symbol('stream')

type KeptCall = Call & { [STREAM]?: Stream | undefined }

/** Gaps are counted in steps of 2 %: there may be millions. */
const STEP = Math.log(1.02)

/** Gaps of one length, ms. */
export interface GapCount {
  ms: number
  n: number
}

/** Likewise of a trial: places and counts in turns. */
const GAPS: unique symbol = Symbol('gaps')

type KeptTrial = Trial & { [GAPS]?: readonly number[] }

/** The times between chunks in the valid calls of some trials, the shortest first. */
export function gapCounts(trials: readonly KeptTrial[]): GapCount[] {
  const counts = new Map<number, number>()
  for (const trial of trials) {
    const pairs = trial[GAPS] ?? countGaps(trial)
    for (let i = 0; i < pairs.length; i += 2) {
      const place = pairs[i] ?? 0
      counts.set(place, (counts.get(place) ?? 0) + (pairs[i + 1] ?? 0))
    }
  }
  return [...counts].toSorted(([a], [b]) => a - b).map(([place, n]) => ({ ms: Math.exp(place * STEP), n }))
}

/** Of calls of which every chunk has its time. */
function countGaps({ calls }: Trial): number[] {
  const counts = new Map<number, number>()
  for (const { valid, chunks, chunk_times: times = [] } of calls)
    if (valid && times.length === (chunks ?? times.length))
      for (const { chunks: n, each } of packetsOf(times)) {
        const place = Math.round(Math.log(each) / STEP)
        counts.set(place, (counts.get(place) ?? 0) + n)
      }
  return [...counts].flat()
}

/** The stream of a call; undefined where nothing was streamed. */
export function streamOf(call: KeptCall): Stream | undefined {
  return call[STREAM] ?? measure(call.chunk_times ?? [])
}

/** When the stream began and ended, at no cost. */
export function endsOf(call: KeptCall): Pick<Stream, 'chunks' | 'first' | 'last'> | undefined {
  const { chunk_times: times = [] } = call
  const [first] = times
  return (
    call[STREAM] ??
    (first === undefined ? undefined : { chunks: times.length, first, last: times.at(-1) ?? first })
  )
}

/**
 * The trial as it is kept, without its output and what no judge and no page reads of its calls: the times of chunks and the
 * model that a reply names. Texts and options that are equal in its calls are there once.
 */
export function keptTrial(whole: KeptTrial): Trial {
  const { output: _, ...trial } = whole
  const texts = new Map<string, string>()
  const once = (text: string): string => {
    const known = texts.get(text)
    if (known === undefined) texts.set(text, text)
    return known ?? text
  }
  const options = new Map<string, Call['options']>()
  const kept: KeptTrial = {
    ...trial,
    [GAPS]: whole[GAPS] ?? countGaps(whole),
    calls: trial.calls.map((call): KeptCall => {
      const { chunk_times: _, response_model: __, ...rest } = call
      const key = JSON.stringify(call.options)
      const shared = options.get(key) ?? call.options
      options.set(key, shared)
      return {
        ...rest,
        stage: rest.stage === null ? null : once(rest.stage),
        options: shared,
        [STREAM]: streamOf(call),
      }
    }),
  }
  return kept
}

function measure(times: readonly number[]): Stream | undefined {
  const [first] = times
  if (first === undefined) return undefined
  const packets = packetsOf(times)
  const sum = (of: (packet: Packet) => number): number => packets.reduce((total, one) => total + of(one), 0)
  const arrived = sum(({ chunks }) => chunks)
  return {
    chunks: times.length,
    first,
    last: times.at(-1) ?? first,
    arrived,
    span: sum(({ chunks, each }) => chunks * each),
    each: middle(packets, arrived),
  }
}

/** Chunks that arrived together, and the time since those before them, per chunk, ms. */
interface Packet {
  chunks: number
  each: number
}

/** The packets after the first one. */
function packetsOf(times: readonly number[]): Packet[] {
  const arrivals = [...Map.groupBy(times, (time) => time)].map(([time, { length }]) => ({ time, length }))
  return arrivals.flatMap(({ time, length }, i) => {
    const before = arrivals[i - 1]
    return before === undefined ? [] : [{ chunks: length, each: (time - before.time) / length }]
  })
}

/** Mean time per chunk between the two quantiles; a packet that lies across one of them counts in part. */
function middle(packets: readonly Packet[], total: number): number {
  const [from, to] = [LOW * total, HIGH * total]
  let [reached, time] = [0, 0]
  for (const { chunks, each } of packets.toSorted((a, b) => a.each - b.each)) {
    const inside = Math.min(reached + chunks, to) - Math.max(reached, from)
    time += Math.max(0, inside) * each
    reached += chunks
  }
  return total === 0 ? 0 : time / (to - from)
}
