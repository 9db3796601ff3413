/**
 * Counters that cannot be true: faster than any server, or far longer than the call they are part of. A figure made of one
 * would look like a measurement; so it is absent, and the suite has a warning. Records keep what the server sent.
 */
import type { Call } from '../schema/generated.ts'

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
