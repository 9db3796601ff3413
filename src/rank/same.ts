/**
 * Candidates that the servers run identically are measured once. After the warm-up every runner has been loaded, and what
 * the servers then say of it decides, never a time. Where they leave a doubt, each candidate is measured by itself.
 */
import { asksTheSame, configsOf } from '../judge/comparable.ts'
import { factsOf, isRanked, type ArmFacts, type Facts, type Plan, type PlannedArm } from '../judge/plan.ts'
import { configFacts, effectiveConfig, layers } from '../judge/warnings.ts'
import { present } from '../optional.ts'
import type { Trial } from '../schema/generated.ts'

/**
 * By candidate: the first candidate of the plan that the servers run identically. The baseline stands for nobody, for the
 * ranking needs a candidate of its own; and what was asked for twice in the same words is to be measured twice.
 *
 * @param warmUp trials of the warm-up, which show how much context a call needs
 */
export function findSame(plan: Plan, facts: Facts, warmUp: readonly Trial[]): ReadonlyMap<string, string> {
  if (!isRanked(plan)) return new Map()
  const needed = contextNeeded(warmUp)
  const firsts = new Map<string, PlannedArm>()
  return new Map(
    plan.candidates.flatMap(({ arm }): [string, string][] => {
      const runs = runsAs(arm, factsOf(facts, arm), needed)
      if (runs === undefined) return []
      const first = firsts.get(runs)
      if (first === undefined) firsts.set(runs, arm)
      return first === undefined || asksTheSame(first, arm) ? [] : [[arm.name, first.name]]
    }),
  )
}

/** The same text for arms that run identically for certain; undefined for one of which too little is known. */
function runsAs(arm: PlannedArm, facts: ArmFacts, needed: number): string | undefined {
  // What another server makes of an option, it does not say.
  if (facts.server.kind === 'openai') return undefined
  const loaded = configsOf(arm).map((config) => {
    const { num_ctx, size, size_vram } = configFacts(facts, config).effective
    if (num_ctx === undefined || size === undefined || size_vram === undefined) return undefined
    // A server may cut a prompt to the context that was asked for, although the runner has more.
    const asked = config.options['num_ctx'] ?? num_ctx
    return Number(asked) >= Math.min(num_ctx, needed) ? [size, size_vram] : undefined
  })
  return loaded.includes(undefined) ? undefined : JSON.stringify([loaded, effectiveConfig(arm, facts)])
}

/** Tokens of the longest prompt with its reply; Infinity where some call does not say. */
function contextNeeded(trials: readonly Trial[]): number {
  const calls = trials.flatMap(({ calls }) => calls)
  return calls.length === 0
    ? Infinity
    : Math.max(
        ...calls.map((call) => {
          const { prompt_eval_count: prompt, prompt_eval_cached_count: cached = 0, eval_count: reply } = call
          return prompt === undefined || reply === undefined ? Infinity : prompt + cached + reply
        }),
      )
}

/** The plan without the candidates that are measured as another; they share the error no more. */
export function measuredPlan<P extends Plan>(plan: P, facts: Facts): P {
  const [first, ...rest] = plan.candidates.filter(({ arm }) => factsOf(facts, arm).same_as === undefined)
  return first === undefined ? plan : { ...plan, candidates: [first, ...rest] }
}

/** By candidate: the one that was measured in its place, in the order of the plan. */
export function sameAs(plan: Plan, facts: Facts): ReadonlyMap<string, string> {
  return new Map(
    plan.candidates.flatMap(({ arm }): [string, string][] => {
      const { same_as: of } = factsOf(facts, arm)
      return of === undefined ? [] : [[arm.name, of]]
    }),
  )
}

/** Why two arms are one to the server: each option in which they differ, and what became of it. */
export function whySame(first: PlannedArm, second: PlannedArm, facts: Facts): string[] {
  const found = configsOf(first).flatMap((config, i) => {
    const other = configsOf(second)[i]
    const { num_ctx, block_count, size_vram, gpu_fraction } = configFacts(
      factsOf(facts, first),
      config,
    ).effective
    const differs = (name: string): boolean => config.options[name] !== other?.options[name]
    const all = block_count === undefined ? 'all layers' : `all ${layers(block_count)} layers`
    const place = size_vram === 0 ? 'no layer' : all
    const where = gpu_fraction === 1 || size_vram === 0 ? `puts ${place} on the GPU` : `counts ${place}`
    return present(
      differs('num_ctx') && `num_ctx is ${num_ctx} in effect`,
      differs('num_gpu') && `num_gpu ${where}`,
    )
  })
  return [...new Set(found)]
}
