/**
 * Main side: collects what the workers tell, judges once, writes the reports, sets the exit code.
 * At a merge only the end is reported, so everything that counts is computed there and nowhere else.
 */
import type { Reporter, SerializedError, TestCase, TestModule, TestRunEndReason, Vitest } from 'vitest/node'
import { annotations } from './annotations.ts'
import { describeEnvironment, ownVersion } from './environment.ts'
import { failedTests, isWorkerExit, unhandled, unloadable } from './failures.ts'
import { ChimeraError } from '../errors.ts'
import { reporterTexts } from './messages.ts'
import { readFailOn } from '../judge/gate.ts'
import { collectGarbage } from './garbage.ts'
import { gateTexts } from '../judge/messages.ts'
import { appendHistory } from '../history/store.ts'
import { NoiseFloor } from './noise-floor.ts'
import { Progress } from './progress.ts'
import {
  hasReports,
  isAbout,
  printTerminal,
  removeAnswers,
  summaryDocument,
  TrialFile,
  writeReports,
  type RunRecord,
} from '../report/index.ts'
import {
  forget,
  isOurs,
  pack,
  receive,
  recordSuite,
  release,
  type Alive,
  type Message,
  type TestRecord,
} from './wire.ts'
import type { GateFinding, Report, Trial } from '../schema/generated.ts'
import { redactError } from '../secrets.ts'
import { interceptSignals } from './signals.ts'
import { soundReport } from './sound-report.ts'
import { Watchdog } from './watchdog.ts'

export interface ReporterOptions {
  /** Absolute path of the folder the reports go to. */
  outputDir: string
  /** Bench files that base has and head no longer, where code is compared; complete when the run starts. */
  removed: readonly string[]
}

export default class ChimeraReporter implements Reporter {
  readonly #options: ReporterOptions
  readonly #trials: TrialFile
  readonly #progress = new Progress(process.stdout)
  readonly #noise = new NoiseFloor()
  readonly #watchdog = new Watchdog((test, alive) => this.#end(test, alive))
  /** Why a test's worker was ended, by the test's id. */
  readonly #stalled = new Map<string, { arm: string; message: string }>()
  #vitest!: Vitest
  #startedAt = new Date().toISOString()
  #releaseSignals = (): void => {}
  #finishing: Promise<void> | undefined

  constructor(options: ReporterOptions) {
    this.#options = options
    this.#trials = new TrialFile(options.outputDir)
  }

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
    this.#releaseSignals = interceptSignals({
      onFirst: (signal) => {
        this.#progress.line(reporterTexts.stopping(signal))
        return vitest.cancelCurrentRun('keyboard-input')
      },
      onLast: () => this.#finishEarly(),
    })
  }

  async onTestRunStart(): Promise<void> {
    await this.#noise.load(this.#options.outputDir)
    this.#startedAt = new Date().toISOString()
    this.#finishing = undefined
    // Most of it is of Vite's start.
    collectGarbage()
  }

  onTestCaseArtifactRecord(test: TestCase, artifact: { type: string }): void {
    const message = this.#read(artifact)
    if (message === undefined) return
    this.#progress.show(message)
    // A debugger keeps a worker silent for as long as someone thinks.
    if (!this.#vitest.config.inspector.enabled) this.#watchdog.hear(test.id, message)
    if (message.kind === 'plan')
      for (const text of this.#noise.warnings(message.plan)) this.#progress.line(`  ${text}`)
    if (message.kind === 'ending' && !this.#isShard()) this.#noise.learn(this.#messagesOf(test))
  }

  #messagesOf(test: TestCase): Message[] {
    return test.artifacts().flatMap((artifact) => this.#read(artifact) ?? [])
  }

  /** A message is read once, live or at a merge: its trial goes to the file, and its text is kept for a blob alone. */
  #read(artifact: { type: string }): Message | undefined {
    if (!isOurs(artifact)) return undefined
    if (this.#isShard()) {
      const message = receive(artifact)
      forget(artifact)
      pack(artifact)
      return message
    }
    const message = receive(artifact, (trial) => this.#trials.add(trial))
    if (this.#writesBlob()) pack(artifact)
    else release(artifact)
    if (message?.kind === 'trial') collectGarbage()
    return message
  }

  #isShard(): boolean {
    const { config } = this.#vitest
    return config.shard !== undefined && config.mergeReports === undefined
  }

  /** Whether a blob is written of the messages, from their texts. */
  #writesBlob(): boolean {
    return this.#reportsTo('blob') || this.#vitest.config.reporters.some(isBlobReporter)
  }

  #reportsTo(name: string): boolean {
    return this.#vitest.config.reporters.some((one: unknown) => (Array.isArray(one) ? one[0] : one) === name)
  }

  // Whatever another reporter is about to print, the line must be gone by then.
  onTestCaseResult(): void {
    this.#progress.clear()
  }

  onTestModuleEnd(module: TestModule): void {
    this.#progress.clear()
    // Other reporters print them after this one, the first in the list.
    for (const error of module.errors()) redactError(error)
  }

  onUserConsoleLog(): void {
    this.#progress.clear()
  }

  async onTestRunEnd(
    modules: readonly TestModule[],
    errors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): Promise<void> {
    this.#progress.clear()
    this.#watchdog.stop()
    for (const error of [...errors, ...modules.flatMap((module) => module.errors())]) redactError(error)
    await this.#finish({ modules, errors, interrupted: reason === 'interrupted' })
    this.#releaseSignals()
  }

  /** Ends a worker that stands still; one that shares this process can only be left with it. */
  #end(test: string, { arm, limit, pid }: Alive): void {
    const message = reporterTexts.stalled(arm, limit)
    this.#stalled.set(test, { arm, message })
    this.#progress.line(message)
    if (pid !== process.pid) process.kill(pid, 'SIGKILL')
    else void this.#finishEarly().finally(() => process.exit(1))
  }

  #finishEarly(): Promise<void> {
    return this.#finish({ modules: this.#vitest.state.getTestModules(), errors: [], interrupted: true })
  }

  /** Once a run; a second signal waits for the reports that the first one led to. */
  #finish(end: RunEnd): Promise<void> {
    return (this.#finishing ??= this.#judgeAndWrite(end))
  }

  async #judgeAndWrite(end: RunEnd): Promise<void> {
    const { config } = this.#vitest
    if (this.#isShard() && config.shard !== undefined) {
      this.#progress.line(reporterTexts.shard(config.shard.index, config.shard.count))
      return
    }
    try {
      await this.#report(end)
    } catch (error) {
      process.exitCode = 1
      this.#progress.line(
        error instanceof ChimeraError ? error.message : String(error instanceof Error ? error.stack : error),
      )
    } finally {
      this.#trials[Symbol.dispose]()
    }
  }

  async #report({ modules, errors, interrupted }: RunEnd): Promise<void> {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const records = new Map(
      tests.map((test) => [
        test,
        recordSuite(this.#messagesOf(test), test.fullName, this.#stalled.get(test.id)),
      ]),
    )
    const told = [...records.values()]
    const suites = told.flatMap((record) => record.suites)
    const refusals = [...told.flatMap((record) => record.refusals), ...modules.flatMap(unloadable)]
    if (suites.length === 0 && refusals.length === 0 && tests.some((test) => test.benchmarks().length > 0))
      return
    const removed = [...this.#options.removed, ...told.flatMap((record) => record.removed)]
    // Modules come in order of their paths; the trials are wanted in the order in which they ran.
    const trials = suites
      .flatMap((suite) => suite.trials)
      .toSorted((a, b) => Date.parse(a.started_at) - Date.parse(b.started_at))
    const run: RunRecord = {
      startedAt: trials[0]?.started_at ?? this.#startedAt,
      finishedAt: new Date().toISOString(),
      interrupted,
      version: ownVersion(),
      environment: await describeEnvironment(
        this.#vitest.config.root,
        this.#vitest.version,
        told.find((record) => record.overhead !== undefined)?.overhead,
      ),
      suites,
      refusals,
      notices: [
        ...[...new Set(removed)].toSorted().map((what) => gateTexts.removed(what)),
        ...(retries(this.#vitest.config) ? [reporterTexts.noRetry()] : []),
      ].map((message) => ({ suite: '', message })),
      failOn: readFailOn(process.env['CHIMERA_FAIL_ON']),
      auditOf: (suite, baseline) => this.#noise.auditOf(suite, baseline),
    }
    collectGarbage()
    const judged = soundReport(run)
    const isExplained = (test: TestCase): boolean =>
      suitesOf(records.get(test)).some((suite) => judged.gate.failures.some((one) => isAbout(one, suite)))
    const more = [
      ...failedTests(tests, isExplained),
      ...this.#unhandled(
        errors,
        interrupted || this.#stalled.size > 0 || suites.some(({ ending }) => ending === undefined),
      ),
    ]
    const report = more.length === 0 ? judged : soundReport({ ...run, refusals: [...refusals, ...more] })
    if (report.gate.failures.length > 0 || report.status === 'interrupted') process.exitCode = 1
    collectGarbage()
    await this.#write(report, trials)
    if (!this.#reportsTo('github-actions')) return
    const failed = tests.filter((test) => test.result().state === 'failed')
    const annotated = failed.flatMap((test) => suitesOf(records.get(test)))
    for (const line of annotations(judged, annotated)) this.#progress.line(line)
  }

  /** Errors that Vitest exits for, but for the end of a worker where a suite without an ending has said so. */
  #unhandled(errors: RunEnd['errors'], explained: boolean): GateFinding[] {
    if (this.#vitest.config.dangerouslyIgnoreUnhandledErrors) return []
    return unhandled(errors.filter(({ message }) => !(explained && isWorkerExit(message))))
  }

  /** The terminal has the verdict whatever becomes of the files. */
  async #write(report: Report, trials: readonly Trial[]): Promise<void> {
    const { outputDir } = this.#options
    const isKept = trials.length === 0 && (await hasReports(outputDir))
    if (isKept) await removeAnswers(outputDir)
    const written = isKept
      ? undefined
      : await writeReports(outputDir, report, trials, { lines: this.#trials.pieces(trials) })
    const missing = isKept ? undefined : await appendHistory(outputDir, report)
    const color = process.stdout.isTTY && !process.env['NO_COLOR']
    const width = process.stdout.columns
    const where = written === undefined || written.failures.length > 0 ? undefined : outputDir
    this.#progress.raw(printTerminal(summaryDocument(report, where), { color, ...(width > 0 && { width }) }))
    if (written === undefined) this.#progress.line(reporterTexts.nothingMeasured(outputDir))
    const { failures = [], files = [], summaryFailure } = written ?? {}
    for (const failure of failures) this.#progress.line(failure)
    if (failures.length > 0) {
      // A gate whose reports are missing cannot be looked into: a step after it would read older ones.
      process.exitCode = 1
      if (files.length > 0) this.#progress.line(reporterTexts.partlyWritten(outputDir, files.length))
    }
    if (missing !== undefined) this.#progress.line(missing)
    if (summaryFailure !== undefined) this.#progress.line(reporterTexts.withoutSummary(summaryFailure))
  }
}

function retries({ retry }: Vitest['config']): boolean {
  return (typeof retry === 'object' ? (retry.count ?? 0) : retry) > 0
}

/** What Vitest says at the end of a run. */
interface RunEnd {
  modules: readonly TestModule[]
  errors: readonly SerializedError[]
  interrupted: boolean
}

function isBlobReporter(one: unknown): boolean {
  return typeof one === 'object' && one !== null && one.constructor.name === 'BlobReporter'
}

function suitesOf(record: TestRecord | undefined): Pick<GateFinding, 'suite' | 'file'>[] {
  return [...(record?.suites ?? []).map(({ plan }) => plan), ...(record?.refusals ?? [])]
}
