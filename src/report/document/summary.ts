/** What a run ends with on the terminal: what decides, what moved, validity, the gate, where the reports are. */
import { present } from '../../optional.ts'
import type { Comparison, Report, SuiteReport, SweepReport } from '../../schema/generated.ts'
import { count, pair } from '../../text/index.ts'
import { embeddedNote, headline } from '../headline.ts'
import { attributionSentence } from './attribution.ts'
import { validity } from './arms.ts'
import {
  changed,
  heading,
  joined,
  measured,
  prose,
  remark,
  say,
  section,
  strong,
  table,
  trusted,
} from './blocks.ts'
import type { Block, Inline, Tone } from './blocks.ts'
import { changePart, hasMoved, label, needed, pairings, type Pairing } from './comparisons.ts'
import { concurrencyLines } from './concurrency.ts'
import { findingLine, inReadingOrder, openNotices } from './run.ts'
import { requestBlocks } from './requests.ts'
import { effectLines, rankingTable, rungLines, sweepTitle } from './sweep.ts'

/** Most names in a line about what does not decide, rows of a ranking, names that halving dropped. */
const MOST_NAMES = 6
const MOST_ROWS = 12
const MOST_DROPPED = 4

/** Most lines of a diff. */
const MOST_DIFF = 6

/** @param outputDir where the reports are; undefined where they are not */
export function summaryDocument(report: Report, outputDir: string | undefined): Block[] {
  const engine = embeddedNote(report)
  return present<Block>(
    inReadingOrder(report).flatMap(suiteSections),
    engine !== undefined && prose(strong(engine, 'warning')),
    section(
      ...openNotices(report).map((notice) => led('notice', 'warning', findingLine(report, notice))),
      ...report.gate.failures.map((failure) => led('failed', 'failed', findingLine(report, failure))),
      { kind: 'title', ...headline(report), facts: [] },
      ...(outputDir === undefined ? [] : reportsLine(outputDir)),
    ),
  )
}

function led(word: string, tone: Tone, text: Inline): Block {
  return prose(say`${strong(trusted(word), tone)} ${text}`)
}

/** Where the reports are. */
export function reportsLine(outputDir: string): Block[] {
  const files = 'report.html, report.md, report.json, trials.jsonl, agents/'
  return [prose(strong(say`Reports in ${outputDir}: ${trusted(files)}`, 'dim'))]
}

function suiteSections(suite: SuiteReport): Block[] {
  const { sweep } = suite
  const own =
    sweep === undefined
      ? pairings(suite).map((one) => pairingBlocks(suite, one))
      : [sweepBlocks(suite, sweep)]
  const common = present<Block>(
    concurrencyLines(suite).map((line) => prose(line)),
    sweep === undefined && prose(validTrials(suite)),
    suite.warnings.map(({ message }) => led('warning', 'warning', message)),
  )
  return own.map((blocks) => section(...blocks, ...common))
}

function pairingBlocks(suite: SuiteReport, { baseline, candidate, comparisons }: Pairing): Block[] {
  const gated = comparisons.filter(({ gated: decides, metric }) => decides && metric !== 'valid_rate')
  const title = say`${strong(suite.name)} · ${candidate} vs ${baseline}  ${strong(suite.file, 'dim')}`
  const minor = { head: '', minor: true } as const
  const heads = [{ head: '' }, { head: '', right: true as const }, { head: '' }, { head: '' }, minor, minor]
  return present<Block>(
    heading(2, title),
    table(title, heads, gated.map(cells)),
    comparisons.length === 0 && remark('nothing could be compared: no block had a valid trial of both arms'),
    alsoMoved(comparisons).map((line) => prose(strong(line, 'warning'))),
    suite.attribution && prose(attributionSentence(suite.attribution)),
    requestBlocks(suite, MOST_DIFF),
  )
}

function cells(comparison: Comparison): Inline[] {
  const { unit, blocks, baseline_value: before, candidate_value: after } = comparison
  return [
    label(comparison),
    trusted(pair(before, after, unit)),
    changePart(comparison),
    { kind: 'verdict', word: comparison.verdict, gated: true },
    trusted(count(blocks, 'block')),
    trusted(needed(comparison) ?? ''),
  ]
}

function sweepBlocks(suite: SuiteReport, sweep: SweepReport): Block[] {
  const baseline = suite.arms.find((arm) => arm.role === 'baseline')
  const value = measured(baseline?.samples[sweep.rank_by]?.median, sweep.unit)
  const ranking = rankingTable(suite, sweep, () => [])
  const rest = ranking.rows.length - MOST_ROWS
  return present<Block>(
    heading(
      2,
      say`${strong(suite.name)} · ${sweepTitle(sweep)}; ${baseline?.name} ${value}  ${strong(suite.file, 'dim')}`,
    ),
    { ...ranking, rows: ranking.rows.slice(0, MOST_ROWS) },
    rest > 0 && remark(`and ${rest} more in report.md`),
    [...effectLines(sweep), ...rungLines(sweep, MOST_DROPPED)].map((line) => prose(line)),
  )
}

/** What moved though it does not decide, a line a verdict. */
function alsoMoved(comparisons: readonly Comparison[]): Inline[] {
  const moved = comparisons.filter((comparison) => !comparison.gated && hasMoved(comparison))
  return (['regressed', 'improved'] as const).flatMap((word) => {
    const some = moved.filter((comparison) => comparison.verdict === word)
    if (some.length === 0) return []
    const names = some
      .slice(0, MOST_NAMES)
      .map((one) => say`${label(one)} ${{ kind: 'change', change: one, short: true }}`)
    const rest = some.length > MOST_NAMES ? say`, and ${some.length - MOST_NAMES} more` : ''
    return [say`${trusted(word)}, not gated: ${joined(names, ', ')}${rest}`]
  })
}

/** Counts of every arm, led by what was found of them: a table with points in it would be too wide for many terminals. */
function validTrials(suite: SuiteReport): Inline {
  const parts = suite.arms.map((arm) => {
    const { trials, valid, reasons } = validity(arm)
    return `${arm.name} ${valid} of ${trials}${reasons === '' ? '' : ` (${reasons})`}`
  })
  const found = suite.comparisons.find(({ metric, gated }) => metric === 'valid_rate' && gated)
  const rate =
    found === undefined
      ? 'valid trials'
      : say`valid_rate ${changed(found)} ${{ kind: 'verdict', word: found.verdict, gated: true }}`
  return say`${rate}: ${joined(parts, ', ')}`
}
