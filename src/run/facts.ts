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

/** What the servers say of each arm; one question for all arms that it is the same for. */
export async function askAll(arms: readonly ServedArm[]): Promise<Record<string, ArmFacts>> {
  const places = (arm: ServedArm): string =>
    JSON.stringify([arm, ...(arm.agents ?? [])].map(({ host, model, api }) => [host, model, api]))
  const asked = new Map<string, ArmFacts>()
  const facts: [string, ArmFacts][] = []
  for (const arm of arms) {
    const found = asked.get(places(arm)) ?? (await askFacts(arm))
    asked.set(places(arm), found)
    facts.push([arm.name, structuredClone(found)])
  }
  return Object.fromEntries(facts)
}

/** What the server says about an arm before anything is loaded. What it does not say is absent. */
async function askFacts(arm: ServedArm): Promise<ArmFacts> {
  const server = await (arm.api === 'openai' ? openAiServer(arm) : serverFacts(arm))
  const facts: ArmFacts = { server: server.ok ? server.value : { kind: 'ollama' }, effective: {} }
  if (!server.ok) return facts
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
