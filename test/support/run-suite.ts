import type { Ending, Facts, Forecast, Plan } from '../../src/judge/plan.ts'
import type { Arm } from '../../src/call/index.ts'
import { membersOf, type Agent, type AgentBenchOptions } from '../../src/run/agent.ts'
import { armsToRun } from '../../src/run/arms.ts'
import { candidatesOf, type AgentSweepOptions } from '../../src/run/candidates.ts'
import { makePlan, makeSweepPlan, type Settings } from '../../src/run/plan.ts'
import type { SuiteRun } from '../../src/run/block.ts'
import { runSuite } from '../../src/run/suite.ts'
import { resolveHost } from '../../src/server/index.ts'
import type { MachineTime, Trial } from '../../src/schema/generated.ts'

/** A suite run as the worker runs it, without Vitest. */
export interface SuiteOutcome {
  plan: Plan
  ending: Ending
  trials: Trial[]
  facts: Facts
  notices: string[]
  forecasts: Forecast[]
}

interface Asked {
  agent?: Agent | undefined
  signal?: AbortSignal | undefined
  /** Put in the place of what the definition gives. */
  planned?: Partial<Plan> | undefined
  /** What takes the processor away from each trial, in their order; nothing unless told, whatever runs beside the test. */
  machine?: ((count: number) => MachineTime | undefined) | undefined
  /** Longest wait for a server that has gone away, ms. */
  patience?: number | undefined
  onBegin?: SuiteRun['onBegin']
  /** Told of every trial; may abort the signal, close the server, … */
  onTrial?: ((trial: Trial, count: number) => void | Promise<void>) | undefined
}

/** One call a trial. */
const oneCall: Agent = async ({ generate }) => (await generate({ prompt: 'Say something.' })).response

/** The candidate unless told otherwise: a sampling option sets it apart, which reloads nothing. */
export const hot = { name: 'candidate', model: 'tiny', options: { temperature: 0.5 } } as const

const DEFAULTS = {
  baseline: { name: 'baseline', model: 'tiny' },
  blocks: { min: 6, max: 10 },
  // What arrives when is partly the machine's doing, and no verdict may hang on that.
  thresholds: { ttft: false, output_throughput: false, reported_throughput: true },
}

/** Runs a suite of `tiny` against `tiny` on the server at `host`; of the metrics only those of the server's counters are gated. */
export async function runOn(
  host: string,
  {
    agent,
    signal,
    patience,
    onBegin,
    onTrial,
    planned,
    machine,
    ...own
  }: Partial<AgentBenchOptions> & Asked = {},
): Promise<SuiteOutcome> {
  const definition: AgentBenchOptions = { ...DEFAULTS, candidate: hot, ...own }
  const plan = makePlan('made', 'made.bench.ts', definition, settings(host), membersOf(agent ?? oneCall))
  return runPlan(host, { ...plan, ...planned }, [definition.baseline, definition.candidate], definition, {
    agent,
    signal,
    patience,
    onTrial,
    ...(onBegin && { onBegin }),
    machine,
  })
}

/** Runs a sweep of `tiny`, ranked by the server's own figure. */
export async function sweepOn(
  host: string,
  { agent, signal, patience, onTrial, machine, ...own }: Partial<AgentSweepOptions> & Asked,
): Promise<SuiteOutcome> {
  const definition: AgentSweepOptions = { ...DEFAULTS, rankBy: 'reported_throughput', ...own }
  const members = membersOf(agent ?? oneCall)
  const plan = makeSweepPlan('swept', 'swept.bench.ts', definition, settings(host), members)
  const arms = [definition.baseline, ...candidatesOf(definition).map(({ arm }) => arm)]
  return runPlan(host, plan, arms, definition, { agent, signal, patience, onTrial, machine })
}

function settings(host: string): Settings {
  return { ...resolveHost(host), thresholds: {}, blocks: {}, env: { seed: '1' } }
}

async function runPlan(
  host: string,
  plan: Plan,
  arms: readonly Arm[],
  definition: Pick<AgentBenchOptions, 'checks' | 'timeout' | 'bound' | 'nonce'>,
  {
    agent = oneCall,
    signal = new AbortController().signal,
    patience,
    onTrial,
    onBegin,
    machine = () => undefined,
  }: Asked,
): Promise<SuiteOutcome> {
  const trials: Trial[] = []
  const notices: string[] = []
  const forecasts: Forecast[] = []
  let facts: Facts = {}
  let watched = 0
  const ending = await runSuite({
    watch: () => {
      const count = watched++
      return () => machine(count)
    },
    plan,
    arms: armsToRun(
      plan,
      arms.map((arm) => ({ arm, agent, checks: definition.checks })),
      resolveHost(host),
    ),
    limits: definition,
    signal,
    patience,
    ...(onBegin && { onBegin }),
    onFacts: async (told) => void (facts = structuredClone(told)),
    onNotice: async (text) => void notices.push(text),
    onForecast: async (one) => void forecasts.push(one),
    onTrial: async (trial) => {
      trials.push(trial)
      await onTrial?.(trial, trials.length)
    },
  })
  return { plan, ending, trials, facts, notices, forecasts }
}
