import type { Agent, AgentBenchOptions } from './run/agent.ts'
import type { AgentSweepOptions } from './run/sweep-plan.ts'

/** What agentBench asks of the provider; it travels by reference in the options of bench.compare. */
export interface SuiteRequest {
  name: string
  agent: Agent
  definition: AgentBenchOptions
  /** The provider's answer: why the gate fails, one sentence each. Missing when no provider of ours ran. */
  failures?: readonly string[]
}

/** What agentSweep asks of it. */
export interface SweepRequest extends Omit<SuiteRequest, 'definition'> {
  sweep: AgentSweepOptions
}

const KEY = 'chimera'

/** The options object that carries `request` to the provider. */
export function requestOptions(request: SuiteRequest | SweepRequest): object {
  return { [KEY]: request }
}

/** The request in the options of bench.compare; undefined for a benchmark that is not ours. */
export function requestOf(options: object | undefined): SuiteRequest | SweepRequest | undefined {
  return (options as Record<string, unknown> | undefined)?.[KEY] as SuiteRequest | SweepRequest | undefined
}
