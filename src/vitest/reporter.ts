/**
 * Main side: collects what the workers tell, judges once, writes the reports, sets the exit code.
 * At a merge only the end is reported, so everything that counts is computed there and nowhere else.
 */
import { join } from 'node:path'
import type { Reporter, TestCase, TestModule, TestRunEndReason, Vitest } from 'vitest/node'
import { messagesOf, receive } from './wire.ts'
import { describeEnvironment, ownVersion } from './environment.ts'
import { ChimeraError } from '../errors.ts'
import { reporterTexts } from './messages.ts'
import { readFailOn } from '../judge/gate.ts'
import { gateTexts } from '../judge/messages.ts'
import { NoiseFloor } from './noise-floor.ts'
import { Progress } from './progress.ts'
import { buildReport, printTerminal, summaryDocument, writeReports } from '../report/index.ts'
import { recordSuite } from './wire.ts'
import { asReport } from '../schema/validate.ts'
import { interceptSignals } from './signals.ts'

export interface ReporterOptions {
  /** Absolute path of the folder the reports go to. */
  outputDir: string
  /** Bench files that base has and head no longer, where code is compared. */
  removed: readonly string[]
}

export default class ChimeraReporter implements Reporter {
  readonly #options: ReporterOptions
  readonly #progress = new Progress(process.stdout)
  readonly #noise = new NoiseFloor()
  #vitest!: Vitest
  #startedAt = new Date().toISOString()
  #releaseSignals = (): void => {}
  #finishing: Promise<void> | undefined

  constructor(options: ReporterOptions) {
    this.#options = options
  }

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
    this.#releaseSignals = interceptSignals({
      onFirst: (signal) => {
        this.#progress.line(reporterTexts.stopping(signal))
        return vitest.cancelCurrentRun('keyboard-input')
      },
      onLast: () => this.#finish(vitest.state.getTestModules(), true),
    })
  }

  async onTestRunStart(): Promise<void> {
    await this.#noise.load(join(this.#options.outputDir, 'report.json'))
    this.#startedAt = new Date().toISOString()
    this.#finishing = undefined
  }

  onTestCaseArtifactRecord(test: TestCase, artifact: { type: string }): void {
    const message = receive(artifact)?.message
    if (message === undefined) return
    this.#progress.show(message)
    if (message.kind === 'plan')
      for (const text of this.#noise.warnings(message.plan)) this.#progress.line(`  ${text}`)
    if (message.kind === 'ending') this.#noise.learn(messagesOf(test.artifacts()))
  }

  // Whatever another reporter is about to print, the line must be gone by then.
  onTestCaseResult(): void {
    this.#progress.clear()
  }

  onTestModuleEnd(): void {
    this.#progress.clear()
  }

  onUserConsoleLog(): void {
    this.#progress.clear()
  }

  async onTestRunEnd(modules: readonly TestModule[], _: unknown, reason: TestRunEndReason): Promise<void> {
    this.#progress.clear()
    await this.#finish(modules, reason === 'interrupted')
    this.#releaseSignals()
  }

  /** Once a run; a second signal waits for the reports that the first one led to. */
  #finish(modules: readonly TestModule[], interrupted: boolean): Promise<void> {
    return (this.#finishing ??= this.#judgeAndWrite(modules, interrupted))
  }

  async #judgeAndWrite(modules: readonly TestModule[], interrupted: boolean): Promise<void> {
    const { config } = this.#vitest
    if (config.shard !== undefined && config.mergeReports === undefined) {
      this.#progress.line(reporterTexts.shard(config.shard.index, config.shard.count))
      return
    }
    try {
      await this.#report(modules, interrupted)
    } catch (error) {
      process.exitCode = 1
      this.#progress.line(
        error instanceof ChimeraError ? error.message : String(error instanceof Error ? error.stack : error),
      )
    }
  }

  async #report(modules: readonly TestModule[], interrupted: boolean): Promise<void> {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const records = tests.map((test) => recordSuite(messagesOf(test.artifacts())))
    const suites = records.flatMap((record) => record.suites)
    const refusals = [...records.flatMap((record) => record.refusals), ...modules.flatMap(unloadable)]
    if (suites.length === 0 && refusals.length === 0 && tests.some((test) => test.benchmarks().length > 0))
      return
    const removed = [...this.#options.removed, ...records.flatMap((record) => record.removed)]
    const overhead = records.find((record) => record.overhead !== undefined)?.overhead
    // Modules come in order of their paths; the trials are wanted in the order in which they ran.
    const trials = suites
      .flatMap((suite) => suite.trials)
      .toSorted((a, b) => Date.parse(a.started_at) - Date.parse(b.started_at))
    const report = buildReport({
      startedAt: trials[0]?.started_at ?? this.#startedAt,
      finishedAt: new Date().toISOString(),
      interrupted,
      version: ownVersion(),
      environment: await describeEnvironment(this.#vitest.config.root, this.#vitest.version, overhead),
      suites,
      refusals,
      notices: [...new Set(removed)].map((file) => gateTexts.removedSuite(file)),
      failOn: readFailOn(process.env['CHIMERA_FAIL_ON']),
    })
    if (report.gate.failures.length > 0 || report.status === 'interrupted') process.exitCode = 1
    await writeReports(this.#options.outputDir, asReport(report, 'this run'), trials)
    const color = process.stdout.isTTY && !process.env['NO_COLOR']
    const width = process.stdout.columns
    this.#progress.raw(
      printTerminal(summaryDocument(report, this.#options.outputDir), { color, ...(width > 0 && { width }) }),
    )
  }
}

/** A bench file that could not be loaded is reported like a suite that was refused. */
function unloadable(module: TestModule): { suite: string; message: string }[] {
  return module.errors().map((error) => ({
    suite: module.relativeModuleId,
    message: reporterTexts.unloadable(module.relativeModuleId, firstLine(error.message)),
  }))
}

/** Parse errors quote whole files; Vitest has printed them already. */
function firstLine(message: string): string {
  const [first = ''] = message.split('\n', 1)
  return first.slice(0, 300)
}
