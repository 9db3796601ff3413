/** From script to what one call does: defaults, rules, jitter, counters. Pure. */
import type { CallPlan, Counters, Rule, Script, ScriptedCall } from './script.ts'

const defaults = {
  ttft: 20,
  per_token: 2,
  tokens: 20,
  load: 2,
  prompt_tokens: 26,
  thinking: 0,
  per_chunk: 1,
  done_reason: 'stop',
  final_delay: 0,
  jitter: 0,
  seed: 1,
  coalesce: 1,
  newline: '\n',
  blank: false,
} satisfies CallPlan

export type Plan = CallPlan & Required<Pick<CallPlan, keyof typeof defaults>>

/** The plan of a call; `coldLoad` is what its model takes to load, ms. */
export function planOf(script: Script, call: ScriptedCall, coldLoad: number): Plan {
  const matching = (script.rules ?? []).filter((rule) => matches(rule, call))
  const plan: Plan = Object.assign({}, defaults, script.call, ...matching, script.plan?.(call))
  const limit = call.options['num_predict'] ?? call.body['max_tokens'] ?? call.body['max_output_tokens']
  if (typeof limit === 'number' && limit > 0 && limit < plan.tokens) {
    plan.tokens = limit
    plan.done_reason = 'length'
  }
  if (plan.jitter > 0) {
    plan.ttft *= jitterFactor(plan, call.index * 2)
    plan.per_token *= jitterFactor(plan, call.index * 2 + 1)
  }
  plan.load = Math.min(plan.load, plan.ttft)
  if (!(plan.cold ?? call.cold)) return plan
  const load = Math.max(plan.load, coldLoad)
  return { ...plan, cold: true, ttft: plan.ttft + load - plan.load, load }
}

function matches({ when }: Rule, call: ScriptedCall): boolean {
  const [first, last] =
    typeof when.calls === 'number' ? [when.calls, when.calls] : (when.calls ?? [0, Infinity])
  return (
    (when.model === undefined || when.model === call.model) &&
    (when.endpoint === undefined || when.endpoint === call.endpoint) &&
    (when.cold === undefined || when.cold === call.cold) &&
    (when.prompt === undefined || call.prompt.includes(when.prompt)) &&
    Object.entries(when.options ?? {}).every(([name, value]) => call.options[name] === value) &&
    call.index >= first &&
    call.index <= last
  )
}

/** What the final object reports, durations in ms. */
export function countersOf(plan: Plan): Partial<Counters> {
  if (plan.counters === false) return {}
  const prompt_eval_duration = plan.ttft - plan.load
  // Ollama's clock for a one-token reply runs for about a microsecond.
  const eval_duration = Math.max((plan.tokens - 1) * plan.per_token, 0.001)
  return {
    prompt_eval_count: plan.prompt_tokens,
    ...(plan.cached_tokens !== undefined && { prompt_eval_cached_count: plan.cached_tokens }),
    prompt_eval_duration,
    ...(plan.tokens > 0 && { eval_count: plan.tokens, eval_duration }),
    load_duration: plan.load,
    total_duration: plan.load + prompt_eval_duration + eval_duration + plan.final_delay,
    ...plan.counters,
  }
}

function jitterFactor(plan: Plan, draw: number): number {
  const u = uniform(plan.seed, draw * 2)
  const v = uniform(plan.seed, draw * 2 + 1)
  const normal = Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v)
  return Math.exp(plan.jitter * normal)
}

/** Hash of seed and draw, in (0, 1): the same call gets the same factor however calls interleave. */
function uniform(seed: number, draw: number): number {
  let h = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(draw + 1, 0xc2b2ae35)
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d)
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b)
  return (((h ^ (h >>> 16)) >>> 0) + 0.5) / 2 ** 32
}
