/** summary.json: the result of a run for a program that acts on it, such as a coding agent. Every text in it is cut to fit. */
import { defined } from '../optional.ts'
import type {
  AttributionPart,
  Comparison,
  GateFinding,
  Report,
  RunSummary,
  SuiteReport,
  SummaryCause,
} from '../schema/generated.ts'
import { cutTexts, includesZero } from '../text/index.ts'
import { isAbout, suiteOf } from './findings.ts'
import { headline } from './headline.ts'
import { nextTexts } from './messages.ts'

/** Bytes of the file. */
const LONGEST_FILE = 4096
/** Characters of one text in the cause, the most that fits; with the last, the longest file is half of what it may be. */
const LONGEST_TEXTS = [800, 400, 200, 100, 50]
const MOST_FILES = 5

/** The file's text: what others wrote is cut until it is short enough. */
export function summaryText(report: Report): string {
  const summary = runSummary(report)
  const texts = LONGEST_TEXTS.map((longest) => {
    const cause = summary.cause && cutTexts(summary.cause, longest)
    return `${JSON.stringify({ ...summary, ...defined({ cause }) }, undefined, 2)}\n`
  })
  return texts.find((text) => Buffer.byteLength(text) < LONGEST_FILE) ?? texts.at(-1) ?? ''
}

function runSummary(report: Report): RunSummary {
  const { mayMerge, reason } = headline(report)
  const failure = worstFailure(report)
  const open = mostOpen(report)
  const suite = failure === undefined ? open?.suite : suiteOf(report, failure)
  const others = report.gate.failures.length - 1
  const verdict = report.status === 'interrupted' ? 'interrupted' : report.gate.status
  return {
    schema_version: 1,
    finished_at: report.finished_at,
    verdict,
    may_merge: mayMerge,
    why: reason,
    ...defined({
      cause: failure === undefined ? open && openCause(open) : causeOf(failure, suite),
      other_failures: others > 0 ? others : undefined,
    }),
    reproduce: commandOf(suite),
    next: nextOf(verdict, suite, open?.comparison),
  }
}

/** Of what regressed, that which exceeds its threshold most; else the first failure. */
function worstFailure(report: Report): GateFinding | undefined {
  const excess = (failure: GateFinding): number => {
    const found = suiteOf(report, failure)?.comparisons.find(
      (one) => one.metric === failure.metric && one.candidate === failure.arm && one.gated,
    )
    if (found === undefined) return 0
    const change = found.difference ?? (found.ratio === undefined ? 0 : Math.log(found.ratio))
    return Math.abs(change) / found.threshold
  }
  return report.gate.failures.toSorted((a, b) => excess(b) - excess(a))[0]
}

function causeOf(failure: GateFinding, suite: SuiteReport | undefined): SummaryCause {
  const part = largestPart(suite)
  const changed = suite?.kind === 'code' ? suite.trees.changed : []
  const regressed = suite?.comparisons.find(
    ({ metric, stage, verdict }) => metric === failure.metric && stage !== null && verdict === 'regressed',
  )
  return {
    suite: failure.suite,
    stage: part === undefined ? (regressed?.stage ?? null) : part.stage,
    message: failure.message,
    ...defined({
      file: suite?.file,
      metric: failure.metric,
      part: part && { name: part.part, change_ms: part.change },
      changed_files: changed.length > 0 ? changed.slice(0, MOST_FILES) : undefined,
    }),
  }
}

/** The part of trial_duration that changed most, among those whose change is detected. */
function largestPart(suite: SuiteReport | undefined): AttributionPart | undefined {
  return suite?.attribution?.parts
    .filter(({ interval }) => !includesZero(interval))
    .toSorted((a, b) => Math.abs(b.change) - Math.abs(a.change))[0]
}

interface Open {
  suite: SuiteReport
  comparison: Comparison
  message: string
}

/** The undecided comparison that takes the most blocks. */
function mostOpen({ suites, gate }: Report): Open | undefined {
  const open = suites.flatMap((suite) =>
    suite.comparisons
      .filter(({ gated, verdict }) => gated && verdict === 'inconclusive')
      .map((comparison) => ({ suite, comparison })),
  )
  const [worst] = open.toSorted((a, b) => needed(b.comparison) - needed(a.comparison))
  if (worst === undefined) return undefined
  const { suite, comparison } = worst
  const notice = gate.notices.find(
    (one) =>
      isAbout(one, { suite: suite.name, file: suite.file }) &&
      one.metric === comparison.metric &&
      one.arm === comparison.candidate,
  )
  const message = notice?.message ?? nextTexts.undecided()
  return { ...worst, message }
}

function needed({ blocks_needed: blocks = Infinity }: Comparison): number {
  return blocks
}

function openCause({ suite, comparison: { metric, stage }, message }: Open): SummaryCause {
  return { suite: suite.name, file: suite.file, stage, metric, message }
}

/** What runs the suite again: quoted, and of plain names alone, because someone will paste it into a shell. */
function commandOf(suite: SuiteReport | undefined): string {
  if (suite === undefined || !isPlain(suite.file)) return 'npx vitest bench'
  const base = suite.arms.find(({ role }) => role === 'baseline')?.code?.sha
  const variables = base === undefined ? '' : `CHIMERA_BASE=${base} `
  const name = isPlain(suite.name) ? ` -t '${suite.name}'` : ''
  return `${variables}npx vitest bench '${suite.file}'${name}`
}

function isPlain(text: string): boolean {
  return /^[\w@./][\w@./ -]{0,199}$/.test(text)
}

function nextOf(
  verdict: RunSummary['verdict'],
  suite: SuiteReport | undefined,
  open: Comparison | undefined,
): string {
  if (verdict === 'passed') return nextTexts.nothing()
  if (verdict === 'interrupted') return nextTexts.again()
  if (verdict === 'inconclusive') return nextTexts.moreBlocks(open?.blocks_needed)
  if (verdict === 'invalid' || suite === undefined) return nextTexts.cure()
  return suite.kind === 'code' ? nextTexts.code(largestPart(suite)?.part) : nextTexts.config()
}
