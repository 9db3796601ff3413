/** The summary a run ends with on the terminal: what decides, what moved, validity, the gate, where the reports are. */
import { styleText } from 'node:util'
import type { Comparison, Report, SuiteReport, SweepReport } from '../schema/generated.ts'
import { concurrencyLines } from './concurrency.ts'
import { change, count, direction, label, percent, quantity, verdict } from './format.ts'
import { embeddedNote, headline } from './headline.ts'
import { align } from './terminal-table.ts'
import { oneLine } from './visible.ts'
import { hasMoved, pairings, validity } from './pairings.ts'
import { sweepLines, sweepTitle } from './sweep.ts'

/** How to write it. */
export interface TerminalOptions {
  /** Whether to use colour; the caller knows the stream and NO_COLOR. */
  color: boolean
  /** The folder of the reports, as it is to be shown. */
  outputDir: string
}

/** Most names in a line about what does not decide. */
const mostNames = 6

type Paint = (format: Parameters<typeof styleText>[0], text: string) => string

/** Several lines without a trailing line break. Names and messages cannot move the cursor or change colours. */
export function terminalSummary(report: Report, { color, outputDir }: TerminalOptions): string {
  const paint: Paint = (format, text) => (color ? styleText(format, text, { validateStream: false }) : text)
  const engine = embeddedNote(report)
  return [
    ...report.suites.flatMap((suite) => suiteLines(suite, paint)),
    ...(engine === undefined ? [] : [paint('yellow', oneLine(engine)), '']),
    ...report.gate.notices.map((notice) => `${paint('yellow', 'notice')} ${oneLine(notice)}`),
    ...report.gate.failures.map(({ suite, message }) => {
      const text = message.startsWith(suite) ? message : `${suite}: ${message}`
      return `${paint('red', 'failed')} ${oneLine(text)}`
    }),
    gateLine(report, paint),
    paint(
      'dim',
      `Reports in ${oneLine(outputDir)}: report.html, report.md, report.json, trials.jsonl, agents/`,
    ),
  ].join('\n')
}

function gateLine(report: Report, paint: Paint): string {
  const { mayMerge, title, reason } = headline(report)
  return `${paint([mayMerge ? 'green' : 'red', 'bold'], `${title}.`)} ${oneLine(reason)}`
}

function suiteLines(suite: SuiteReport, paint: Paint): string[] {
  if (suite.sweep !== undefined) return sweepPart(suite, suite.sweep, paint)
  return pairings(suite).flatMap(({ baseline, candidate, comparisons }) => {
    const title = `${paint('bold', oneLine(suite.name))} · ${oneLine(candidate)} vs ${oneLine(baseline)}  ${paint('dim', oneLine(suite.file))}`
    const gated = comparisons.filter((comparison) => comparison.gated)
    const rows = align(gated.map(cells), ['left', 'right', 'right', 'left', 'left', 'left'])
    return [
      title,
      ...rows.map((row, i) => `  ${paintVerdict(row, gated[i]!, paint)}`),
      ...(comparisons.length === 0
        ? ['  nothing could be compared: no block had a valid trial of both arms']
        : []),
      ...concurrencyLines(suite).map((line) => `  ${line}`),
      ...alsoMoved(comparisons).map((line) => `  ${paint('yellow', line)}`),
      `  ${paint('dim', valid(suite))}`,
      ...suite.warnings.map(({ message }) => `  ${paint('yellow', 'warning')} ${oneLine(message)}`),
      '',
    ]
  })
}

function sweepPart(suite: SuiteReport, sweep: SweepReport, paint: Paint): string[] {
  const baseline = suite.arms.find((arm) => arm.role === 'baseline')
  const value = baseline?.samples[sweep.rank_by]?.median
  return [
    `${paint('bold', oneLine(suite.name))} · ${sweepTitle(sweep)}; ${oneLine(baseline?.name ?? '')} ${quantity(value, sweep.unit)}  ${paint('dim', oneLine(suite.file))}`,
    ...[...sweepLines(sweep), ...concurrencyLines(suite)].map((line) => `  ${line}`),
    ...suite.warnings.map(({ message }) => `  ${paint('yellow', 'warning')} ${oneLine(message)}`),
    '',
  ]
}

/** What moved though it does not decide, a line a verdict. */
function alsoMoved(comparisons: readonly Comparison[]): string[] {
  const moved = comparisons.filter((comparison) => !comparison.gated && hasMoved(comparison))
  return (['regressed', 'improved'] as const).flatMap((word) => {
    const some = moved.filter((comparison) => comparison.verdict === word)
    const names = some.slice(0, mostNames).map((one) => `${oneLine(label(one))} ${percent(one.ratio ?? 1)} %`)
    const rest = some.length > mostNames ? `, and ${some.length - mostNames} more` : ''
    return some.length === 0 ? [] : [`${word}, not gated: ${names.join(', ')}${rest}`]
  })
}

function cells(comparison: Comparison): string[] {
  const { unit, blocks, baseline_value: before, candidate_value: after } = comparison
  const like = Math.max(before ?? 0, after ?? 0)
  return [
    oneLine(label(comparison)),
    quantity(before, unit, like),
    quantity(after, unit, like),
    `${change(comparison)} ${direction(comparison)}`.trim(),
    verdict(comparison),
    count(blocks, 'block'),
  ]
}

const colors = { regressed: 'red', improved: 'green', unchanged: 'dim', inconclusive: 'yellow' } as const

function paintVerdict(row: string, comparison: Comparison, paint: Paint): string {
  const word = verdict(comparison)
  const at = row.lastIndexOf(word)
  return row.slice(0, at) + paint(colors[comparison.verdict], word) + row.slice(at + word.length)
}

function valid(suite: SuiteReport): string {
  const parts = suite.arms.map((arm) => {
    const { trials, valid: n, reasons } = validity(arm)
    const why =
      reasons.length === 0
        ? ''
        : ` (${reasons.map(([reason, times]) => `${oneLine(reason)} ${times}`).join(', ')})`
    return `${oneLine(arm.name)} ${n} of ${trials}${why}`
  })
  return `valid trials: ${parts.join(', ')}`
}
