/**
 * Which models are loaded. Arms that share a runner, or have one each, stay loaded and are
 * interleaved trial by trial; arms that would reload each other's runner are switched: unload,
 * preload with the arm's own options, and the caller discards a warm-up trial.
 */
import { warningTexts } from '../errors.ts'
import type { ArmFacts, Plan, PlannedArm, PlannedConfig } from '../judge/plan.ts'
import { keepAliveMs } from '../judge/keep-alive.ts'
import { configsOf } from '../judge/requested.ts'
import { runnerKey, running, unload } from '../llm/index.ts'
import type { Role, Warning } from '../schema/generated.ts'
import { askFacts, takeRunning } from './facts.ts'
import { Loads } from './loads.ts'

export interface Residency {
  readonly facts: Record<Role, ArmFacts>
  /** Whether the arms cannot stay loaded together. */
  readonly switching: boolean
  readonly warnings: Warning[]
  /** What is known of the loaded models, and of how long a warm load takes. */
  readonly loads: Loads
  /** Makes sure that the arm's models are loaded; resolves to the ms it took to switch, 0 if they were there. */
  bring: (role: Role) => Promise<number>
  /** Gives the server its memory back. */
  release: () => Promise<void>
}

/** A runner gives its memory back within a second or two. */
export const UNLOAD_TIMEOUT_MS = 5_000

const ROLES = ['baseline', 'candidate'] as const
const other = (role: Role): Role => (role === 'baseline' ? 'candidate' : 'baseline')

/** Learns what the servers and models are, starts from unloaded models, and loads what can stay together. */
export async function openResidency(plan: Plan, signal: AbortSignal): Promise<Residency> {
  const { arms } = plan
  const facts = { baseline: await askFacts(arms.baseline), candidate: await askFacts(arms.candidate) }
  const answers = (role: Role): boolean => facts[role].server.version !== undefined
  const warnings: Warning[] = ROLES.flatMap((role) => reloadingAgents(arms[role]))
  const loads = new Loads()
  let resident: Role | undefined

  // A server that does not unload once will not do it later: no use waiting as long again.
  const hasFailed = (): boolean => warnings.some(({ code }) => code === 'unload_failed')

  async function drop(role: Role): Promise<void> {
    for (const { host, model } of places(arms[role])) {
      const failedBefore = hasFailed()
      const gone = await unload(host, model, { timeout: failedBefore ? 500 : UNLOAD_TIMEOUT_MS })
      if (gone) loads.dropped(host, model)
      if (gone || failedBefore || signal.aborted) continue
      warnings.push({
        code: 'unload_failed',
        arm: arms[role].name,
        message: warningTexts.unloadFailed(host, model),
      })
    }
  }

  async function load(role: Role): Promise<void> {
    for (const config of configsOf(arms[role])) await loads.preload(config, signal)
    await takeRunning(facts[role], arms[role])
  }

  // A runner that someone else left loaded would serve a default num_gpu with theirs.
  for (const role of ROLES) if (answers(role) && !signal.aborted) await drop(role)

  let switching = reloadEachOther(plan, facts)
  if (!switching) {
    for (const role of ROLES) await load(role)
    switching = answers('baseline') && (await isLoaded(arms.candidate)) && !(await isLoaded(arms.baseline))
    if (switching) resident = 'candidate'
  }

  return {
    facts,
    switching,
    warnings,
    loads,
    async bring(role) {
      if (!switching && isUnloadedBy(arms[other(role)], arms[role])) await load(role)
      if (!switching || resident === role) return 0
      const began = performance.now()
      if (resident !== undefined) await drop(resident)
      await load(role)
      resident = role
      return performance.now() - began
    },
    async release() {
      const left = places(...ROLES.filter(answers).map((role) => arms[role])).filter(
        ({ keep_alive }) => keep_alive === undefined,
      )
      for (const { host, model } of left) await unload(host, model, { timeout: hasFailed() ? 500 : 2_000 })
    },
  }
}

/** One config a server and model: what there is to unload. */
export function places(...arms: readonly PlannedArm[]): PlannedConfig[] {
  return [
    ...Map.groupBy(
      arms.flatMap((arm) => configsOf(arm)),
      ({ host, model }) => JSON.stringify([host, model]),
    ).values(),
  ].map(([first]) => first!)
}

/** Whether the server has all that the arm's calls need; a model that every call unloads need not be there. */
export async function isLoaded(arm: PlannedArm): Promise<boolean> {
  const staying = places(arm).filter((config) => !leavesAtOnce(config))
  const found = await Promise.all(staying.map(({ host, model }) => running(host, model)))
  return found.every((one) => one !== undefined)
}

/** Whether every call of one arm unloads a model that the other arm keeps. */
function isUnloadedBy(unloading: PlannedArm, arm: PlannedArm): boolean {
  const leaving = configsOf(unloading).filter(leavesAtOnce)
  return configsOf(arm).some(
    (config) =>
      !leavesAtOnce(config) && leaving.some((one) => one.host === config.host && one.model === config.model),
  )
}

function leavesAtOnce({ keep_alive }: PlannedConfig): boolean {
  return keepAliveMs(keep_alive) === 0
}

/** Whether some config of one arm would replace the runner of some config of the other. Two tags of one digest are one model. */
function reloadEachOther({ arms }: Plan, facts: Record<Role, ArmFacts>): boolean {
  const baseline = withDigests(arms.baseline, facts.baseline)
  const candidate = withDigests(arms.candidate, facts.candidate)
  return baseline.some((a) =>
    candidate.some((b) => a.host === b.host && a.model === b.model && runnerKey(a) !== runnerKey(b)),
  )
}

/** The configs of an arm with the model's digest, where it is known, in place of its tag. */
export function withDigests(arm: PlannedArm, facts: ArmFacts): PlannedConfig[] {
  const digestOf = (name: string): string | undefined =>
    arm.agents === undefined ? facts.digest : facts.agents?.find((agent) => agent.name === name)?.digest
  return configsOf(arm).map((config) => ({ ...config, model: digestOf(config.name) ?? config.model }))
}

/** Agents of one arm that work at once on one model with different runner options: every call reloads it. */
function reloadingAgents(arm: PlannedArm): Warning[] {
  const clash = places(arm).find(({ host, model }) => {
    const same = configsOf(arm).filter((config) => config.host === host && config.model === model)
    return new Set(same.map((config) => runnerKey(config))).size > 1
  })
  return clash === undefined
    ? []
    : [
        {
          code: 'agents_reload_each_other',
          arm: arm.name,
          message: warningTexts.agentsReload(arm.name, clash.model, clash.host),
        },
      ]
}
