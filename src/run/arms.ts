import type { Check } from '../checks/index.ts'
import { suiteErrors } from './messages.ts'
import { armsOf, type Plan, type PlannedArm, type PlannedConfig } from '../judge/plan.ts'
import { agentArm, type Arm } from '../call/arm.ts'
import { resolveHost } from '../server/host.ts'
import type { Role } from '../schema/generated.ts'
import { checkOptions } from '../schema/options.ts'
import type { Agent } from './agent.ts'

/** An arm as it runs: all that tells it from another, its code as well as its config. */
export interface RunArm {
  planned: PlannedArm
  arm: Arm
  agent: Agent
  checks: readonly Check[]
}

/** What an arm of a plan is made of. */
export interface ArmSource {
  arm: Arm
  agent: Agent
  checks?: readonly Check[] | undefined
}

/**
 * The arms of a plan as they run, under the plan's names.
 *
 * @param sources what the plan was made of, in its order: the baseline, then the candidates
 */
export function armsToRun(plan: Plan, sources: readonly ArmSource[]): RunArm[] {
  return armsOf(plan).flatMap((planned, i) => {
    const source = sources[i]
    if (source === undefined) return []
    const { arm, agent, checks = [] } = source
    return { planned, arm: { ...arm, name: planned.name }, agent, checks }
  })
}

/**
 * An arm of a suite, held to its rules; `members` are the names of the agents that work at once, if there are several.
 * `where` says which suite it is.
 */
export function plannedArm(
  where: string,
  role: Role,
  arm: Arm,
  defaultHost: string,
  members: readonly string[],
): PlannedArm {
  const named = typeof arm.name === 'string' && arm.name.trim() !== '' ? `arm "${arm.name}"` : `the ${role}`
  checkOptions('arm', arm, `${named} of ${where}`)
  const agents = members.map((name) => plannedConfig(agentArm(arm, name), name, defaultHost))
  const unknown = Object.keys(arm.agents ?? {}).find((name) => !members.includes(name))
  if (unknown !== undefined) throw suiteErrors.unknownAgent(unknown, `arm "${arm.name}" of ${where}`, members)
  return { ...plannedConfig(arm, arm.name, defaultHost), role, ...(agents.length > 0 && { agents }) }
}

function plannedConfig(arm: Arm, name: string, defaultHost: string): PlannedConfig {
  return {
    name,
    host: arm.host === undefined ? defaultHost : resolveHost(arm.host),
    model: arm.model,
    options: { ...arm.options },
    ...(arm.keep_alive !== undefined && { keep_alive: arm.keep_alive }),
    ...(arm.think !== undefined && { think: arm.think }),
    ...(arm.format !== undefined && { format: arm.format }),
  }
}
