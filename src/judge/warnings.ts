/** What a reader has to know before trusting a comparison, as data; reports show each once. */
import { warningTexts } from './messages.ts'
import { defined, present } from '../optional.ts'
import type { MachineTime, Role, Trial, Warning } from '../schema/generated.ts'
import { minimumBlocks } from '../stats/index.ts'
import { whyAbsent } from './absence.ts'
import type { Assessment } from './assess.ts'
import { findCacheHits, implausible } from './counters.ts'
import type { ArmPair } from './pair.ts'
import {
  type AgentFacts,
  type ArmFacts,
  type Ending,
  type PlannedArm,
  type PlannedConfig,
  effectiveThreshold,
} from './plan.ts'
import { asksForCold, isCold, isTaken, MOST_TAKEN, sortBlocks } from './blocks.ts'
import { asksTheSame, canonical, configsOf } from './comparable.ts'

type PairFacts = Readonly<Record<Role, ArmFacts>>

/** Every warning of a suite. */
export function suiteWarnings(
  plan: ArmPair,
  facts: PairFacts,
  trials: readonly Trial[],
  assessment: Assessment,
  ending?: Ending,
): Warning[] {
  return [
    ...(['baseline', 'candidate'] as const).flatMap((role) => optionWarnings(plan, facts, role)),
    ...identicalArms(plan, facts),
    ...budgetWarnings(plan, trials, ending),
    ...noiseWarnings(plan, assessment),
    ...coldWarnings(plan, trials),
    ...cacheWarnings(plan, trials),
    ...counterWarnings(plan, trials),
    ...retryWarnings(plan, trials),
    ...reportedWarnings(plan, trials, assessment),
    ...machineWarnings(plan, trials, assessment),
    ...assessment.absent.map((metric) => {
      const absence = whyAbsent(plan, trials, metric)
      return {
        code: 'metric_absent',
        metric,
        ...defined({ arm: absence.arm }),
        message: warningTexts.metricAbsent(metric, absence),
      }
    }),
    ...assessment.absentStages.map((one) => ({
      code: 'metric_absent',
      metric: one.metric,
      ...defined({ arm: one.arm }),
      message: warningTexts.stageAbsent(one),
    })),
    ...(ending?.warnings ?? []),
  ]
}

/** Options that the server did not carry out as asked. */
function optionWarnings(plan: ArmPair, facts: PairFacts, role: Role): Warning[] {
  const arm = plan.arms[role]
  return configsOf(arm).flatMap((config) => {
    const who = arm.agents === undefined ? arm.name : `${arm.name}/${config.name}`
    const found = offloadWarnings(who, config, configFacts(facts[role], config), facts[role].server.kind)
    return found.map((warning) => ({ ...warning, arm: arm.name }))
  })
}

function offloadWarnings(
  who: string,
  { options }: PlannedConfig,
  { effective }: AgentFacts | ArmFacts,
  kind: string,
): Warning[] {
  const found: Warning[] = []
  const numCtx = options['num_ctx']
  if (typeof numCtx === 'number' && effective.num_ctx !== undefined && effective.num_ctx !== numCtx) {
    found.push({
      code: 'num_ctx_clamped',
      message: warningTexts.numCtxClamped(who, numCtx, effective.num_ctx),
    })
  }
  const numGpu = options['num_gpu']
  if (typeof numGpu === 'number' && numGpu > 0 && effective.size_vram === 0) {
    found.push({ code: 'num_gpu_no_effect', message: warningTexts.noGpu(who, numGpu) })
  } else if (
    typeof numGpu === 'number' &&
    effective.block_count !== undefined &&
    numGpu > layers(effective.block_count)
  ) {
    found.push({
      code: 'num_gpu_no_effect',
      message: warningTexts.numGpuBeyond(who, numGpu, layers(effective.block_count)),
    })
  }
  const { size, size_vram } = effective
  if (kind === 'ollama' && size !== undefined && size_vram !== undefined && size_vram < size) {
    found.push({ code: 'partial_offload', message: warningTexts.partialOffload(who, size_vram / size) })
  }
  return found
}

/** Ollama counts the output layer as one more. */
export function layers(blockCount: number): number {
  return blockCount + 1
}

/** What the server said about one of the configs of an arm. */
export function configFacts(facts: ArmFacts, config: PlannedConfig): AgentFacts | ArmFacts {
  return facts.agents?.find(({ name }) => name === config.name) ?? facts
}

/** Arms that were asked for different things and got the same. */
function identicalArms({ arms }: ArmPair, facts: PairFacts): Warning[] {
  const { baseline, candidate } = arms
  if (asksTheSame(baseline, candidate)) return []
  if (facts.baseline.effective.num_ctx === undefined && facts.candidate.effective.num_ctx === undefined)
    return []
  if (effectiveConfig(baseline, facts.baseline) !== effectiveConfig(candidate, facts.candidate)) return []
  return [{ code: 'identical_arms', message: warningTexts.identicalArms(baseline.name, candidate.name) }]
}

/** What the server made of an arm's configs: equal texts are equal configs. */
export function effectiveConfig(arm: PlannedArm, facts: ArmFacts): string {
  const names = arm.agents?.map(({ name }) => name)
  return canonical([names, configsOf(arm).map((config) => effectiveOf(config, configFacts(facts, config)))])
}

function effectiveOf(
  { host, model, options, keep_alive, think, format }: PlannedConfig,
  { digest, effective }: AgentFacts | ArmFacts,
): object {
  const { num_ctx, num_gpu, ...others } = options
  const most =
    effective.size_vram === 0
      ? 0
      : effective.block_count === undefined
        ? Infinity
        : layers(effective.block_count)
  // Negative or unset means as many as fit, which is all of them where all are in video memory.
  const asked =
    typeof num_gpu === 'number' && num_gpu >= 0
      ? num_gpu
      : effective.gpu_fraction === 1 || most === 0
        ? most
        : 'auto'
  const gpu = typeof asked === 'number' ? String(Math.min(asked, most)) : asked
  const inEffect = { ...others, num_gpu: gpu, num_ctx: effective.num_ctx ?? num_ctx }
  return { model: digest ?? model, host, keep_alive, think, format, options: inEffect }
}

/** Too few blocks to decide anything, or blocks that had to be run again. */
function budgetWarnings(plan: ArmPair, trials: readonly Trial[], ending: Ending | undefined): Warning[] {
  const needed = minimumBlocks(plan.alpha)
  return [
    ...(plan.blocks.max < needed
      ? [{ code: 'too_few_blocks', message: warningTexts.tooFewBlocks(plan.blocks.max, needed) }]
      : []),
    ...requeueWarnings([{ pair: plan, trials }], ending),
  ]
}

/** Blocks that were run again, and why: for a fault in them, or for what the machine took. */
export function requeueWarnings(
  pairs: readonly { pair: ArmPair; trials: readonly Trial[] }[],
  ending: Ending | undefined,
): Warning[] {
  const sorted = pairs.flatMap(({ pair, trials }) =>
    (['measure', 'confirm'] as const).map((phase) => {
      const { complete, apart } = sortBlocks(pair, trials, phase)
      const own = trials.filter((trial) => trial.phase === phase)
      const again = apart.filter(({ number, trials: { baseline } }) =>
        own.some(({ block, attempt }) => block === number && attempt > (baseline[0]?.attempt ?? 0)),
      )
      return { apart, again, kept: complete.filter(isTaken) }
    }),
  )
  // Candidates of a sweep share an attempt.
  const countOf = (part: 'apart' | 'again' | 'kept'): number =>
    new Set(sorted.flatMap((one) => one[part]).map(({ trials: { baseline } }) => placeOf(baseline[0]))).size
  const apart = countOf('apart')
  const faults = (ending?.requeued ?? 0) - countOf('again')
  return present(
    apart > 0 && {
      code: 'machine_set_apart',
      message: warningTexts.setApart(apart, countOf('kept'), MOST_TAKEN),
    },
    faults > 0 && { code: 'requeued_blocks', message: warningTexts.requeued(faults) },
  )
}

function placeOf(trial: Trial | undefined): string {
  return `${trial?.phase} ${trial?.block} ${trial?.attempt}`
}

function noiseWarnings(plan: ArmPair, { noise, comparisons }: Assessment): Warning[] {
  return comparisons.flatMap(({ metric, stage, gated, baseline_value: baseline, blocks_needed: blocks }) => {
    const scale = noise[metric]
    if (stage !== null || !gated || scale === undefined || baseline === undefined) return []
    if (blocks === undefined || blocks <= plan.blocks.max) return []
    const threshold = effectiveThreshold(metric, plan.rules[metric], baseline)
    return [
      {
        code: 'threshold_out_of_reach',
        metric,
        message: warningTexts.outOfReach({ metric, threshold, scale, blocks }, plan.blocks.max),
      },
    ]
  })
}

/** Fractions of the time from which on the machine is worth a word. */
const [BUSY, TAKEN] = [0.5, 0.05]

/** What took the processor away: always where it took time from the suite, what else ran only where a verdict is open. */
function machineWarnings(
  { suite }: ArmPair,
  trials: readonly Trial[],
  { comparisons, blocks }: Assessment,
): Warning[] {
  const time = trials.reduce((sum, { machine, duration }) => sum + (machine === undefined ? 0 : duration), 0)
  const meanOf = (of: (machine: MachineTime) => number): number =>
    trials.reduce(
      (sum, { machine, duration }) => sum + (machine === undefined ? 0 : of(machine) * duration),
      0,
    ) / time
  if (time === 0) return []
  const waited = meanOf(({ waited: part = 0 }) => part)
  const taken = meanOf(({ stolen = 0, throttled = 0 }) => stolen + throttled)
  const isOpen = blocks > 0 && comparisons.some(({ gated, verdict }) => gated && verdict === 'inconclusive')
  return present(
    isOpen && waited >= BUSY && { code: 'machine_busy', message: warningTexts.machineBusy(suite, waited) },
    taken >= TAKEN && { code: 'machine_taken', message: warningTexts.machineTaken(suite, TAKEN) },
  )
}

/** Beyond this the server's figure and what arrives are two different things. */
const REPORTED_DIFFERS = 1.1

function reportedWarnings(
  plan: ArmPair,
  trials: readonly Trial[],
  { comparisons, reportedGated }: Assessment,
): Warning[] {
  if (reportedGated) {
    const absence = whyAbsent(plan, trials, 'output_throughput')
    return [
      {
        code: 'reported_gated',
        ...defined({ arm: absence.arm }),
        metric: 'reported_throughput',
        message: warningTexts.reportedGated(absence),
      },
    ]
  }
  const whole = (metric: string) => comparisons.find((one) => one.metric === metric && one.stage === null)
  const [arrives, reported] = [whole('output_throughput'), whole('reported_throughput')]
  return (['baseline', 'candidate'] as const).flatMap((role) => {
    const seen = arrives?.[`${role}_value`]
    const stated = reported?.[`${role}_value`]
    if (seen === undefined || stated === undefined) return []
    if (Math.max(seen / stated, stated / seen) <= REPORTED_DIFFERS) return []
    const arm = plan.arms[role].name
    return [
      {
        code: 'reported_differs',
        arm,
        metric: 'reported_throughput',
        message: warningTexts.reportedDiffers(arm, stated, seen),
      },
    ]
  })
}

function counterWarnings(plan: ArmPair, trials: readonly Trial[]): Warning[] {
  return (['baseline', 'candidate'] as const).flatMap((role): Warning[] => {
    const calls = trials.filter((trial) => trial.role === role).flatMap((trial) => trial.calls)
    const found = calls
      .filter(({ valid }) => valid)
      .map(implausible)
      .filter((names) => names.length > 0)
    if (found.length === 0) return []
    const arm = plan.arms[role].name
    const names = [...new Set(found.flat())]
    return [
      {
        code: 'implausible_counters',
        arm,
        message: warningTexts.implausibleCounters(arm, names, found.length, calls.length),
      },
    ]
  })
}

/** In a valid trial a call that failed is one that was made again. */
function retryWarnings(plan: ArmPair, trials: readonly Trial[]): Warning[] {
  return (['baseline', 'candidate'] as const).flatMap((role): Warning[] => {
    const own = trials.filter((trial) => trial.role === role && trial.valid && trial.phase !== 'warmup')
    const calls = own.flatMap((trial) => trial.calls)
    const failed = calls.flatMap(({ reason }) => reason ?? [])
    if (failed.length === 0) return []
    const arm = plan.arms[role].name
    const message = warningTexts.retriedCalls(arm, failed.length, calls.length, [...new Set(failed)])
    return [{ code: 'retried_calls', arm, message }]
  })
}

/** Below this number of cold trials, something else may have taken the model's place now and then. */
const FEWEST_COLD = 3

/** An arm that loads the model far more often than the other, and does not ask to: warm metrics show nothing of it. */
function coldWarnings(plan: ArmPair, trials: readonly Trial[]): Warning[] {
  const valid = trials.filter((trial) => trial.valid && trial.phase !== 'warmup')
  const coldOf = (role: Role): number => valid.filter((trial) => trial.role === role && isCold(trial)).length
  return (['baseline', 'candidate'] as const).flatMap((role): Warning[] => {
    const own = valid.filter((trial) => trial.role === role)
    const cold = coldOf(role)
    const other = coldOf(role === 'baseline' ? 'candidate' : 'baseline')
    const { [role]: arm } = plan.arms
    if (cold < Math.max(FEWEST_COLD, 3 * other) || asksForCold(arm)) return []
    return [
      {
        code: 'cold_trials',
        arm: arm.name,
        message: warningTexts.coldTrials(arm.name, cold, own.length, other),
      },
    ]
  })
}

function cacheWarnings(plan: ArmPair, trials: readonly Trial[]): Warning[] {
  const measured = trials.filter((trial) => trial.phase !== 'warmup')
  const hits = findCacheHits(measured)
  return (['baseline', 'candidate'] as const).flatMap((role) => {
    const calls = measured.filter((trial) => trial.role === role).flatMap((trial) => trial.calls)
    const count = calls.filter((call) => hits.has(call)).length
    if (count === 0) return []
    const arm = plan.arms[role].name
    return [{ code: 'prompt_cache_hit', arm, message: warningTexts.cacheHit(arm, count, calls.length) }]
  })
}
