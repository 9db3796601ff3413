/**
 * Worker side: Vitest hands the benchmarks of one test to this provider, which runs them as a suite.
 * Vitest's own provider would call each function dozens of times, one after the other.
 */
import './setup.ts'
import { relative } from 'node:path'
import { Bench } from 'tinybench'
import { inject, vi } from 'vitest'
import type { BenchmarkGroup, BenchmarkProvider, BenchResult } from 'vitest'
import { ChimeraError } from '../errors.ts'
import { gateSuite, readFailOn } from '../judge/gate.ts'
import type { Facts, Plan, SuiteRecord } from '../judge/plan.ts'
import { judge } from '../judge/results.ts'
import { defined } from '../optional.ts'
import { harnessOverhead, type Arm } from '../call/index.ts'
import { measuredPlan } from '../rank/same.ts'
import { armsToRun, type RunArm } from '../run/arms.ts'
import type { SuiteRun } from '../run/block.ts'
import { candidatesOf } from '../run/candidates.ts'
import { readEnvironment } from '../run/environment.ts'
import { suiteErrors } from '../run/messages.ts'
import { checkSuite, makePlan, makeSweepPlan, renamedOptions, type Settings } from '../run/plan.ts'
import { runSuite } from '../run/suite.ts'
import { membersOf } from '../run/agent.ts'
import type { Trial } from '../schema/generated.ts'
import { keepHeaders, keepSecret, keepVariables, redact, redactError } from '../secrets.ts'
import { openCodeSuite, type CodeSuite } from './code-suite.ts'
import { isConfig } from './counterpart.ts'
import { collectGarbage } from './garbage.ts'
import {
  release,
  requestOf,
  send,
  type Alive,
  type Message,
  type SuiteDefinition,
  type SuiteRequest,
} from './wire.ts'

/** A terminal signals the whole process group; the main process decides what a signal means. */
process.on('SIGINT', () => {})

const provider: BenchmarkProvider = {
  async run(group) {
    const request = requestOf(group.options)
    if (request === undefined) return runPlain(group)
    return benchResults(group, await runRequest(group, request))
  },
}
export default provider

/** Runs the suite that a bench file asked for, and answers why its gate fails. */
async function runRequest(group: BenchmarkGroup, request: SuiteRequest): Promise<Trial[]> {
  const { name, definition } = request
  const { options } = definition
  const { test } = group
  return forwardTrials(group, name, async (trials, callbacks) => {
    const { plan, arms, removed = [], prove } = await planSuite(group, request)
    await tell(test, { kind: 'plan', plan, removed: [...inject('chimera').removed, ...removed] })
    for (const text of renamedOptions(options, settings()))
      await tell(test, { kind: 'notice', text, once: true })
    const overhead = await harnessOverhead()
    let known: Facts = {}
    const onFacts: SuiteRun['onFacts'] = (facts) => {
      known = facts
      return tell(test, { kind: 'facts', facts, overhead })
    }
    const pulse = startPulse((message) => tell(test, message))
    const ending = await runSuite({
      plan,
      arms,
      limits: options,
      ...callbacks,
      onFacts,
      onBegin: pulse.begin,
    }).finally(pulse.stop)
    // A trial may have imported more.
    await prove?.()
    await tell(test, { kind: 'ending', ending })
    // A shard measures, and the merge judges.
    request.failures = inject('chimera').shard
      ? []
      : failuresOf({ plan: measuredPlan(plan, known), trials, ending })
  })
}

/** What the main process has is not read here again. */
async function tell(test: BenchmarkGroup['test'], message: Message): Promise<void> {
  release(await send(test, message))
}

/** Signs of life come more often than the main process has patience beyond the limit of a trial, ms. */
const PULSE_MS = 2_000

/** Says before each trial, and from then on every few seconds, that this thread does not stand still. */
function startPulse(send: (message: Message) => Promise<void>): {
  begin: NonNullable<SuiteRun['onBegin']>
  stop: () => void
} {
  let timer: NodeJS.Timeout | undefined
  return {
    begin: async ({ stage, ...trial }) => {
      const alive = (): Alive => ({
        kind: 'alive',
        ...trial,
        ...defined({ stage: stage() }),
        pid: process.pid,
      })
      clearInterval(timer)
      // The main process may be gone, which other messages will find out.
      timer = setInterval(() => void send(alive()).catch(() => {}), PULSE_MS)
      await send(alive())
    },
    stop: () => clearInterval(timer),
  }
}

interface PlannedSuite {
  plan: Plan
  arms: RunArm[]
  removed?: CodeSuite['removed']
  prove?: CodeSuite['prove']
}

async function planSuite({ test }: BenchmarkGroup, request: SuiteRequest): Promise<PlannedSuite> {
  const { name, agent, definition } = request
  const path = test.file.filepath
  const file = fileOf(test)
  checkSuite(definition.kind, name, file, definition.options)
  if (typeof agent !== 'function') throw suiteErrors.badAgent(name, agent)
  const { base, removed, secrets, headers = {} } = inject('chimera')
  keepVariables(process.env)
  keepHeaders(headers, 'arm')
  keepSecret(...secrets.map((name) => process.env[name]))
  const load = (id: string): Promise<unknown> => vi.importActual(id)
  if (base !== undefined && isConfig(request))
    return openCodeSuite(base, request, { path, file, load, settings: settings(), removed })
  const members = membersOf(agent)
  const plan =
    definition.kind === 'sweep'
      ? makeSweepPlan(name, file, definition.options, settings(), members)
      : makePlan(name, file, definition.options, settings(), members)
  const { checks } = definition.options
  const sources = armsGiven(definition).map((arm) => ({ arm, agent, checks }))
  return { plan, arms: armsToRun(plan, sources, settings()) }
}

function armsGiven({ kind, options }: SuiteDefinition): Arm[] {
  return kind === 'sweep'
    ? [options.baseline, ...candidatesOf(options).map(({ arm }) => arm)]
    : [options.baseline, options.candidate]
}

function failuresOf(measured: Pick<SuiteRecord, 'plan' | 'trials' | 'ending'>): string[] {
  const results = judge(measured.plan, measured.trials)
  const { failures } = gateSuite({ ...measured, results }, readFailOn(process.env['CHIMERA_FAIL_ON']))
  return failures.map(({ message }) => redact(message))
}

type Callbacks = Pick<SuiteRun, 'signal' | 'onNotice' | 'onForecast' | 'onTrial'>

/** Runs `work` and sends the main process its trials, or why it was refused. */
async function forwardTrials(
  { test }: BenchmarkGroup,
  suite: string,
  work: (trials: Trial[], callbacks: Callbacks) => Promise<void>,
): Promise<Trial[]> {
  const trials: Trial[] = []
  const onTrial: SuiteRun['onTrial'] = async (trial, kept) => {
    trials.push(kept)
    await tell(test, { kind: 'trial', trial })
    collectGarbage()
  }
  const onNotice = (text: string): Promise<void> => tell(test, { kind: 'notice', text })
  const onForecast: SuiteRun['onForecast'] = (forecast) => tell(test, { kind: 'forecast', forecast })
  try {
    await work(trials, { signal: test.context.signal, onTrial, onNotice, onForecast })
  } catch (error) {
    const message = error instanceof ChimeraError ? error.message : suiteErrors.crashed(error).message
    await tell(test, { kind: 'refused', suite, file: fileOf(test), message })
    // Vitest prints it.
    redactError(error)
    throw error
  }
  return trials
}

/** The bench file as reports name it. */
function fileOf({ file }: BenchmarkGroup['test']): string {
  return relative(inject('chimera').root, file.filepath).replaceAll('\\', '/')
}

function settings(): Settings {
  return { ...inject('chimera'), env: readEnvironment(process.env) }
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

/** A benchmark beside agentBench's runs as it would without us: with the provider that the config names, or as Vitest itself. */
async function runPlain(group: BenchmarkGroup): Promise<BenchResult[]> {
  const { provider: path } = inject('chimera')
  if (path !== undefined) {
    const { default: named } = await vi.importActual<{ default: BenchmarkProvider }>(path)
    return named.run(group)
  }
  const { test, config, options, registrations } = group
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
