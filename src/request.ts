import type { Agent, AgentBenchOptions } from './run/agent.ts'

/** What agentBench asks of the provider; it travels by reference in the options of bench.compare. */
export interface SuiteRequest {
  name: string
  agent: Agent
  definition: AgentBenchOptions
  /** The provider's answer: why the gate fails, one sentence each. Missing when no provider of ours ran. */
  failures?: readonly string[]
}

const KEY = 'chimera'

/** The options object that carries `request` to the provider. */
export function requestOptions(request: SuiteRequest): object {
  return { [KEY]: request }
}

/** The request in the options of bench.compare; undefined for a benchmark that is not agentBench's. */
export function requestOf(options: object | undefined): SuiteRequest | undefined {
  return (options as Record<string, unknown> | undefined)?.[KEY] as SuiteRequest | undefined
}
