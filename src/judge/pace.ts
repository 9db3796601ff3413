/**
 * The steady pace of a stream, by which decoding is compared, and the time that it leaves out.
 *
 * What arrives at the socket is the truth, and its mean is noisy: each pause of a scheduler counts in full. So decoding is
 * compared by the mean of the middle third of the times per chunk. The rest is not lost: with s the share of the time that
 * this pace does not account for, throughput is steady throughput × (1 − s), and s is a metric of its own, `stall_share`.
 *
 * Chunks that arrive together share their time: a reader that was late finds several, and none of them was a pause. The
 * chunks of the first packet were decoded before the measurement began.
 */
import type { Call } from '../schema/generated.ts'

/** Quantiles between which times per chunk are averaged. */
const [LOW, HIGH] = [1 / 3, 2 / 3]

/** A call's stream at its steady pace. */
interface Steady {
  /** Tokens that arrived after the first packet. */
  tokens: number
  /** What they would have taken at the steady pace, ms. */
  steady: number
  /** What they took, ms. */
  span: number
}

/** Of calls of a trial or a stage, call by call, so that a longer reply does not count as a slower one. */
export function paceOf(calls: readonly Call[]): { throughput: number; stallShare: number } | undefined {
  const all = calls.map(steadyOf).filter((one) => one !== undefined)
  const sum = (of: (one: Steady) => number): number => all.reduce((total, one) => total + of(one), 0)
  const [tokens, steady, span] = [sum((one) => one.tokens), sum((one) => one.steady), sum((one) => one.span)]
  if (!(tokens > 0 && steady > 0)) return undefined
  return { throughput: (1000 * tokens) / steady, stallShare: Math.max(0, 1 - steady / span) }
}

function steadyOf({
  chunk_times: times = [],
  chunks = times.length,
  eval_count: tokens = 0,
}: Call): Steady | undefined {
  const packets = packetsOf(times)
  const arrived = packets.reduce((sum, { chunks: n }) => sum + n, 0)
  if (arrived === 0) return undefined
  const span = packets.reduce((sum, { chunks: n, each }) => sum + n * each, 0)
  return { tokens: (tokens * arrived) / chunks, steady: arrived * middle(packets, arrived), span }
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
  return time / (to - from)
}
