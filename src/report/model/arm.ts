import { factsOf, type ArmFacts, type Facts, type PlannedArm, type PlannedConfig } from '../../judge/plan.ts'
import type { ArmResults } from '../../judge/results.ts'
import { tallyTrials } from '../../judge/validity.ts'
import type { AgentReport, ArmReport, Trial } from '../../schema/generated.ts'

/** An arm: what was asked for, what the server made of it, and its results. */
export function buildArm(
  arm: PlannedArm,
  all: Facts,
  trials: readonly Trial[],
  { samples, stages, concurrency }: ArmResults,
): ArmReport {
  const { name, role, code, config, host, model, options, agents } = arm
  const facts = factsOf(all, arm)
  return {
    name,
    role,
    ...(code !== undefined && { code }),
    ...(config !== undefined && { config }),
    host,
    server: facts.server,
    model,
    ...(facts.digest !== undefined && { digest: facts.digest }),
    ...(facts.quantization !== undefined && { quantization: facts.quantization }),
    options,
    effective: facts.effective,
    ...(agents !== undefined && { agents: agents.map((agent) => buildAgent(agent, facts)) }),
    ...(concurrency !== undefined && { concurrency }),
    ...tallyTrials(trials.filter((trial) => trial.arm === name)),
    samples,
    stages,
  }
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
