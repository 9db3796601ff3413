/**
 * Which of a server's counters are taken at their word.
 *
 * Some cannot be true: faster than any server, or far longer than the call they are part of. A figure made of one would look
 * like a measurement; so it is absent, and the suite has a warning. Others are true and mean something else: a prompt that
 * came out of the cache was not evaluated. Records keep what the server sent.
 */
import type { Call, Trial } from '../schema/generated.ts'
import { quantile } from '../stats/index.ts'

/** Tokens per second that no server reads or writes for one call; a cache that is not announced makes such prompts. */
export const FASTEST = 1_000_000

/** A server's clock may be off, and still tell something; what is meant is another unit, or no time at all. */
const LONGEST_FACTOR = 10
const SLACK_MS = 10_000

const COUNTERS = ['eval_count', 'eval_duration', 'prompt_eval_duration', 'load_duration'] as const
export type Counter = (typeof COUNTERS)[number]

/** The call without the counters that cannot be; mostly the call itself. */
export function plausible(call: Call): Call {
  return without(call, implausible(call))
}

/** The counters of a call that cannot be. */
export function implausible(call: Call): Counter[] {
  const { eval_count: tokens = 0, prompt_eval_count: prompt = 0, prompt_eval_cached_count: cached = 0 } = call
  const longest = LONGEST_FACTOR * call.duration + SLACK_MS
  const isImpossible: Record<Counter, boolean> = {
    eval_count: isTooFast(tokens, longest),
    // Ollama's clock for a reply of one token runs for about a microsecond.
    eval_duration: tokens > 1 && isTooFast(tokens, call.eval_duration),
    prompt_eval_duration: isTooFast(prompt - cached, call.prompt_eval_duration),
    load_duration: false,
  }
  return COUNTERS.filter((name) => {
    const value = call[name]
    if (value === undefined) return false
    return isImpossible[name] || (name !== 'eval_count' && value > longest)
  })
}

function isTooFast(tokens: number, ms: number | undefined): boolean {
  return ms !== undefined && ms > 0 && (tokens / ms) * 1000 > FASTEST
}

function without(call: Call, counters: readonly Counter[]): Call {
  if (counters.length === 0) return call
  const rest = { ...call }
  for (const counter of counters) delete rest[counter]
  return rest
}

/** A prompt evaluated this many times faster than its like was not evaluated but found. */
const IMPLAUSIBLE = 10

/**
 * No machine evaluates more prompt tokens than this in the time it decodes one. Decoding waits for memory and evaluation
 * for arithmetic, so it is their ratio in the hardware: about 300 for accelerators of 2025. Batches, guesses ahead and
 * grammars move it by a small factor.
 */
const PER_STEP = 1000

/**
 * The calls whose prompt came out of the server's cache: by its own count where it tells one, else by a rate out of all
 * proportion to that of the other calls of the same stage and arm, or to the call's own decoding where all calls hit.
 */
export function findCacheHits(trials: readonly Trial[]): ReadonlySet<Call> {
  const groups = new Map<string, Call[]>()
  for (const { arm, calls } of trials)
    for (const call of calls) {
      if (!call.valid) continue
      const key = JSON.stringify([arm, call.stage])
      const group = groups.get(key)
      if (group === undefined) groups.set(key, [call])
      else group.push(call)
    }
  return new Set([...groups.values()].flatMap(hitsAmong))
}

function hitsAmong(calls: readonly Call[]): Call[] {
  const told = calls.filter((call) => call.prompt_eval_cached_count !== undefined)
  const silent = calls.filter((call) => call.prompt_eval_cached_count === undefined && perToken(call) > 0)
  // The upper quartile: one slow evaluation must not make all others look like hits.
  const usual = silent.length < 2 ? 0 : quantile(silent.map(perToken), 0.75)
  const isHit = (call: Call): boolean => perToken(call) * IMPLAUSIBLE < usual || isWithinOneStep(call)
  return [...told.filter(isToldHit), ...silent.filter(isHit)]
}

/** The first token of a reply comes with its prompt, so that one alone tells no pace. */
function isWithinOneStep(call: Call): boolean {
  const { eval_count: tokens = 0, eval_duration: decoding = 0 } = call
  return tokens > 1 && perToken(call) * PER_STEP < decoding / tokens
}

/**
 * The template's head is common to all prompts, so the first call of a trial hits with more than half. Later
 * ones may well go on where an earlier prompt of their own trial began; they hit with nearly all.
 */
function isToldHit(call: Call): boolean {
  const { prompt_eval_cached_count: cached, prompt_eval_count: all = 0, index } = call
  return cached !== undefined && cached > (index === 0 ? 0.5 : 0.9) * all
}

function perToken(call: Call): number {
  return (call.prompt_eval_duration ?? 0) / Math.max(1, call.prompt_eval_count ?? 0)
}
