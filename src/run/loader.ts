/**
 * Which models are loaded. Arms with the same runner options form a group that stays loaded together; groups that share a
 * server's memory stay loaded too and are interleaved trial by trial. Groups that would reload each other's runner are
 * switched: unload, preload with the arm's own options, and the caller discards a warm-up trial.
 */
import { runErrors, runWarnings } from './messages.ts'
import { keepAliveMs } from '../judge/blocks.ts'
import { factsOf, type ArmFacts, type Facts } from '../judge/plan.ts'
import { configsOf } from '../judge/comparable.ts'
import { runnerKey, running, unload, type Refusal } from '../server/index.ts'
import type { Warning } from '../schema/generated.ts'
import type { ServedArm, ServedConfig } from './arms.ts'
import { askAll, askServer, askServers, serverOf, takeRunning } from './facts.ts'
import { Loads } from './loads.ts'
import { awaitServer, findChange } from './outage.ts'

export interface Loader {
  /** By arm; grows as arms are loaded. */
  readonly facts: Facts
  /** Names of the arms that share runners. */
  readonly groups: readonly (readonly string[])[]
  /** Whether the groups cannot stay loaded together. */
  readonly switching: boolean
  readonly warnings: Warning[]
  /** Why no trial is worth its time: a server takes no connection, or requests and gives no answer. */
  readonly silent: string | undefined
  /** What is known of the loaded models, and of how long a warm load takes. */
  readonly loads: Loads
  /** Makes sure that the arm's models are loaded; resolves to the ms it took to switch, 0 if they were there. */
  ensureLoaded: (arm: string) => Promise<number>
  /** Looks, before a trial of the arm, for models that have left unasked. */
  look: (arm: string) => Promise<void>
  /**
   * Waits, at most `limit` ms a server, for servers of an arm that no longer answer; their models are then loaded again.
   * `onAway` hears of each before the wait. Resolves to whether there was one.
   */
  recover: (arm: string, limit: number, onAway: (host: string) => Promise<void>) => Promise<boolean>
  /** What is no longer as it was when the suite began. */
  findChange: () => Promise<string | undefined>
  /** Gives the servers their memory back. */
  release: () => Promise<void>
}

/** A runner gives its memory back within a second or two. */
export const UNLOAD_TIMEOUT_MS = 5_000
/** A server that does not unload once will not do it later: no use waiting as long again. */
const FAILED_BEFORE_MS = 500
/** At the end nothing is measured that a slow unload could disturb. */
const RELEASE_MS = 2_000

type Group = readonly ServedArm[]

/** Learns what the servers and models are, starts from unloaded models, and loads what can stay together. */
export async function openLoader(arms: readonly ServedArm[], signal: AbortSignal): Promise<Loader> {
  const servers = await askServers(arms.flatMap((arm) => [arm, ...configsOf(arm)]))
  const facts = await askAll(arms, servers)
  let silent = [...servers.values()].flatMap(({ config, answer }) =>
    !answer.ok && answer.late ? whySilent(config.host, '/api/version', answer) : [],
  )[0]
  const groups = groupsOf(arms, facts)
  const isManaged = (arm: ServedArm): boolean => factsOf(facts, arm).server.kind !== 'openai'
  const answering = arms.filter((arm) => isManaged(arm) && factsOf(facts, arm).server.version !== undefined)
  const warnings = [...reloadingAgents(arms), ...unmanaged(arms.filter((arm) => !isManaged(arm)))]
  const loads = new Loads()
  /** Arms to be warmed up again, and servers that were waited for in vain. */
  const stale = new Set<string>()
  const lost = new Set<string>()
  let ended: string | undefined
  let resident: Group | undefined

  const hasFailed = (): boolean => warnings.some(({ code }) => code === 'unload_failed')

  async function leave(place: Place, timeout: number): Promise<boolean> {
    const { host, model } = place
    const gone = await unload(place, model, { timeout: hasFailed() ? FAILED_BEFORE_MS : timeout })
    if (gone) loads.dropped(host, model)
    return gone
  }

  async function drop(group: Group): Promise<void> {
    for (const place of places(group)) {
      if ((await leave(place, UNLOAD_TIMEOUT_MS)) || hasFailed() || signal.aborted) continue
      const message = runWarnings.unloadFailed(place.host, place.model)
      warnings.push({ code: 'unload_failed', arm: place.arm, message })
    }
  }

  async function load(group: Group): Promise<void> {
    const [first] = group
    if (first === undefined || !isManaged(first)) return
    for (const config of configsOf(first)) {
      if (serverOf(servers, config)?.ok !== true) continue
      const answer = await loads.preload(config, signal)
      if (!answer.ok && answer.late) silent ??= whySilent(config.host, '/api/generate', answer)
    }
    for (const arm of group) {
      const known = facts[arm.name]
      if (known !== undefined && serverOf(servers, arm)?.ok === true) await takeRunning(known, arm)
    }
  }

  // A runner that someone else left loaded would serve a default num_gpu with theirs.
  if (!signal.aborted) await drop(answering)

  let switching = groups.some((group, i) =>
    groups.slice(i + 1).some((other) => reloadEachOther(group, other, facts)),
  )
  if (!switching) {
    for (const group of groups) await load(group)
    const loaded = await Promise.all(
      answering.length === 0 ? [] : groups.map(async (group) => !group.some(isManaged) || isLoaded(group)),
    )
    switching = loaded.at(-1) === true && !loaded.every(Boolean)
    if (switching) resident = groups.at(-1)
  }

  return {
    facts,
    groups: groups.map((group) => group.map(({ name }) => name)),
    switching,
    warnings,
    silent,
    loads,
    async ensureLoaded(name) {
      const group = groups.find((one) => one.some((arm) => arm.name === name)) ?? []
      const arm = group.find((one) => one.name === name)
      if (!switching && arm !== undefined && arms.some((other) => isUnloadedBy(other, arm))) await load([arm])
      const isStale = stale.delete(name)
      if (!isStale && (!switching || resident === group)) return 0
      const began = performance.now()
      if (switching && resident !== undefined && resident !== group) await drop(resident)
      await load(group)
      if (switching) resident = group
      return performance.now() - began
    },
    async look(name) {
      const arm = arms.find((one) => one.name === name)
      if (arm !== undefined && isManaged(arm)) await loads.look(configsOf(arm))
    },
    async recover(name, limit, onAway) {
      let wasAway = false
      for (const config of arms.filter((arm) => arm.name === name).flatMap(configsOf)) {
        const { host } = config
        const before = serverOf(servers, config)
        if (before?.ok !== true || lost.has(host) || (await askServer(config)).ok) continue
        if (before.value.kind === 'embedded') {
          // Nobody starts it again.
          ended = runErrors.engineEnded(host)
          return true
        }
        await onAway(host)
        const began = performance.now()
        if (!(await awaitServer(config, limit, signal))) {
          lost.add(host)
          continue
        }
        wasAway = true
        warnings.push({
          code: 'server_restarted',
          message: runWarnings.serverBack(host, Math.round(performance.now() - began)),
        })
        loads.restarted(host)
        resident = undefined
        for (const arm of arms) if (configsOf(arm).some((one) => one.host === host)) stale.add(arm.name)
      }
      return wasAway
    },
    findChange: async () => ended ?? findChange(arms, servers, facts),
    async release() {
      for (const place of places(answering)) if (!place.kept) await leave(place, RELEASE_MS)
    },
  }
}

function whySilent(host: string, path: string, { reason, message }: Refusal): string {
  return reason === 'timeout' ? runErrors.silent(host, path) : message
}

/** What there is to unload: a model of a server, with the first arm that uses it. */
interface Place extends Pick<ServedConfig, 'host' | 'headers'> {
  model: string
  arm: string
  /** Whether how long it stays is the user's to say. */
  kept: boolean
}

function places(arms: readonly ServedArm[]): Place[] {
  const all = arms.flatMap((arm) =>
    configsOf(arm).map(({ host, headers, model, keep_alive }) => ({
      host,
      headers,
      model,
      arm: arm.name,
      kept: keep_alive !== undefined,
    })),
  )
  const byPlace = Map.groupBy(all, ({ host, model }) => JSON.stringify([host, model]))
  return [...byPlace.values()].flatMap(([first]) => first ?? [])
}

/** Whether the server has all that the group's calls need; a model that every call unloads need not be there. */
async function isLoaded([arm]: Group): Promise<boolean> {
  const staying = arm === undefined ? [] : configsOf(arm).filter((config) => !leavesAtOnce(config))
  const found = await Promise.all(staying.map((config) => running(config, config.model)))
  return found.every((one) => one !== undefined)
}

/** Whether every call of one arm unloads a model that the other arm keeps. */
function isUnloadedBy(unloading: ServedArm, arm: ServedArm): boolean {
  const leaving = configsOf(unloading).filter(leavesAtOnce)
  return configsOf(arm).some(
    (config) =>
      !leavesAtOnce(config) && leaving.some((one) => one.host === config.host && one.model === config.model),
  )
}

function leavesAtOnce({ keep_alive }: ServedConfig): boolean {
  return keepAliveMs(keep_alive) === 0
}

/** Arms whose every config would find the same runner. */
function groupsOf(arms: readonly ServedArm[], facts: Facts): Group[] {
  const key = (arm: ServedArm): string =>
    JSON.stringify(runnersOf(arm, factsOf(facts, arm)).map(({ host, runner }) => [host, runner]))
  return [...Map.groupBy(arms, key).values()]
}

/** Whether some config of one group would replace the runner of some config of the other. */
function reloadEachOther([first]: Group, [second]: Group, facts: Facts): boolean {
  if (first === undefined || second === undefined) return false
  const others = runnersOf(second, factsOf(facts, second))
  return runnersOf(first, factsOf(facts, first)).some((a) =>
    others.some((b) => a.host === b.host && a.model === b.model && a.runner !== b.runner),
  )
}

/** What an arm's calls find and leave behind, by the model's digest where it is known: two tags of one digest are one model. */
function runnersOf(arm: ServedArm, facts: ArmFacts): { host: string; model: string; runner: string }[] {
  const digestOf = (name: string): string | undefined =>
    arm.agents === undefined ? facts.digest : facts.agents?.find((agent) => agent.name === name)?.digest
  return configsOf(arm).map((config) => {
    const model = digestOf(config.name) ?? config.model
    // An arm whose every call unloads the model is to find it gone, whoever ran before it.
    const runner = `${runnerKey({ ...config, model })}${leavesAtOnce(config) ? ', gone' : ''}`
    return { host: config.host, model, runner }
  })
}

/** Arms whose server loads and unloads nothing on request: said once a server. */
function unmanaged(arms: readonly ServedArm[]): Warning[] {
  const [...byHost] = Map.groupBy(arms, ({ host }) => host)
  return byHost.map(([host]) => ({ code: 'models_not_managed', message: runWarnings.notManaged(host) }))
}

/** Agents of one arm that work at once on one model with different runner options: every call reloads it. */
function reloadingAgents(arms: readonly ServedArm[]): Warning[] {
  return arms.flatMap((arm): Warning[] => {
    const clash = places([arm]).find(({ host, model }) => {
      const same = configsOf(arm).filter((config) => config.host === host && config.model === model)
      return new Set(same.map((config) => runnerKey(config))).size > 1
    })
    if (clash === undefined) return []
    const message = runWarnings.agentsReload(arm.name, clash.model, clash.host)
    return [{ code: 'agents_reload_each_other', arm: arm.name, message }]
  })
}
