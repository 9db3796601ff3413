/**
 * Which of a sweep's arms are loaded. Arms with the same runner options form a group that stays loaded together; groups
 * that would reload each other's runner are switched, and the caller discards a warm-up trial after each switch.
 */
import { warningTexts } from '../errors.ts'
import type { ArmFacts, PlannedArm } from '../judge/plan.ts'
import { configsOf } from '../judge/requested.ts'
import { runnerKey, unload } from '../llm/index.ts'
import type { Warning } from '../schema/generated.ts'
import { askFacts, takeRunning } from './facts.ts'
import { Loads } from './loads.ts'
import { isLoaded, places, UNLOAD_TIMEOUT_MS, withDigests } from './residency.ts'

export interface SweepResidency {
  /** By arm; grows as arms are loaded. */
  readonly facts: Readonly<Record<string, ArmFacts>>
  /** Names of the arms that share runners. */
  readonly groups: readonly (readonly string[])[]
  /** Whether the groups cannot stay loaded together. */
  readonly switching: boolean
  readonly warnings: Warning[]
  /** What is known of the loaded models, and of how long a warm load takes. */
  readonly loads: Loads
  /** Makes sure that the arm's group is loaded; resolves to the ms it took to switch, 0 if it was there. */
  bring: (arm: string) => Promise<number>
  /** Gives the servers their memory back. */
  release: () => Promise<void>
}

type Group = readonly PlannedArm[]

/** Learns what the servers and models are, starts from unloaded models, and loads what can stay together. */
export async function openSweepResidency(
  arms: readonly PlannedArm[],
  signal: AbortSignal,
): Promise<SweepResidency> {
  const facts = await askAll(arms)
  const groups = groupsOf(arms, facts)
  const answering = arms.filter((arm) => facts[arm.name]!.server.version !== undefined)
  const warnings: Warning[] = []
  const loads = new Loads()
  let resident: Group | undefined

  async function drop(group: Group): Promise<void> {
    for (const { host, model, name } of placesOf(group)) {
      const failedBefore = warnings.length > 0
      const gone = await unload(host, model, { timeout: failedBefore ? 500 : UNLOAD_TIMEOUT_MS })
      if (gone) loads.dropped(host, model)
      if (gone || failedBefore || signal.aborted) continue
      warnings.push({ code: 'unload_failed', arm: name, message: warningTexts.unloadFailed(host, model) })
    }
  }

  async function load(group: Group): Promise<void> {
    for (const config of configsOf(group[0]!)) await loads.preload(config, signal)
    for (const arm of group) await takeRunning(facts[arm.name]!, arm)
  }

  // A runner that someone else left loaded would serve a default num_gpu with theirs.
  if (!signal.aborted) await drop(answering)

  let switching = groups.some((group, i) =>
    groups.slice(i + 1).some((other) => reloadEachOther(group, other, facts)),
  )
  if (!switching) {
    for (const group of groups) await load(group)
    const loaded = await Promise.all(groups.map(([first]) => isLoaded(first!)))
    switching = answering.length > 0 && loaded.at(-1)! && !loaded.every(Boolean)
    if (switching) resident = groups.at(-1)
  }

  return {
    facts,
    groups: groups.map((group) => group.map(({ name }) => name)),
    switching,
    warnings,
    loads,
    async bring(arm) {
      const group = groups.find((one) => one.some(({ name }) => name === arm))!
      if (!switching || resident === group) return 0
      const began = performance.now()
      if (resident !== undefined) await drop(resident)
      await load(group)
      resident = group
      return performance.now() - began
    },
    async release() {
      for (const { host, model, keep_alive } of placesOf(answering)) {
        if (keep_alive === undefined) await unload(host, model, { timeout: 2_000 })
      }
    },
  }
}

/** What the server says of each arm; one question for all arms that it is the same for. */
async function askAll(arms: readonly PlannedArm[]): Promise<Record<string, ArmFacts>> {
  const asked = new Map<string, ArmFacts>()
  for (const arm of arms) {
    const key = askedOf(arm)
    if (!asked.has(key)) asked.set(key, await askFacts(arm))
  }
  return Object.fromEntries(arms.map((arm) => [arm.name, structuredClone(asked.get(askedOf(arm))!)]))
}

function askedOf(arm: PlannedArm): string {
  return JSON.stringify([arm, ...(arm.agents ?? [])].map(({ host, model }) => [host, model]))
}

/** Arms whose every config would find the same runner. */
function groupsOf(arms: readonly PlannedArm[], facts: Readonly<Record<string, ArmFacts>>): Group[] {
  const key = (arm: PlannedArm): string =>
    JSON.stringify(runnersOf(arm, facts).map(({ host, runner }) => [host, runner]))
  return [...Map.groupBy(arms, key).values()]
}

function runnersOf(
  arm: PlannedArm,
  facts: Readonly<Record<string, ArmFacts>>,
): { host: string; model: string; runner: string }[] {
  return withDigests(arm, facts[arm.name]!).map((config) => ({
    host: config.host,
    model: config.model,
    runner: runnerKey(config),
  }))
}

function reloadEachOther(
  [first]: Group,
  [second]: Group,
  facts: Readonly<Record<string, ArmFacts>>,
): boolean {
  const others = runnersOf(second!, facts)
  return runnersOf(first!, facts).some((a) =>
    others.some((b) => a.host === b.host && a.model === b.model && a.runner !== b.runner),
  )
}

/** One config a server and model: what there is to unload. */
function placesOf(group: Group): ReturnType<typeof places> {
  const all = group.flatMap((arm) => places(arm))
  return [...Map.groupBy(all, ({ host, model }) => JSON.stringify([host, model])).values()].map(
    ([first]) => first!,
  )
}
