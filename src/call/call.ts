import { roundMs } from '../clock.ts'
import type { Call, CallBase, InvalidCall, ValidCall } from '../schema/generated.ts'
import { quantiles } from '../stats/index.ts'
import type { Outcome } from './outcome.ts'
import type { Final } from './protocol/index.ts'
import type { Reply } from './reply.ts'

/** What decides which model a call finds loaded, and whether it stays. */
export interface Asked {
  host: string
  model: string
  keepAlive: unknown
}

/** A call but for whether it loaded the model, which takes the calls before it to say. */
export interface MadeCall extends Asked {
  /** The model that the reply names, if it names one. */
  served?: string | undefined
  /** What was sent where: equal texts are equal requests. Undefined if nothing was sent. */
  request?: string | undefined
  /** Whether the head of a reply came with a status that is a success. */
  begun: boolean
  call: Omit<CallBase, 'cold'> & (ValidCall | InvalidCall)
}

/** The door a call came through. */
export type Via = NonNullable<CallBase['via']>

/** All that is known of a call that is over; times are performance.now(). */
export interface CallFacts extends Asked {
  index: number
  stage: string | null
  agent: string | undefined
  endpoint: CallBase['endpoint']
  via: Via
  streamed: boolean
  options: Record<string, unknown>
  outcome: Outcome
  request?: string | undefined
  begun: boolean
  reply: Reply
  /** Beginning of the trial. */
  origin: number
  /** When the request was written; if it never was, when it was made. */
  writtenAt: number
  endedAt: number
}

/** The call as it is recorded: own times in ms with three decimals, the server's as exact as it sent them. */
export function toCall(facts: CallFacts): MadeCall {
  const { host, model, keepAlive, request, begun } = facts
  const { served } = facts.reply
  return {
    host,
    model,
    keepAlive,
    ...(served !== undefined && { served }),
    ...(request !== undefined && { request }),
    begun,
    call: record(facts),
  }
}

function record(facts: CallFacts): MadeCall['call'] {
  const { index, stage, agent, endpoint, via, streamed, options, outcome, reply } = facts
  const counters = reply.final ?? {}
  return {
    index,
    stage,
    ...(agent !== undefined && { agent }),
    endpoint,
    via,
    streamed,
    ...outcome,
    start: roundMs(facts.writtenAt - facts.origin),
    ...(streamed ? streamTimes(facts, counters) : wholeTimes(facts)),
    duration: roundMs(facts.endedAt - facts.writtenAt),
    chunks: streamed ? reply.arrivals.length : Math.min(1, reply.arrivals.length),
    options,
    ...counters,
  }
}

function streamTimes({ reply, writtenAt }: CallFacts, counters: Final): Partial<CallBase> {
  const times = reply.arrivals.map((at) => roundMs(at - writtenAt))
  const [first] = times
  const last = times.at(-1)
  if (first === undefined || last === undefined) return {}
  const { arrivals } = reply
  const gaps = new Float64Array(times.length - 1).map((_, i) => (arrivals[i + 1] ?? 0) - (arrivals[i] ?? 0))
  return {
    ttft: first,
    ...ttftParts(first, counters),
    ...(reply.contentAt !== undefined && { ttft_content: roundMs(reply.contentAt - writtenAt) }),
    ...(reply.final && { e2e_latency: last }),
    chunk_times: times,
    ...(gaps.length > 0 && { itl: spread(gaps) }),
  }
}

function spread(gaps: Float64Array): NonNullable<CallBase['itl']> {
  const [p50 = 0, p95 = 0, p99 = 0, max = 0] = quantiles(gaps, [0.5, 0.95, 0.99, 1]).map(roundMs)
  return { p50, p95, p99, max }
}

/**
 * What the time to the first token was spent on. Absent where the server's own times exceed it: a server that works
 * before it measures, or a clock that stood still, would put the whole error into one part. One that reports no load
 * holds its model.
 */
function ttftParts(
  ttft: number,
  { load_duration: load = 0, prompt_eval_duration: prompt }: Final,
): Pick<Call, 'ttft_parts'> {
  if (prompt === undefined || load + prompt > ttft + SLACK_MS) return {}
  return { ttft_parts: { load, prompt, rest: roundMs(ttft - load - prompt) } }
}

/** The server's clock and ours are read at different moments. */
const SLACK_MS = 1

function wholeTimes({ reply, writtenAt, endedAt }: CallFacts): Partial<CallBase> {
  return reply.final && reply.arrivals.length > 0 ? { e2e_latency: roundMs(endedAt - writtenAt) } : {}
}
