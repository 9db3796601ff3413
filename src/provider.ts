/**
 * Worker side: Vitest hands the benchmarks of one test to this provider, which runs them as a suite.
 * Vitest's own provider would call each function dozens of times, one after the other.
 */
import { Bench } from 'tinybench'
import { inject } from 'vitest'
import type { BenchmarkGroup, BenchmarkProvider, BenchResult } from 'vitest'
import { send } from './artifact.ts'
import { ChimeraError } from './errors.ts'
import { requestOf, type SuiteRequest } from './request.ts'
import { judge } from './judge/assess.ts'
import { gateSuite, readFailOn } from './judge/gate.ts'
import type { Ending, Plan } from './judge/plan.ts'
import { harnessOverhead } from './llm/index.ts'
import { makePlan } from './run/plan.ts'
import { runSuite } from './run/suite.ts'
import { membersOf } from './run/team.ts'
import type { Trial } from './schema/generated.ts'

/** A terminal signals the whole process group; the main process decides what a signal means. */
process.on('SIGINT', () => {})

const provider: BenchmarkProvider = {
  async run(group) {
    const request = requestOf(group.options)
    if (request === undefined) return runPlain(group)
    const trials = await runAgentBench(group, request)
    return benchResults(group, trials)
  },
}
export default provider

async function runAgentBench({ test }: BenchmarkGroup, request: SuiteRequest): Promise<Trial[]> {
  const { name, agent, definition } = request
  const file = test.file.name
  const settings = inject('chimera')
  const trials: Trial[] = []
  try {
    const plan = makePlan(name, file, definition, { ...settings, env: environment() }, membersOf(agent))
    await send(test, { kind: 'plan', plan })
    const overhead = Math.round((await harnessOverhead()) * 1000) / 1000
    const ending = await runSuite({
      plan,
      definition,
      agent,
      signal: test.context.signal,
      onFacts: (facts) => send(test, { kind: 'facts', facts, overhead }),
      onNotice: (text) => send(test, { kind: 'notice', text }),
      onTrial: async (trial) => {
        trials.push(trial)
        await send(test, { kind: 'trial', trial })
      },
    })
    await send(test, { kind: 'ending', ending })
    request.failures = settings.shard ? [] : failuresOf(plan, trials, ending)
  } catch (error) {
    if (error instanceof ChimeraError) {
      await send(test, { kind: 'refused', suite: name, file, message: error.message })
    }
    throw error
  }
  return trials
}

function environment() {
  const { CHIMERA_SEED, CHIMERA_PAIRS_MIN, CHIMERA_PAIRS_MAX, CHIMERA_TIME_BUDGET } = process.env
  return { seed: CHIMERA_SEED, pairsMin: CHIMERA_PAIRS_MIN, pairsMax: CHIMERA_PAIRS_MAX, timeBudget: CHIMERA_TIME_BUDGET }
}

function failuresOf(plan: Plan, trials: readonly Trial[], ending: Ending): string[] {
  const failOn = readFailOn(process.env['CHIMERA_FAIL_ON'])
  return gateSuite(plan, trials, judge(plan, trials), ending, failOn).failures.map((failure) => failure.message)
}

/** Vitest's table shows the arms' trial durations; tinybench computes its statistics from them. */
async function benchResults({ registrations }: BenchmarkGroup, trials: readonly Trial[]): Promise<BenchResult[]> {
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
  const bench = new Bench({ signal: test.context.signal, name: test.fullTestName, retainSamples: config.retainSamples, ...options })
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
