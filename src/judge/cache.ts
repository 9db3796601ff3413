import type { Call, Trial } from '../schema/generated.ts'
import { quantile } from '../stats/index.ts'

/** A prompt evaluated this many times faster than its like was not evaluated but found. */
const IMPLAUSIBLE = 10

/**
 * The calls whose prompt came out of the server's cache: by its own count where it tells one, else by a
 * rate out of all proportion to that of the other calls of the same stage and arm.
 */
export function findCacheHits(trials: readonly Trial[]): ReadonlySet<Call> {
  const calls = trials.flatMap((trial) =>
    trial.calls.filter((call) => call.valid).map((call) => ({ arm: trial.arm, call })),
  )
  const groups = Map.groupBy(calls, ({ arm, call }) => JSON.stringify([arm, call.stage]))
  return new Set([...groups.values()].flatMap((group) => hitsAmong(group.map(({ call }) => call))))
}

function hitsAmong(calls: readonly Call[]): Call[] {
  const told = calls.filter((call) => call.prompt_eval_cached_count !== undefined)
  const silent = calls.filter((call) => call.prompt_eval_cached_count === undefined && perToken(call) > 0)
  if (silent.length < 2) return told.filter(isToldHit)
  // The upper quartile: one slow evaluation must not make all others look like hits.
  const usual = quantile(silent.map(perToken), 0.75)
  return [...told.filter(isToldHit), ...silent.filter((call) => perToken(call) * IMPLAUSIBLE < usual)]
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
