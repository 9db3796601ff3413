/**
 * Worker side: Vitest hands the benchmarks of one test to this provider, which runs them as a suite.
 * Vitest's own provider would call each function dozens of times, one after the other.
 */
import { Bench } from 'tinybench'
import { inject } from 'vitest'
import type { BenchmarkGroup, BenchmarkProvider, BenchResult } from 'vitest'
import { send } from './artifact.ts'
import { ChimeraError } from './errors.ts'
import { requestOf, type SuiteRequest, type SweepRequest } from './request.ts'
import { judge } from './judge/assess.ts'
import { gateSuite, readFailOn, type SuiteGate } from './judge/gate.ts'
import { harnessOverhead } from './llm/index.ts'
import type { AgentBenchOptions } from './run/agent.ts'
import type { SuiteRun } from './run/block.ts'
import { makePlan, renamedOptions, type Settings } from './run/plan.ts'
import { runSuite } from './run/suite.ts'
import { makeSweepPlan } from './run/sweep-plan.ts'
import { runSweep, type SweepRun } from './run/sweep.ts'
import { membersOf } from './run/team.ts'
import type { Trial } from './schema/generated.ts'
import { gateSweep } from './sweep/gate.ts'
import { judgeSweep, type SweepFacts } from './sweep/judge.ts'

/** A terminal signals the whole process group; the main process decides what a signal means. */
process.on('SIGINT', () => {})

const provider: BenchmarkProvider = {
  async run(group) {
    const request = requestOf(group.options)
    if (request === undefined) return runPlain(group)
    const trials =
      'sweep' in request ? await runAgentSweep(group, request) : await runAgentBench(group, request)
    return benchResults(group, trials)
  },
}
export default provider

async function runAgentBench(group: BenchmarkGroup, request: SuiteRequest): Promise<Trial[]> {
  const { name, agent, definition } = request
  const { test } = group
  return report(group, name, async (trials, teller) => {
    const plan = makePlan(name, test.file.name, definition, settings(), membersOf(agent))
    await send(test, { kind: 'plan', plan })
    await tellRenamed(group, definition)
    const overhead = await harnessOverhead()
    const onFacts: SuiteRun['onFacts'] = (facts) => send(test, { kind: 'facts', facts, overhead })
    const ending = await runSuite({ plan, definition, agent, ...teller, onFacts })
    await send(test, { kind: 'ending', ending })
    const gate = () =>
      gateSuite(plan, trials, judge(plan, trials), ending, readFailOn(process.env['CHIMERA_FAIL_ON']))
    request.failures = failuresOf(gate)
  })
}

async function runAgentSweep(group: BenchmarkGroup, request: SweepRequest): Promise<Trial[]> {
  const { name, agent, sweep: definition } = request
  const { test } = group
  return report(group, name, async (trials, teller) => {
    const plan = makeSweepPlan(name, test.file.name, definition, settings(), membersOf(agent))
    await send(test, { kind: 'sweep', plan })
    await tellRenamed(group, definition)
    const overhead = await harnessOverhead()
    let known: SweepFacts = {}
    const onFacts: SweepRun['onFacts'] = (facts) => {
      known = facts
      return send(test, { kind: 'sweep_facts', facts, overhead })
    }
    const ending = await runSweep({ plan, definition, agent, ...teller, onFacts })
    await send(test, { kind: 'ending', ending })
    request.failures = failuresOf(() =>
      gateSweep(plan, trials, judgeSweep(plan, known, trials, ending), ending),
    )
  })
}

async function tellRenamed(
  { test }: BenchmarkGroup,
  definition: Pick<AgentBenchOptions, 'pairs'>,
): Promise<void> {
  for (const text of renamedOptions(definition, settings()))
    await send(test, { kind: 'notice', text, once: true })
}

type Teller = Pick<SuiteRun, 'signal' | 'onNotice' | 'onTrial'>

/** Runs `work` and tells the main process of its trials, or why it was refused. */
async function report(
  { test }: BenchmarkGroup,
  suite: string,
  work: (trials: Trial[], teller: Teller) => Promise<void>,
): Promise<Trial[]> {
  const trials: Trial[] = []
  const onTrial = async (trial: Trial): Promise<void> => {
    trials.push(trial)
    await send(test, { kind: 'trial', trial })
  }
  const onNotice = (text: string): Promise<void> => send(test, { kind: 'notice', text })
  try {
    await work(trials, { signal: test.context.signal, onTrial, onNotice })
  } catch (error) {
    if (error instanceof ChimeraError) {
      await send(test, { kind: 'refused', suite, file: test.file.name, message: error.message })
    }
    throw error
  }
  return trials
}

function settings(): Settings {
  const { env: variables } = process
  const env = {
    seed: variables['CHIMERA_SEED'],
    blocksMin: variables['CHIMERA_BLOCKS_MIN'] ?? variables['CHIMERA_PAIRS_MIN'],
    blocksMax: variables['CHIMERA_BLOCKS_MAX'] ?? variables['CHIMERA_PAIRS_MAX'],
    timeBudget: variables['CHIMERA_TIME_BUDGET'],
    oldNames: ['CHIMERA_PAIRS_MIN', 'CHIMERA_PAIRS_MAX'].filter((name) => variables[name] !== undefined),
  }
  return { ...inject('chimera'), env }
}

/** A shard measures, and the merge judges. */
function failuresOf(gate: () => SuiteGate): string[] {
  return inject('chimera').shard ? [] : gate().failures.map((failure) => failure.message)
}

/** Vitest's table shows the arms' trial durations; tinybench computes its statistics from them. */
async function benchResults(
  { registrations }: BenchmarkGroup,
  trials: readonly Trial[],
): Promise<BenchResult[]> {
  const results: BenchResult[] = []
  for (const { name } of registrations) {
    const durations = trials
      .filter((trial) => trial.arm === name && trial.valid && trial.phase !== 'warmup')
      .map((trial) => trial.duration)
    if (durations.length === 0) continue
    const bench = new Bench({ time: 0, iterations: durations.length, warmup: false })
    bench.add(name, async () => ({ overriddenDuration: durations.shift()! }), { async: true })
    results.push(...(await completed(bench)))
  }
  return results
}

/** A benchmark beside agentBench's runs as Vitest itself would run it. */
async function runPlain({ test, config, options, registrations }: BenchmarkGroup): Promise<BenchResult[]> {
  const bench = new Bench({
    signal: test.context.signal,
    name: test.fullTestName,
    retainSamples: config.retainSamples,
    ...options,
  })
  for (const { name, fn, fnOpts } of registrations) bench.add(name, fn, fnOpts)
  return completed(bench)
}

async function completed(bench: Bench): Promise<BenchResult[]> {
  await bench.run()
  return bench.tasks.map(({ name, result }) => {
    if (result.state === 'errored') throw result.error
    if (result.state !== 'completed') throw new Error(`Benchmark "${name}" did not complete: ${result.state}`)
    return { ...result, name }
  })
}
