import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { Check } from '../checks/index.ts'
import { suiteErrors } from './messages.ts'
import { armsOf, type Plan, type PlannedArm, type PlannedConfig } from '../judge/plan.ts'
import { agentArm, type Arm } from '../call/arm.ts'
import { isObject } from '../json.ts'
import { resolveHost } from '../server/host.ts'
import type { Place } from '../server/index.ts'
import { refuseUnsent } from '../server/options.ts'
import type { Role } from '../schema/generated.ts'
import { checkOptions } from '../schema/options.ts'
import { keepHeaders, keepNames, keepSecret } from '../secrets.ts'
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
 * @param server the run's server, for arms without a `host`
 */
export function armsToRun(plan: Plan, sources: readonly ArmSource[], server: Place): RunArm[] {
  return armsOf(plan).flatMap((planned, i) => {
    const source = sources[i]
    if (source === undefined) return []
    const { arm, agent, checks = [] } = source
    return { planned, arm: frozenCopy({ ...admitted(arm, server), name: planned.name }), agent, checks }
  })
}

/** The arm with the credentials that stand in the address of its server, and each of its agents with those of its own. */
function admitted(arm: Arm, server: Place): Arm {
  const headersOf = (config: Arm): Pick<Arm, 'headers'> => {
    const { headers } = config.host === undefined ? server : resolveHost(config.host)
    return headers === undefined ? {} : { headers: { ...headers, ...lowerCased(config.headers) } }
  }
  const agents = Object.entries(arm.agents ?? {}).map(([name, own]) => {
    const { headers } = agentArm(arm, name)
    return [name, { ...own, ...(headers && { headers }), ...headersOf(agentArm(arm, name)) }] as const
  })
  return { ...arm, ...headersOf(arm), ...(arm.agents && { agents: Object.fromEntries(agents) }) }
}

function lowerCased(headers: Arm['headers']): Arm['headers'] {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]))
}

/** A copy of plain data that nobody can change: an agent may read its arm, and the next trial must find it as it was. */
export function frozenCopy<T>(value: T): T
export function frozenCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return Object.freeze(value.map((item: unknown) => frozenCopy(item)))
  return Object.freeze(
    Object.fromEntries(Object.entries(value).map(([name, member]) => [name, frozenCopy(member)])),
  )
}

/**
 * An arm of a suite, held to its rules; `members` are the names of the agents that work at once, if there are several.
 * `where` says which suite it is.
 */
export function plannedArm(
  where: string,
  role: Role,
  arm: Arm,
  server: Place,
  members: readonly string[],
): PlannedArm {
  const named = typeof arm.name === 'string' && arm.name.trim() !== '' ? `arm "${arm.name}"` : `the ${role}`
  checkOptions('arm', arm, `${named} of ${where}`)
  checkServed(arm, `${named} of ${where}`)
  // Before anything that the arm's server or agent says could be written down.
  keepSecret(...(arm.secrets ?? []).map((name) => process.env[name]))
  keepNames(arm.name, arm.model, ...members)
  for (const { headers = {} } of [arm, ...Object.values(arm.agents ?? {})]) keepHeaders(headers, 'arm')
  const nameless = members.find((name) => name.trim() === '')
  if (nameless !== undefined) throw suiteErrors.badName(`name of an agent in the team of ${where}`, nameless)
  const agents = members.map((name) => plannedConfig(agentArm(arm, name), name, server.host))
  const unknown = Object.keys(arm.agents ?? {}).find((name) => !members.includes(name))
  if (unknown !== undefined) throw suiteErrors.unknownAgent(unknown, `arm "${arm.name}" of ${where}`, members)
  return { ...plannedConfig(arm, arm.name, server.host), role, ...(agents.length > 0 && { agents }) }
}

/** What servers are asked with. The values of headers are secrets, so no message shows them. */
function checkServed(arm: Arm, where: string): void {
  const { options, keep_alive, think } = arm
  // Ollama alone loads models for a while; how hard to think is a word elsewhere.
  const own = {
    ...(keep_alive !== undefined && { keep_alive }),
    ...(typeof think === 'boolean' && { think }),
  }
  refuseUnsent({ ...options, ...own }, where, arm.api)
  if (!areHeaders(arm.headers)) throw suiteErrors.badHeaders(where)
  for (const name of Object.keys(arm.agents ?? {})) {
    const { agents: _, ...own } = agentArm(arm, name)
    checkServed(own, `agent "${name}" of ${where}`)
  }
}

function areHeaders(headers: unknown = {}): boolean {
  if (!isObject(headers)) return false
  try {
    for (const [name, value] of Object.entries(headers)) {
      validateHeaderName(name)
      validateHeaderValue(name, typeof value === 'string' ? value : '\0')
    }
    return true
  } catch {
    return false
  }
}

/** A config with the headers that its server wants; it goes to servers, and nowhere else. */
export interface ServedConfig extends PlannedConfig, Place {}
export interface ServedArm extends PlannedArm, Place {
  agents?: readonly ServedConfig[]
}

/** The arm as its servers are asked about it. */
export function servedArm({ planned, arm }: RunArm): ServedArm {
  const { agents, ...own } = planned
  return {
    ...own,
    headers: arm.headers,
    ...(agents && {
      agents: agents.map((agent) => ({ ...agent, headers: agentArm(arm, agent.name).headers })),
    }),
  }
}

function plannedConfig(arm: Arm, name: string, defaultHost: string): PlannedConfig {
  return {
    name,
    host: arm.host === undefined ? defaultHost : baseOf(resolveHost(arm.host).host, arm.api),
    model: arm.model,
    ...(arm.api === 'openai' && { api: arm.api }),
    options: { ...arm.options },
    ...(arm.keep_alive !== undefined && { keep_alive: arm.keep_alive }),
    ...(arm.think !== undefined && { think: arm.think }),
    ...(arm.format !== undefined && { format: arm.format }),
  }
}

/** The base URL of such a server is mostly given with its `/v1`. */
function baseOf(host: string, api: Arm['api']): string {
  return api === 'openai' ? host.replace(/\/v1$/, '') : host
}
