import type { AgentFacts, ArmFacts } from '../judge/plan.ts'
import {
  modelFacts,
  openAiModel,
  openAiServer,
  running,
  serverFacts,
  type RunningModel,
} from '../server/index.ts'
import type { Effective } from '../schema/generated.ts'
import type { ServedArm, ServedConfig } from './arms.ts'

/** A server that takes a question and does not answer within this time is not asked anything else, ms. */
const SILENT_AFTER_MS = 20_000

/** What each server said of itself at the beginning. */
export type Servers = ReadonlyMap<string, { config: ServedConfig; answer: ServerAnswer }>
type ServerAnswer = Awaited<ReturnType<typeof serverFacts>>

/** Asks each server what it is. One that is slow to answer is asked once more. */
export async function askServers(
  configs: readonly ServedConfig[],
  silentAfter: number = SILENT_AFTER_MS,
): Promise<Servers> {
  const places = new Map(configs.map((config) => [keyOf(config), config]))
  const asked = [...places].map(async ([key, config]) => {
    const first = await askServer(config)
    const isSlow = !first.ok && first.late === true
    return [key, { config, answer: isSlow ? await askServer(config, silentAfter) : first }] as const
  })
  return new Map(await Promise.all(asked))
}

/** What the config's server says of itself now. */
export function askServer(config: ServedConfig, timeout?: number): Promise<ServerAnswer> {
  return config.api === 'openai' ? openAiServer(config, timeout) : serverFacts(config, timeout)
}

/** What the config's server said of itself at the beginning. */
export function serverOf(servers: Servers, config: ServedConfig): ServerAnswer | undefined {
  return servers.get(keyOf(config))?.answer
}

function keyOf({ host, api }: ServedConfig): string {
  return JSON.stringify([host, api])
}

/** What the servers say of each arm; one question for all arms that it is the same for. */
export async function askAll(
  arms: readonly ServedArm[],
  servers: Servers,
): Promise<Record<string, ArmFacts>> {
  const places = (arm: ServedArm): string =>
    JSON.stringify([arm, ...(arm.agents ?? [])].map(({ host, model, api }) => [host, model, api]))
  const asked = new Map<string, ArmFacts>()
  const facts: [string, ArmFacts][] = []
  for (const arm of arms) {
    const found = asked.get(places(arm)) ?? (await askFacts(arm, servers))
    asked.set(places(arm), found)
    facts.push([arm.name, structuredClone(found)])
  }
  return Object.fromEntries(facts)
}

/** What the server says about an arm before anything is loaded. What it does not say is absent. */
async function askFacts(arm: ServedArm, servers: Servers): Promise<ArmFacts> {
  const server = serverOf(servers, arm)
  const facts: ArmFacts = { server: server?.ok ? server.value : { kind: 'ollama' }, effective: {} }
  if (!server?.ok) return facts
  if (facts.server.kind === 'openai') return { ...facts, ...(await served(arm)) }
  const own = await describe(arm)
  const agents = await Promise.all((arm.agents ?? []).map(describeAgent))
  return { ...facts, ...own, ...(agents.length > 0 && { agents }) }
}

/** What a server that manages no models says of those of an arm. */
async function served(arm: ServedArm): Promise<Pick<ArmFacts, 'effective' | 'agents'>> {
  const effective = await openAiModel(arm, arm.model)
  const agents = (arm.agents ?? []).map(async (config): Promise<AgentFacts> => {
    return { name: config.name, effective: await openAiModel(config, config.model) }
  })
  return { effective, ...(agents.length > 0 && { agents: await Promise.all(agents) }) }
}

/** Adds what /api/ps says of the loaded models to the facts, in place. */
export async function takeRunning(facts: ArmFacts, arm: ServedArm): Promise<void> {
  await addRunning(facts, arm)
  for (const config of arm.agents ?? []) {
    const agent = facts.agents?.find(({ name }) => name === config.name)
    if (agent !== undefined) await addRunning(agent, config)
  }
}

async function describeAgent(config: ServedConfig): Promise<AgentFacts> {
  const { quantization: _, ...facts } = await describe(config)
  return { name: config.name, ...facts }
}

async function describe(
  config: ServedConfig,
): Promise<{ digest?: string; quantization?: string; effective: Effective }> {
  const described = await modelFacts(config, config.model)
  if (!described.ok) return { effective: {} }
  const { digest, quantization, ...effective } = described.value
  return {
    ...(digest !== undefined && { digest }),
    ...(quantization !== undefined && { quantization }),
    effective,
  }
}

async function addRunning(
  facts: { digest?: string; effective: Effective },
  config: ServedConfig,
): Promise<void> {
  const runner = await running(config, config.model)
  if (runner === undefined) return
  Object.assign(facts.effective, effectiveOf(runner))
  if (facts.digest === undefined && runner.digest !== undefined) facts.digest = runner.digest
}

function effectiveOf({ context_length, size, size_vram }: RunningModel): Effective {
  return {
    ...(context_length !== undefined && { num_ctx: context_length }),
    ...(size !== undefined && { size }),
    ...(size_vram !== undefined && { size_vram }),
    ...(size !== undefined &&
      size > 0 &&
      size_vram !== undefined && { gpu_fraction: Math.min(1, size_vram / size) }),
  }
}
