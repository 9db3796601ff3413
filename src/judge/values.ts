/**
 * From a trial to its values: one number a metric, for the whole trial and for each stage.
 * A metric that was not measured has no entry; nothing is ever filled in as 0.
 */
import { isDifference, MIN_TOKENS_FOR_THROUGHPUT, type MetricName } from '../metrics.ts'
import type { Call, Trial } from '../schema/generated.ts'
import { geometricMean } from '../stats/index.ts'
import { paceOf } from './steady.ts'
import { FASTEST, plausible } from './counters.ts'
import { endsOf } from '../stream.ts'

/** The values of one trial or one stage; only what was measured. */
export type Values = ReadonlyMap<MetricName, number>

/** Calls served from the prompt cache, see cache.ts. */
type Hits = ReadonlySet<Call>
const NONE: Hits = new Set()

/** The values of a trial before it is known which of its calls were served from the cache; computed once. */
interface Measured {
  whole: Part
  stages: ReadonlyMap<string, Part>
}

/** The values of some calls, and the calls. */
interface Part {
  values: Values
  /** By which arms are compared: the same, but for the throughput, which is that of the steady pace. */
  judged: Values
  calls: readonly Call[]
}

const measured = new WeakMap<Trial, Measured>()

/** Values of the whole trial. */
export function trialValues(trial: Trial, hits: Hits = NONE): Values {
  const { values, calls } = measure(trial).whole
  return withoutHits(values, calls, hits)
}

/** Values of every stage of a trial, by name, in the order in which the stages first began. */
export function stageValues(trial: Trial, hits: Hits = NONE): ReadonlyMap<string, Values> {
  return new Map(
    [...measure(trial).stages].map(([name, { values, calls }]) => [name, withoutHits(values, calls, hits)]),
  )
}

/** What arms are compared by: of the whole trial (null) and of every stage. Reports show the values above. */
export function judgedValues(trial: Trial, hits: Hits = NONE): ReadonlyMap<string | null, Values> {
  const { whole, stages } = measure(trial)
  return new Map(
    [[null, whole] as const, ...stages].map(([stage, { judged, calls }]) => [
      stage,
      withoutHits(judged, calls, hits),
    ]),
  )
}

function measure(trial: Trial): Measured {
  let found = measured.get(trial)
  if (found === undefined) measured.set(trial, (found = { whole: wholeOf(trial), stages: stagesOf(trial) }))
  return found
}

function wholeOf({ calls, duration }: Trial): Part {
  const busy = unionLength(calls.map((call) => [call.start, call.start + call.duration]))
  const isMeasured = duration > 0 && calls.length > 0
  return partOf(calls, [
    ['trial_duration', duration],
    ['llm_share', isMeasured ? Math.min(1, busy / duration) : undefined],
    ['own_time', isMeasured ? duration - busy : undefined],
  ])
}

function partOf(calls: readonly Call[], more: readonly Entry[]): Part {
  const pace = paceOf(
    calls
      .filter((call) => call.valid)
      .map(plausible)
      .filter(isLong),
  )
  const values = positive([...entriesOf(calls), ['stall_share', pace?.stallShare], ...more])
  const judged =
    pace === undefined || !values.has('output_throughput')
      ? values
      : new Map(values).set('output_throughput', pace.throughput)
  return { calls, values, judged }
}

function stagesOf(trial: Trial): Measured['stages'] {
  const names = [...new Set(trial.stages.map((stage) => stage.name))]
  return new Map(
    names.map((name) => {
      const calls = trial.calls.filter((call) => call.stage === name || call.agent === name)
      const own = trial.stages.filter((stage) => stage.name === name)
      const duration = unionLength(own.map(({ start, duration: ms }) => [start, start + ms]))
      return [name, partOf(calls, [['stage_duration', duration]])]
    }),
  )
}

/** A prompt that came out of the cache says nothing of how fast prompts are read. */
function withoutHits(values: Values, calls: readonly Call[], hits: Hits): Values {
  if (!values.has('prompt_throughput') || !calls.some((call) => call.valid && hits.has(call))) return values
  return new Map([...values].filter(([metric]) => metric !== 'prompt_throughput'))
}

/** Values of calls alone, wherever they were made. */
export function callValues(calls: readonly Call[], hits: Hits = NONE): Values {
  return withoutHits(positive(entriesOf(calls)), calls, hits)
}

type Entry = [MetricName, number | undefined]

function entriesOf(all: readonly Call[]): Entry[] {
  const calls = all.filter((call) => call.valid).map(plausible)
  const warm = calls.filter((call) => !call.cold)
  const cold = calls.filter((call) => call.cold)
  return [
    ['output_throughput', outputThroughput(calls)],
    ['reported_throughput', reportedThroughput(calls)],
    ['ttft', center(warm, (call) => call.ttft)],
    ['ttft_cold', center(cold, (call) => call.ttft)],
    ['ttft_content', center(warm, (call) => call.ttft_content)],
    ['tpot', tpot(calls)],
    ['itl', center(calls, (call) => call.itl?.p50)],
    ['e2e_latency', sum(calls, (call) => call.e2e_latency)],
    ['prompt_throughput', promptThroughput(calls)],
    ['load_duration', sum(calls, (call) => call.load_duration)],
    ['calls', all.length],
    ['input_tokens', sumOfAll(calls, (call) => call.prompt_eval_count)],
    ['output_tokens', sum(calls, (call) => call.eval_count)],
  ]
}

/** The output_throughput of one call, without the other values: pages have it of every call. */
export function throughputOf(call: Call): number | undefined {
  const value = outputThroughput([plausible(call)])
  return value !== undefined && value > 0 ? value : undefined
}

/** Tokens that arrived after the first chunk, and the time they took: what a user sees of decoding. */
interface Arrival {
  tokens: number
  /** First content chunk to last, ms. */
  span: number
}

/**
 * What arrived at the socket. The first chunk's own tokens were decoded before the span begins; chunks carry
 * eval_count / chunks tokens on average. Undefined for a reply that was not streamed or came in one chunk.
 */
function arrivalOf(call: Call): Arrival | undefined {
  const stream = endsOf(call)
  if (stream === undefined || stream.last <= stream.first) return undefined
  const { chunks = stream.chunks, eval_count: tokens = 0 } = call
  const arrival = { tokens: (tokens * (chunks - 1)) / chunks, span: stream.last - stream.first }
  // A reply that something on the way held back arrives at once, and says nothing of decoding.
  return (arrival.tokens / arrival.span) * 1000 > FASTEST ? undefined : arrival
}

/** Σ tokens / Σ spans in tok/s, over the calls long enough for it; see metrics.ts. */
function outputThroughput(calls: readonly Call[]): number | undefined {
  const arrivals = arrivalsOf(calls.filter(isLong))
  return ratio(
    sum(arrivals, ({ tokens }) => tokens),
    sum(arrivals, ({ span }) => span),
    1000,
  )
}

/** Σ eval_count / Σ eval_duration in tok/s, as the server counts and times itself. */
function reportedThroughput(calls: readonly Call[]): number | undefined {
  const long = calls.filter((call) => isLong(call) && (call.eval_duration ?? 0) > 0)
  return ratio(
    sum(long, (call) => call.eval_count),
    sum(long, (call) => call.eval_duration),
    1000,
  )
}

/** Σ spans / Σ tokens, ms. */
function tpot(calls: readonly Call[]): number | undefined {
  const arrivals = arrivalsOf(calls)
  return ratio(
    sum(arrivals, ({ span }) => span),
    sum(arrivals, ({ tokens }) => tokens),
    1,
  )
}

function arrivalsOf(calls: readonly Call[]): Arrival[] {
  return calls.map(arrivalOf).filter((arrival) => arrival !== undefined)
}

function isLong(call: Call): boolean {
  return (call.eval_count ?? 0) >= MIN_TOKENS_FOR_THROUGHPUT
}

/** Uncached prompt tokens per second. */
function promptThroughput(calls: readonly Call[]): number | undefined {
  const counted = calls.filter((call) => (call.prompt_eval_duration ?? 0) > 0 && uncached(call) > 0)
  return ratio(
    sum(counted, uncached),
    sum(counted, (call) => call.prompt_eval_duration),
    1000,
  )
}

function uncached(call: Call): number {
  return (call.prompt_eval_count ?? 0) - (call.prompt_eval_cached_count ?? 0)
}

function center(calls: readonly Call[], value: (call: Call) => number | undefined): number | undefined {
  const values = calls.map((call) => value(call) ?? 0).filter((v) => v > 0)
  return values.length > 0 ? geometricMean(values) : undefined
}

function sum<Item>(items: readonly Item[], value: (item: Item) => number | undefined): number | undefined {
  const values = items.map(value).filter((v) => v !== undefined)
  return values.length > 0 ? values.reduce((a, b) => a + b, 0) : undefined
}

/** Undefined unless every item has a value: a sum of some would read as less. */
function sumOfAll<Item>(
  items: readonly Item[],
  value: (item: Item) => number | undefined,
): number | undefined {
  return items.every((item) => value(item) !== undefined) ? sum(items, value) : undefined
}

function ratio(top: number | undefined, bottom: number | undefined, scale: number): number | undefined {
  return top === undefined || bottom === undefined || bottom <= 0 ? undefined : (top / bottom) * scale
}

/** Length of the union of intervals: concurrent calls count their common time once. */
export function unionLength(intervals: readonly (readonly [number, number])[]): number {
  let length = 0
  let reached = -Infinity
  for (const [start, end] of intervals.toSorted((a, b) => a[0] - b[0])) {
    length += Math.max(0, end - Math.max(start, reached))
    reached = Math.max(reached, end)
  }
  return length
}

/**
 * Statistics of ratios are on logarithms: a value of 0 says the clock was too coarse, so it was not measured. A share that is
 * compared by its difference may be 0.
 */
function positive(entries: readonly Entry[]): Values {
  return new Map(
    entries.filter(
      (entry): entry is [MetricName, number] =>
        entry[1] !== undefined && (entry[1] > 0 || (entry[1] === 0 && isDifference(entry[0]))),
    ),
  )
}
