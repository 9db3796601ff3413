/** One suite's section of report.md: its comparisons, stages, trials, configs. */
import type { ArmReport, Comparison, SuiteReport, Trial } from '../schema/generated.ts'
import { concurrencyMarkdown } from './concurrency.ts'
import { configRows, type Row } from './config.ts'
import { code, toMd, type Md } from './escape.ts'
import { absent, change, count, direction, quantity, threshold, verdict } from './format.ts'
import { legacyMarkdown } from './legacy-sections.ts'
import { own, table } from './markdown-table.ts'
import type { Notes } from './notes.ts'
import { brief } from './output.ts'
import { pairings, stagesTitle, validity } from './pairings.ts'
import { sweepMarkdown } from './sweep.ts'

/** The blocks of Markdown of one suite. */
export function suiteSection(suite: SuiteReport, trials: readonly Trial[], notes: Notes): string[] {
  const marks = mark(notes.at(suite))
  return [
    toMd`## ${suite.name}${marks}`.text,
    toMd`${code(suite.file)} · ${schedule(suite)}`.text,
    ...(suite.sweep === undefined ? [] : sweepMarkdown(suite.sweep, (arm) => mark(notes.at(suite, { arm })))),
    ...pairings(suite).flatMap(({ baseline, candidate, comparisons }) => {
      const title = toMd`${candidate} against ${baseline}`
      const tables = comparisonTables(suite, comparisons, notes)
      return suite.sweep === undefined
        ? [`### ${title.text}`, ...tables]
        : [folded(title.text, tables.join('\n\n'))]
    }),
    ...concurrencyMarkdown(suite),
    ...legacyMarkdown(suite, trials),
    '### Trials',
    table(
      ['arm', '>trials', '>valid', '>valid rate', 'invalid, by reason'],
      suite.arms.map((arm) => trialRow(suite, arm, notes)),
    ),
    firstMessages(suite, trials),
    '### Configs',
    table(['arm', 'model', 'server', 'requested', 'effective'], suite.arms.map(configRow)),
  ]
}

function schedule({ blocks: limits, requeued = 0, confirmed, seed }: SuiteReport): Md {
  const confirmation = confirmed === true ? ' · what regressed was run again on fresh blocks' : ''
  const again = requeued > 0 ? ` · ${count(requeued, 'block')} re-queued` : ''
  const blocks = `${limits.min === limits.max ? '' : `${limits.min} to `}${count(limits.max, 'block')}`
  const origin = seed === undefined ? 'imported' : `\`CHIMERA_SEED=${seed}\` repeats it`
  return own(`${blocks}${again}${confirmation} · ${origin}`)
}

function comparisonTables(suite: SuiteReport, comparisons: readonly Comparison[], notes: Notes): string[] {
  if (comparisons.length === 0) return ['Nothing could be compared: no block had a valid trial of both arms.']
  const whole = comparisons.filter((comparison) => comparison.stage === null)
  const staged = comparisons.filter((comparison) => comparison.stage !== null)
  const headings = ['metric', '>baseline', '>candidate', 'change', '>threshold', 'verdict', '>blocks']
  const row = (comparison: Comparison): Md[] => comparisonRow(suite, comparison, notes)
  return [
    table(headings, whole.map(row)),
    'Bold metrics are gated. Values are medians; the change is the Hodges-Lehmann estimate over the blocks with its repeated confidence interval, `~` where that includes no change; valid_rate is a difference in percentage points over all trials, with a confidence interval.',
    ...(staged.length === 0
      ? []
      : [
          folded(
            stagesTitle(staged),
            table(
              ['stage', ...headings],
              staged.map((one) => [toMd`${one.stage ?? ''}`, ...row(one)]),
            ),
          ),
        ]),
  ]
}

function folded(title: string, content: string): string {
  return `<details><summary>${title}</summary>\n\n${content}\n\n</details>`
}

function comparisonRow(suite: SuiteReport, comparison: Comparison, notes: Notes): Md[] {
  const { metric, unit, blocks, gated, baseline_value: before, candidate_value: after } = comparison
  const name = toMd`${metric}`
  const like = Math.max(before ?? 0, after ?? 0)
  return [
    toMd`${gated ? own(`**${name.text}**`) : name}${mark(notes.at(suite, { metric }))}`,
    toMd`${own(quantity(before, unit, like))}`,
    toMd`${own(quantity(after, unit, like))}`,
    own(`${change(comparison)} ${direction(comparison)}`.trim()),
    own(threshold(comparison)),
    own(comparison.verdict === 'regressed' ? `**${verdict(comparison)}**` : verdict(comparison)),
    own(String(blocks)),
  ]
}

function trialRow(suite: SuiteReport, arm: ArmReport, notes: Notes): Md[] {
  const { trials, valid, reasons } = validity(arm)
  return [
    toMd`${arm.name} (${arm.role})${mark(notes.at(suite, { arm: arm.name }))}`,
    own(String(trials)),
    own(String(valid)),
    own(trials === 0 ? absent : quantity(valid / trials, 'fraction')),
    reasons.length === 0
      ? own('none')
      : toMd`${reasons.map(([reason, n], i) => `${i > 0 ? ', ' : ''}${reason} ${n}`)}`,
  ]
}

/** The first message of every kind of invalid trial: it names the cure. */
function firstMessages(suite: SuiteReport, trials: readonly Trial[]): string {
  const invalid = trials.filter(
    (trial) => trial.suite === suite.name && trial.file === suite.file && !trial.valid,
  )
  const kinds = new Map(
    invalid.toReversed().map((trial) => [JSON.stringify([trial.arm, trial.invalid_reason]), trial]),
  )
  return [...kinds.values()]
    .toReversed()
    .map(
      (trial) => `- ${toMd`${trial.arm}, ${trial.invalid_reason}: ${brief(trial.message ?? absent)}`.text}`,
    )
    .join('\n')
}

function configRow(arm: ArmReport): Md[] {
  const { requested, effective } = configRows(arm)
  const { kind, version } = arm.server
  return [
    toMd`${arm.name}`,
    toMd`${code(arm.model)}`,
    toMd`${kind}${version === undefined ? '' : ` ${version}`} at ${code(arm.host)}`,
    requested.length === 0 ? own('defaults') : settings(requested),
    effective.length === 0 ? own(absent) : settings(effective),
  ]
}

function settings(rows: readonly Row[]): Md {
  return toMd`${rows.map(([name, value], i) => toMd`${i > 0 ? ', ' : ''}${name} ${value}`)}`
}

function mark(numbers: readonly number[]): Md {
  const digits = '⁰¹²³⁴⁵⁶⁷⁸⁹'
  const text = numbers.map((n) => String(n).replace(/\d/g, (digit) => digits[Number(digit)]!)).join('˒')
  return own(text === '' ? '' : ` ${text}`)
}
