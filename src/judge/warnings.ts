/** What a reader has to know before trusting a comparison, as data; reports show each once. */
import { warningTexts } from '../errors.ts'
import type { Role, Trial, Warning } from '../schema/generated.ts'
import { minimumPairs } from '../stats/index.ts'
import type { Assessment } from './assess.ts'
import { findCacheHits } from './cache.ts'
import { outOfReach } from './noise.ts'
import type { ArmFacts, Ending, Plan } from './plan.ts'

type Facts = Readonly<Record<Role, ArmFacts>>

/** Every warning of a suite. */
export function suiteWarnings(plan: Plan, facts: Facts, trials: readonly Trial[], assessment: Assessment, ending?: Ending): Warning[] {
  return [
    ...(['baseline', 'candidate'] as const).flatMap((role) => optionWarnings(plan, facts, role)),
    ...identicalArms(plan, facts),
    ...budgetWarnings(plan, ending),
    ...noiseWarnings(plan, assessment),
    ...cacheWarnings(plan, trials),
    ...assessment.absent.map((metric) => ({ code: 'metric_absent', metric, message: warningTexts.metricAbsent(metric) })),
    ...(ending?.warnings ?? []),
  ]
}

/** Options that the server did not carry out as asked. */
function optionWarnings(plan: Plan, facts: Facts, role: Role): Warning[] {
  const { name: arm, options } = plan.arms[role]
  const { effective, server } = facts[role]
  const found: Warning[] = []
  const numCtx = options['num_ctx']
  if (typeof numCtx === 'number' && effective.num_ctx !== undefined && effective.num_ctx !== numCtx) {
    found.push({ code: 'num_ctx_clamped', arm, message: warningTexts.numCtxClamped(arm, numCtx, effective.num_ctx) })
  }
  const numGpu = options['num_gpu']
  if (typeof numGpu === 'number' && numGpu > 0 && effective.size_vram === 0) {
    found.push({ code: 'num_gpu_no_effect', arm, message: warningTexts.noGpu(arm, numGpu) })
  } else if (typeof numGpu === 'number' && effective.block_count !== undefined && numGpu > layers(effective.block_count)) {
    found.push({ code: 'num_gpu_no_effect', arm, message: warningTexts.numGpuBeyond(arm, numGpu, layers(effective.block_count)) })
  }
  const { size, size_vram } = effective
  if (server.kind === 'ollama' && size !== undefined && size_vram !== undefined && size_vram < size) {
    found.push({ code: 'partial_offload', arm, message: warningTexts.partialOffload(arm, size_vram / size) })
  }
  return found
}

/** Ollama counts the output layer as one more. */
function layers(blockCount: number): number {
  return blockCount + 1
}

/** Arms that were asked for different things and got the same. */
function identicalArms(plan: Plan, facts: Facts): Warning[] {
  const { baseline, candidate } = plan.arms
  const requested = (arm: typeof baseline): string => canonical([arm.model, arm.host, arm.options])
  if (requested(baseline) === requested(candidate)) return []
  if (facts.baseline.effective.num_ctx === undefined && facts.candidate.effective.num_ctx === undefined) return []
  if (effectiveConfig(plan, facts, 'baseline') !== effectiveConfig(plan, facts, 'candidate')) return []
  return [{ code: 'identical_arms', message: warningTexts.identicalArms(baseline.name, candidate.name) }]
}

function effectiveConfig(plan: Plan, facts: Facts, role: Role): string {
  const { model, host, options } = plan.arms[role]
  const { digest, effective } = facts[role]
  const { num_ctx, num_gpu, ...others } = options
  const most = effective.size_vram === 0 ? 0 : effective.block_count === undefined ? Infinity : layers(effective.block_count)
  // Negative or unset means as many as fit, which is all of them where all are in video memory.
  const asked = typeof num_gpu === 'number' && num_gpu >= 0 ? num_gpu : effective.gpu_fraction === 1 || most === 0 ? most : 'auto'
  const gpu = typeof asked === 'number' ? String(Math.min(asked, most)) : asked
  return canonical([digest ?? model, host, { ...others, num_gpu: gpu, num_ctx: effective.num_ctx ?? num_ctx }])
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    item !== null && typeof item === 'object' && !Array.isArray(item) ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1))) : item,
  )
}

/** Too few blocks to decide anything, or blocks that had to be run again. */
function budgetWarnings(plan: Plan, ending: Ending | undefined): Warning[] {
  const needed = minimumPairs(plan.alpha)
  return [
    ...(plan.pairs.max < needed ? [{ code: 'too_few_pairs', message: warningTexts.tooFewPairs(plan.pairs.max, needed) }] : []),
    ...(ending !== undefined && ending.requeued > 0 ? [{ code: 'requeued_blocks', message: warningTexts.requeued(ending.requeued) }] : []),
  ]
}

function noiseWarnings(plan: Plan, { noise, comparisons }: Assessment): Warning[] {
  const undecided = comparisons.filter((one) => one.stage === null && one.gated && one.verdict === 'inconclusive')
  return outOfReach(plan, noise)
    .filter(({ metric }) => undecided.some((one) => one.metric === metric))
    .map(({ metric, scale, pairs }) => ({
      code: 'threshold_out_of_reach',
      metric,
      message: warningTexts.outOfReach(metric, plan.rules[metric].threshold, scale, pairs, plan.pairs.max),
    }))
}

function cacheWarnings(plan: Plan, trials: readonly Trial[]): Warning[] {
  const hits = findCacheHits(trials.filter((trial) => trial.phase !== 'warmup'))
  return (['baseline', 'candidate'] as const).flatMap((role) => {
    const calls = trials.filter((trial) => trial.role === role).flatMap((trial) => trial.calls)
    const count = calls.filter((call) => hits.has(call)).length
    if (count === 0) return []
    const arm = plan.arms[role].name
    return [{ code: 'prompt_cache_hit', arm, message: warningTexts.cacheHit(arm, count, calls.length) }]
  })
}
