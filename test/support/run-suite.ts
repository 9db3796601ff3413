import type { ArmFacts, Ending, Plan } from '../../src/judge/plan.ts'
import type { Agent, AgentBenchOptions } from '../../src/run/agent.ts'
import { makePlan } from '../../src/run/plan.ts'
import { runSuite } from '../../src/run/suite.ts'
import type { Role, Trial } from '../../src/schema/generated.ts'

/** A suite run as the worker runs it, without Vitest. */
export interface SuiteOutcome {
  plan: Plan
  ending: Ending
  trials: Trial[]
  facts: Record<Role, ArmFacts>
  notices: string[]
}

interface Asked extends Partial<AgentBenchOptions> {
  agent?: Agent
  signal?: AbortSignal
  /** Told of every trial; may abort the signal, close the server, … */
  onTrial?: (trial: Trial, count: number) => void | Promise<void>
}

/** One call a trial. */
const oneCall: Agent = async ({ generate }) => (await generate({ prompt: 'Say something.' })).response

/** The candidate unless told otherwise: a sampling option sets it apart, which reloads nothing. */
export const hot = { name: 'candidate', model: 'tiny', options: { temperature: 0.5 } } as const

/** Runs a suite of `tiny` against `tiny` on the server at `host`; of the metrics only those of the server's counters are gated. */
export async function runOn(
  host: string,
  { agent = oneCall, signal = new AbortController().signal, onTrial, ...own }: Asked = {},
): Promise<SuiteOutcome> {
  const definition: AgentBenchOptions = {
    baseline: { name: 'baseline', model: 'tiny' },
    candidate: hot,
    blocks: { min: 6, max: 10 },
    // What arrives when is partly the machine's doing, and no verdict may hang on that.
    thresholds: { ttft: false, output_throughput: false, reported_throughput: true },
    ...own,
  }
  const plan = makePlan('made', 'made.bench.ts', definition, {
    host,
    thresholds: {},
    blocks: {},
    env: { seed: '1' },
  })
  const trials: Trial[] = []
  const notices: string[] = []
  let facts: SuiteOutcome['facts'] | undefined
  const ending = await runSuite({
    plan,
    definition,
    agent,
    signal,
    onFacts: async (told) => void (facts = structuredClone(told)),
    onNotice: async (text) => void notices.push(text),
    onTrial: async (trial) => {
      trials.push(trial)
      await onTrial?.(trial, trials.length)
    },
  })
  return { plan, ending, trials, facts: facts!, notices }
}
