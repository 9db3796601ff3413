/** `vitest-chimera audit [filter…]`: runs, one slowdown each, until the budget is spent, and a table of what was found. */
import { relative, resolve } from 'node:path'
import { readArguments, type Command, type CommandIo } from '../command.ts'
import { readStored, type StoredReport } from '../compare/read.ts'
import { bench } from '../gate/bench.ts'
import { isFound } from './levels.ts'
import { printTerminal } from '../report/index.ts'
import type { AuditComparison, Report } from '../schema/generated.ts'
import { count, span, visible } from '../text/index.ts'
import { auditDocument } from './document.ts'
import { Ledger } from './ledger.ts'
import { auditErrors, plantedText } from './messages.ts'
import { hasTime, settingsOf, type Case } from './plan.ts'
import { comparisonsOf } from './read.ts'
import { auditDir, auditFile } from './store.ts'

const help = `Usage: vitest-chimera audit [--budget <minutes>] [filter…] [-- <flags of vitest bench>]

Measures what the gate can see on this machine, with this server and these suites: every suite compares its baseline with
itself, as it is or slowed by a known amount, by the suite's own limits. Shows how often equal arms regressed and which
slowdowns were found. A second audit adds to the first; the result is in reports/audit/audit.json, and later reports
quote it.

      --budget <minutes>
                     time for all runs (default: 5); a run that is not done by then does not count
      --reports <folder>
                     where the project's reports go, if the config sets \`outputDir\` (default: reports)
  -h, --help         this text

Ctrl-C keeps what was measured. Exit code: 0; 130 after Ctrl-C; 2 if nothing could be compared.`

/** @throws ChimeraError on wrong arguments, without Vitest, and where nothing could be compared */
export const run: Command = async (args, io) => {
  const options = parse(args)
  if (options.help) {
    io.stdout(help)
    return 0
  }
  const stop = new AbortController()
  const onSignal = (): void => stop.abort('signal')
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  try {
    await audit(options, io, stop)
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
  return stop.signal.reason === 'signal' ? 130 : 0
}

interface AuditOptions {
  help: boolean
  /** Minutes. */
  budget: number
  reports: string
  rest: string[]
}

async function audit(options: AuditOptions, io: CommandIo, stop: AbortController): Promise<void> {
  const budget = options.budget * 60_000
  const started = performance.now()
  const spent = (): number => performance.now() - started
  const timer = setTimeout(() => stop.abort('budget'), budget)
  const ledger = new Ledger(auditFile(resolve(options.reports)))
  const durations: number[] = []
  try {
    while (!stop.signal.aborted && hasTime(spent(), budget, durations)) {
      const [one, began] = [ledger.next(), spent()]
      const measured = await runCase(one, ledger, options, stop.signal)
      if (measured === undefined) break
      await ledger.add(measured.report, measured.comparisons)
      durations.push(spent() - began)
      for (const comparison of measured.comparisons) io.stdout(`${span(spent())}: ${lineOf(comparison)}`)
    }
  } finally {
    clearTimeout(timer)
    if (ledger.added.length > 0) show(ledger, spent(), io)
  }
  if (ledger.added.length === 0 && stop.signal.reason === 'budget') throw auditErrors.budget(options.budget)
}

function show(ledger: Ledger, ms: number, io: CommandIo): void {
  const width = process.stdout.columns
  const blocks = auditDocument(ledger.own(), { comparisons: ledger.added.length, ms })
  const color = process.stdout.isTTY && !process.env['NO_COLOR']
  io.stdout(printTerminal(blocks, { color, ...(width > 0 && { width }) }))
}

interface Measured {
  report: Report
  comparisons: AuditComparison[]
}

/** One run of all suites; undefined where it was stopped. */
async function runCase(
  one: Case,
  ledger: Ledger,
  { reports, rest }: AuditOptions,
  signal: AbortSignal,
): Promise<Measured | undefined> {
  const settings = settingsOf(one, ledger.own(), ledger.suites())
  const dir = auditDir(resolve(reports))
  const started = Date.now()
  let output = ''
  await bench(process.cwd(), rest, environment(JSON.stringify(settings)), {
    output: (text) => (output = (output + text).slice(-LONGEST)),
    signal,
  })
  if (signal.aborted) return undefined
  const { report, trials = [] } = await readStored(dir, true).catch(() => NO_REPORT)
  if (report === undefined || Date.parse(report.finished_at) < started)
    throw auditErrors.noReport(relative('', dir), visible(output))
  const comparisons = comparisonsOf(report, trials, one, settings)
  if (comparisons.length === 0)
    throw auditErrors.nothingMeasured(
      report.gate.failures.map(({ suite, message }) => visible(`${suite}: ${message}`)),
    )
  return { report, comparisons }
}

const NO_REPORT: Partial<StoredReport> = {}

/** Characters of a run's output that are kept in case it fails. */
const LONGEST = 2_000

/** What would make all runs alike, or another comparison of them, is left out. */
function environment(settings: string): NodeJS.ProcessEnv {
  const {
    CHIMERA_BASE: _,
    CHIMERA_SEED: __,
    CHIMERA_FAIL_ON: ___,
    GITHUB_STEP_SUMMARY: ____,
    ...env
  } = process.env
  return { ...env, CHIMERA_AUDIT: settings }
}

/** `report-agent, decode +10 % planted: found after 8 blocks` */
function lineOf(one: AuditComparison): string {
  const [yes, no] = one.planted === 'nothing' ? ['regressed', 'not regressed'] : ['found', 'not found']
  const after = count(one.blocks, 'block')
  return `${visible(one.suite)}, ${plantedText(one)} planted: ${isFound(one) ? yes : no} after ${after}`
}

function parse(args: readonly string[]): AuditOptions {
  const { values, positionals } = readArguments(
    args,
    { budget: { type: 'string', default: '5' }, reports: { type: 'string', default: 'reports' } },
    auditErrors.usage,
  )
  const budget = Number(values.budget)
  if (!(budget > 0 && budget <= 24 * 60))
    throw auditErrors.usage(
      `Invalid --budget: Expected minutes, more than 0 and at most 1440, but received "${values.budget}".`,
    )
  return { help: values.help, budget, reports: values.reports, rest: positionals }
}
