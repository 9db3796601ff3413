/**
 * Which arm's model is loaded. Arms that share a runner, or have one each, stay loaded and are
 * interleaved trial by trial; arms that would reload each other's runner are switched: unload,
 * preload with the arm's own options, and the caller discards a warm-up trial.
 */
import { modelFacts, preload, runnerKey, running, serverFacts, unload } from '../llm/index.ts'
import { warningTexts } from '../errors.ts'
import type { Arm } from '../llm/arm.ts'
import type { ArmFacts, Plan } from '../judge/plan.ts'
import type { Role, Warning } from '../schema/generated.ts'

export interface Residency {
  readonly facts: Record<Role, ArmFacts>
  /** Whether the arms cannot stay loaded together. */
  readonly switching: boolean
  readonly warnings: Warning[]
  /** Makes sure that the arm's model is loaded; resolves to the ms it took to switch, 0 if it was there. */
  bring: (role: Role) => Promise<number>
  /** Gives the server its memory back. */
  release: () => Promise<void>
}

/** A runner gives its memory back within a second or two. */
const UNLOAD_TIMEOUT_MS = 5_000

const ROLES = ['baseline', 'candidate'] as const

/** Learns what the servers and models are, starts from unloaded models, and loads what can stay together. */
export async function openResidency(plan: Plan, arms: Record<Role, Arm>, signal: AbortSignal): Promise<Residency> {
  const facts = { baseline: await askFacts(plan, 'baseline'), candidate: await askFacts(plan, 'candidate') }
  const warnings: Warning[] = []
  let resident: Role | undefined
  const shareServer = plan.arms.baseline.host === plan.arms.candidate.host
  const sameModel = isSameModel(plan, facts)

  async function drop(role: Role): Promise<void> {
    const { host, model, name } = plan.arms[role]
    const failedBefore = warnings.length > 0
    // A server that does not unload once will not do it later: no use waiting as long again.
    const gone = await unload(host, model, { timeout: failedBefore ? 500 : UNLOAD_TIMEOUT_MS })
    if (gone || failedBefore || signal.aborted) return
    warnings.push({ code: 'unload_failed', arm: name, message: warningTexts.unloadFailed(host, model) })
  }

  async function load(role: Role): Promise<void> {
    const { host, model } = plan.arms[role]
    await preload(host, arms[role], { signal })
    const runner = await running(host, model)
    const { effective } = facts[role]
    if (runner?.context_length !== undefined) effective.num_ctx = runner.context_length
    if (runner?.size !== undefined) effective.size = runner.size
    if (runner?.size_vram !== undefined) effective.size_vram = runner.size_vram
    if (runner?.size !== undefined && runner.size > 0 && runner.size_vram !== undefined) {
      effective.gpu_fraction = Math.min(1, runner.size_vram / runner.size)
    }
    if (facts[role].digest === undefined && runner?.digest !== undefined) facts[role].digest = runner.digest
  }

  async function isLoaded(role: Role): Promise<boolean> {
    return (await running(plan.arms[role].host, plan.arms[role].model)) !== undefined
  }

  // A runner that someone else left loaded would serve a default num_gpu with theirs.
  for (const role of ROLES) if (facts[role].server.version !== undefined && !signal.aborted) await drop(role)

  let switching = shareServer && sameModel && runnerKey(arms.baseline) !== runnerKey({ ...arms.candidate, model: arms.baseline.model })
  if (!switching) {
    for (const role of ROLES) await load(role)
    switching = shareServer && !sameModel && (await isLoaded('candidate')) && !(await isLoaded('baseline'))
    if (switching) resident = 'candidate'
  }

  return {
    facts,
    switching,
    warnings,
    async bring(role) {
      if (!switching || resident === role) return 0
      const began = performance.now()
      if (resident !== undefined) await drop(resident)
      await load(role)
      resident = role
      return performance.now() - began
    },
    async release() {
      for (const role of ROLES) {
        const { host, model, keep_alive } = plan.arms[role]
        if (keep_alive === undefined && facts[role].server.version !== undefined) await unload(host, model, { timeout: 2_000 })
      }
    },
  }
}

async function askFacts(plan: Plan, role: Role): Promise<ArmFacts> {
  const { host, model } = plan.arms[role]
  const server = await serverFacts(host)
  const facts: ArmFacts = { server: server.ok ? server.value : { kind: 'ollama' }, effective: {} }
  if (!server.ok) return facts
  const described = await modelFacts(host, model)
  if (!described.ok) return facts
  const { digest, quantization, ...effective } = described.value
  return {
    ...facts,
    ...(digest !== undefined && { digest }),
    ...(quantization !== undefined && { quantization }),
    effective,
  }
}

/** Two tags of one digest are the same model. */
function isSameModel(plan: Plan, facts: Record<Role, ArmFacts>): boolean {
  const { baseline, candidate } = facts
  if (baseline.digest !== undefined && candidate.digest !== undefined) return baseline.digest === candidate.digest
  return plan.arms.baseline.model === plan.arms.candidate.model
}
