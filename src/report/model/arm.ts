import { completeBlocks, type Block } from '../../judge/blocks.ts'
import { findCacheHits } from '../../judge/cache.ts'
import { concurrencyValues, judgeConcurrency } from '../../judge/concurrency.ts'
import type { ArmFacts, Plan, PlannedConfig } from '../../judge/plan.ts'
import { tallyTrials } from '../../judge/validity.ts'
import { stageValues, trialValues, type Values } from '../../judge/values.ts'
import { metricNames, metrics } from '../../metrics.ts'
import type { AgentReport, ArmReport, Role, Samples, StageSamples, Trial } from '../../schema/generated.ts'
import { summarize } from '../../stats/index.ts'

/** The facts of an arm of whose server nothing is known. */
export const UNKNOWN: ArmFacts = { server: { kind: 'ollama' }, effective: {} }

/** An arm with the samples of `blocks`, by default its complete ones. */
export function buildArm(
  plan: Plan,
  facts: ArmFacts,
  trials: readonly Trial[],
  role: Role,
  blocks: readonly Block[] = completeOf(plan, trials),
): ArmReport {
  const { name, host, model, options, agents } = plan.arms[role]
  const concurrency = judgeConcurrency(plan, trials, role)
  const own = trials.filter((trial) => trial.role === role)
  const hits = findCacheHits(trials)
  return {
    name,
    role,
    host,
    server: facts.server,
    model,
    ...(facts.digest !== undefined && { digest: facts.digest }),
    ...(facts.quantization !== undefined && { quantization: facts.quantization }),
    options,
    effective: facts.effective,
    ...(agents !== undefined && { agents: agents.map((agent) => buildAgent(agent, facts)) }),
    ...(concurrency !== undefined && { concurrency }),
    ...tallyTrials(own),
    samples: buildSamples([
      ...blocks.flatMap((block) => block.trials[role].map((trial) => trialValues(trial, hits))),
      ...blocks.map((block) => concurrencyValues(block, role).get(null) ?? new Map()),
    ]),
    stages: buildStages([
      ...blocks.flatMap((block) => block.trials[role].map((trial) => stageValues(trial, hits))),
      ...blocks.map((block) => agentValues(block, role)),
    ]),
  }
}

/** The blocks of both phases that count. */
export function completeOf(plan: Plan, trials: readonly Trial[]): Block[] {
  return (['measure', 'confirm'] as const).flatMap((phase) => completeBlocks(plan, trials, phase))
}

/** The agents' own concurrency values: an agent is a stage of its trial. */
function agentValues(block: Block, role: Role): ReadonlyMap<string, Values> {
  return new Map(
    [...concurrencyValues(block, role)].filter((entry): entry is [string, Values] => entry[0] !== null),
  )
}

function buildAgent({ name, host, model, options }: PlannedConfig, facts: ArmFacts): AgentReport {
  const own = facts.agents?.find((agent) => agent.name === name)
  return {
    name,
    host,
    model,
    ...(own?.digest !== undefined && { digest: own.digest }),
    options,
    effective: own?.effective ?? {},
  }
}

function buildSamples(values: readonly Values[]): Samples {
  return Object.fromEntries(
    metricNames.flatMap((name) => {
      const measured = values.map((one) => one.get(name)).filter((value) => value !== undefined)
      return measured.length === 0 ? [] : [[name, { ...summarize(measured), unit: metrics[name].unit }]]
    }),
  )
}

function buildStages(perTrial: readonly ReadonlyMap<string, Values>[]): StageSamples[] {
  const names = [...new Set(perTrial.flatMap((stages) => [...stages.keys()]))]
  return names.map((name) => ({
    name,
    samples: buildSamples(
      perTrial.map((stages) => stages.get(name)).filter((values) => values !== undefined),
    ),
  }))
}
