/** One suite's section: comparisons, stages, trials in run order, arms, what the agents returned. */
import { present } from '../../optional.ts'
import type { ArmReport, Comparison, SuiteReport, Trial } from '../../schema/generated.ts'
import { count, includesNone, treesText } from '../../text/index.ts'
import { attributionBlocks, explanations } from './attribution.ts'
import { auditBlocks } from './environment.ts'
import { armBlocks, type Configs } from './arms.ts'
import { changed, code, detail, fold, heading, joined, only, prose, remark, say, trusted } from './blocks.ts'
import type { Block, Inline } from './blocks.ts'
import {
  comparisonTable,
  hasMoved,
  isStill,
  matrix,
  metricsOf,
  movedPart,
  pairings,
  repeats,
} from './comparisons.ts'
import type { Pairing } from './comparisons.ts'
import { concurrencyBlocks } from './concurrency.ts'
import type { Notes } from './notes.ts'
import { lastOutput } from './output.ts'
import { funnels, trialPictures } from './pictures.ts'
import { requestBlocks } from './requests.ts'
import { sweepBlocks } from './sweep.ts'
import { trialName } from './trials.ts'

/** What a section needs beside its suite. */
export interface SuiteContext {
  notes: Notes
  /** Those of the suite. */
  trials: readonly Trial[]
  /** Path of an arm's page, relative to the report. */
  pathOf: (suite: string, arm: string) => string
  /** Longest output shown, in characters. */
  longestOutput: number
  configs: Configs
  /** Blocks that a satellite adds. */
  extra: Block[]
}

/** What a satellite adds to the documents of a report that it made. */
export interface Extras {
  /** To a suite's section. */
  suite: (suite: SuiteReport, trials: readonly Trial[]) => Block[]
  /** To a suite's part of an arm's page. */
  arm: (suite: SuiteReport, arm: ArmReport, trials: readonly Trial[]) => Block[]
}

export function suiteBlocks(suite: SuiteReport, context: SuiteContext): Block[] {
  const { notes, trials, extra, configs } = context
  const { sweep } = suite
  const pairs = sweep === undefined ? pairings(suite) : []
  const [single, ...more] = pairs
  const title = single === undefined || more.length > 0 ? suite.name : say`${suite.name} · ${titleOf(single)}`
  return [
    heading(2, [title, { kind: 'notes', numbers: notes.at(suite) }]),
    prose(joined([code(suite.file), ...schedule(suite).map(trusted)], ' · '), 'facts'),
    ...treeBlocks(suite),
    ...auditBlocks(suite.name, suite.audit),
    ...(sweep === undefined
      ? pairs.flatMap((pairing) => pairingBlocks(suite, pairing, notes, more.length > 0))
      : sweepBlocks(suite, sweep, notes)),
    ...concurrencyBlocks(suite),
    ...extra,
    ...trialPictures(suite, trials),
    ...armBlocks(suite, trials, notes, configs),
    ...suite.arms.flatMap((arm) => outputFold(suite, arm, context)),
  ]
}

/** Of a code comparison: which commits, and what of the code differs between them. */
function treeBlocks({ arms, trees }: SuiteReport): Block[] {
  const [base, head] = (['baseline', 'candidate'] as const).map((role) =>
    arms.find((arm) => arm.role === role),
  )
  if (trees === undefined || base?.code === undefined || head?.code === undefined) return []
  const { modules, changed: paths, is_new: isNew } = trees
  const text = treesText({ base: base.code, head: head.code }, { modules, changed: paths, isNew })
  const shown = paths.slice(0, MOST_PATHS).map(code)
  const more = paths.length > MOST_PATHS ? `, and ${paths.length - MOST_PATHS} more` : ''
  const which = paths.length > 0 ? say` (${joined(shown, ', ')}${more})` : ''
  return [prose(say`Config ${code(head.config ?? '')}: ${text}${which}.`)]
}

/** Paths of changed modules in a sentence. */
const MOST_PATHS = 8

function schedule({ blocks, requeued = 0, confirmed, seed }: SuiteReport): string[] {
  return present(
    `${blocks.min === blocks.max ? '' : `${blocks.min} to `}${count(blocks.max, 'block')}`,
    requeued > 0 && `${count(requeued, 'block')} re-queued`,
    confirmed === true && 'what regressed was run again on fresh blocks',
    seed === undefined ? 'imported' : `seed ${seed}`,
  )
}

function titleOf({ baseline, candidate }: Pairing): Inline {
  return say`${candidate} against ${baseline}`
}

/** One of several pairings of a suite has its own heading; a single one is named in the suite's. */
function pairingBlocks(suite: SuiteReport, pairing: Pairing, notes: Notes, isOneOfSeveral: boolean): Block[] {
  const { comparisons } = pairing
  const title = titleOf(pairing)
  const head = isOneOfSeveral ? [heading(3, title)] : []
  const level = isOneOfSeveral ? 4 : 3
  if (comparisons.length === 0)
    return [...head, remark('Nothing could be compared: no block had a valid trial of both arms.')]
  const whole = comparisons.filter(({ stage }) => stage === null)
  const { telling = [], quiet = [] } = Object.groupBy(whole, (one) =>
    one.gated || hasMoved(one) ? 'telling' : 'quiet',
  )
  const tableOf = (some: readonly Comparison[]): Block =>
    comparisonTable(title, [{ comparisons: some, marks: (metric) => notes.at(suite, { metric }) }])
  const { rows = [], again = [] } = Object.groupBy(telling, (one) =>
    repeats(one, telling) ? 'again' : 'rows',
  )
  const small = [...again, ...quiet.filter((one) => !includesNone(one))].map(
    (one) => say`${one.metric} ${changed(one)}`,
  )
  const short = present(
    rows.length > 0 && tableOf(rows),
    small.length > 0 && prose(say`Not gated, change detected: ${joined(small, '; ')}.`),
  )
  return [
    ...head,
    ...only('markdown', ...short),
    ...detail(2, [tableOf(whole)], short),
    ...explanations(whole),
    ...funnels(suite, comparisons),
    ...titled(level, 'By stage', stageBlocks(title, comparisons)),
    ...titled(level, 'Why trial_duration moved', attributionBlocks(suite)),
    ...titled(level, 'First request that differs', requestBlocks(suite)),
  ]
}

function titled(level: 3 | 4, title: string, blocks: Block[]): Block[] {
  if (blocks.length === 0) return []
  const own = heading(level, trusted(title))
  const isPageOnly = blocks.every((block) => block.kind === 'only' && block.format === 'html')
  return [...(isPageOnly ? only('html', own) : [own]), ...blocks]
}

/**
 * One matrix: where space is short of what is gated, if any of it changed, and what else moved in a line; of every metric
 * on the page, with each row on demand.
 */
function stageBlocks(title: Inline, comparisons: readonly Comparison[]): Block[] {
  const staged = comparisons.filter(({ stage }) => stage !== null)
  if (staged.length === 0) return []
  const stages = [...Map.groupBy(staged, ({ stage }) => stage ?? '')].map(([name, some]) => ({
    name,
    title: name,
    comparisons: some,
  }))
  const gated = metricsOf(comparisons.filter((one) => one.gated))
  const shown = metricsOf(staged.filter((one) => gated.has(one.metric)))
  const caption = say`${title}, changes by stage`
  const moved = staged.filter(hasMoved)
  const isTelling = staged.some((one) => shown.has(one.metric) && (one.gated || !includesNone(one)))
  const rest = moved.filter(({ metric }) => !shown.has(metric))
  const short = present<Block>(
    isTelling && matrix(caption, 'stage', stages, shown),
    rest.length > 0 && prose(say`Not gated, moved: ${joined(rest.map(movedPart), '; ')}.`),
  )
  return [
    ...only('markdown', ...short),
    ...detail(
      4,
      [
        matrix(caption, 'stage', stages, metricsOf(staged.filter((one) => !isStill(one)))),
        fold(
          trusted(`${count(staged.length, 'comparison')} by stage, ${moved.length} moved`),
          comparisonTable(say`${title}, by stage`, stages),
        ),
      ],
      short.length > 0 ? short : [remark('No change is detected in a gated metric.')],
    ),
  ]
}

function outputFold(
  suite: SuiteReport,
  { name }: ArmReport,
  { trials, pathOf, longestOutput }: SuiteContext,
): Block[] {
  const own = trials.filter((trial) => trial.arm === name)
  const last = lastOutput(own, longestOutput, (agent) => [heading(4, say`Agent ${agent}`)])
  const page: Inline = {
    kind: 'link',
    href: pathOf(suite.name, name),
    text: trusted('every call of this arm'),
  }
  if (last === undefined) return only('html', prose(say`${name}: no valid output; ${page}.`, 'legend'))
  const { trial, blocks, asked, cut } = last
  const more = cut > 0 ? say`; ${cut} more characters are in trials.jsonl` : undefined
  const whole = fold(
    say`Last valid output of ${name}, ${trusted(count(asked, 'character'))}`,
    ...blocks,
    prose(say`Trial ${trusted(trialName(trial))}${more}; ${page}.`, 'legend'),
  )
  return detail(4, [whole], [prose(say`${name}: ${page}.`, 'legend')])
}
