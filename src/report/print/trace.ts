/**
 * Prints waterfalls as a trace that Perfetto and chrome://tracing open: a process a trial, a thread an agent, in the JSON
 * object format of "Trace Event Format" (Google, 2016). Times are in microseconds after each trial began, so that the two
 * trials of a block lie one under the other.
 */
import type { CallTimes, Lane, TrialTimes, Waterfall } from '../pictures/picture.ts'

/** One event: M names processes and threads, X has a beginning and a length, both in microseconds. */
export interface TraceEvent {
  name: string
  ph: 'M' | 'X'
  pid: number
  tid: number
  ts?: number
  dur?: number
  cat?: string
  args?: Record<string, unknown>
}

/** Most events of the file: a trace viewer holds all of them in memory. */
const MOST_EVENTS = 100_000

/** Waterfalls in their order, as many as have room; the others are counted. */
export function printTrace(waterfalls: readonly Waterfall[]): string {
  const traceEvents: TraceEvent[] = []
  let [pid, left] = [0, 0]
  for (const waterfall of waterfalls) {
    const events = waterfall.trials.flatMap((trial, i) => trialEvents(waterfall, trial, pid + i + 1))
    if (traceEvents.length + events.length > MOST_EVENTS) {
      left += waterfall.trials.length
      continue
    }
    pid += waterfall.trials.length
    traceEvents.push(...events)
  }
  const otherData = { tool: 'vitest-chimera', trials: pid, trials_left_out: left }
  return `${JSON.stringify({ traceEvents, displayTimeUnit: 'ms', otherData })}\n`
}

/** The trial as a whole on its first thread, then threads of stages and of calls, lane by lane. */
function trialEvents(
  { suite, chosen, block, ratio }: Waterfall,
  { arm, role, duration, lanes }: TrialTimes,
  pid: number,
): TraceEvent[] {
  const whole = span('trial', {
    name: arm,
    start: 0,
    end: duration,
    args: { suite, role, block, chosen, ratio },
  })
  const threads = [{ name: 'trial', events: [whole] }, ...lanes.flatMap(laneThreads)]
  return [
    named('process_name', pid, 0, { name: `${suite} · ${arm} (${role}), ${chosen} block: ${block}` }),
    named('process_sort_index', pid, 0, { sort_index: pid }),
    ...threads.flatMap(({ name, events }, tid) => [
      named('thread_name', pid, tid, { name }),
      named('thread_sort_index', pid, tid, { sort_index: tid }),
      ...events.map((event): TraceEvent => ({ ...event, pid, tid })),
    ]),
  ]
}

interface Thread {
  name: string
  events: readonly Omit<TraceEvent, 'pid' | 'tid'>[]
}

function laneThreads({ agent, calls, gaps, stages }: Lane): Thread[] {
  const prefix = agent === '' ? '' : `${agent}: `
  return [
    ...stages.map((row) => ({ name: `${prefix}stages`, events: row.map((stage) => span('stage', stage)) })),
    {
      name: `${prefix}calls`,
      events: [
        ...calls.flatMap(callEvents),
        ...gaps.map((gap) => span(gap.part, { ...gap, name: gap.part === 'own' ? 'own code' : gap.part })),
      ],
    },
  ]
}

/** The parts of a call lie within it, and are shown below it. */
function callEvents({ index, stage, endpoint, valid, cold, start, end, parts }: CallTimes): Thread['events'] {
  const args = { index, stage, endpoint, valid, cold }
  return [
    span('call', { name: stage ?? endpoint, start, end, args }),
    ...parts.map((part) => span(part.part, { ...part, name: part.part })),
  ]
}

function span(
  cat: string,
  { name, start, end, args }: { name: string; start: number; end: number; args?: Record<string, unknown> },
): Thread['events'][number] {
  const [ts, dur] = [micros(start), Math.max(0, micros(end) - micros(start))]
  return { name, ph: 'X', cat, ts, dur, ...(args !== undefined && { args }) }
}

function named(name: string, pid: number, tid: number, args: Record<string, unknown>): TraceEvent {
  return { name, ph: 'M', pid, tid, args }
}

function micros(ms: number): number {
  return Math.round(ms * 1000)
}
