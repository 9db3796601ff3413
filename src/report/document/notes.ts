/** Warnings are data that travel with the results; a report shows each kind once, as a numbered note, and marks where it applies. */
import type { MetricName } from '../../metrics.ts'
import { present } from '../../optional.ts'
import type { ArmReport, Report, SuiteReport } from '../../schema/generated.ts'
import { capitalized, count, share } from '../../text/index.ts'
import { code, heading, joined, list, only, remark, say, section, trusted } from './blocks.ts'
import type { Block, Format, Inline } from './blocks.ts'
import { CONCURRENCY_MEANING } from './concurrency.ts'

/** One kind of warning, however many suites raised it. */
export interface Note {
  number: number
  code: string
  /** Each text once, with where it was raised: the suite, then the arm and the metric where known. */
  messages: { message: string; where: string[][] }[]
}

/** All notes of a report, and the numbers that belong to a place in it. */
export interface Notes {
  all: readonly Note[]
  /** Numbers for a metric's row, an arm's row, or (neither given) what concerns the suite as a whole. */
  at(suite: SuiteReport, place?: { metric?: string; arm?: string }): number[]
}

/** Numbers the warnings of a report in the order of its suites. */
export function collectNotes({ suites }: Pick<Report, 'suites'>): Notes {
  const notes = new Map<string, Note>()
  for (const suite of suites)
    for (const { code, message, arm, metric } of suite.warnings) {
      const note = notes.get(code) ?? { number: notes.size + 1, code, messages: [] }
      notes.set(code, note)
      const told = note.messages.find((one) => one.message === message) ?? { message, where: [] }
      if (told.where.length === 0) note.messages.push(told)
      const where = [suite.name, arm, metric].filter((name) => name !== undefined)
      if (!told.where.some((known) => known.join('\n') === where.join('\n'))) told.where.push(where)
    }
  const at: Notes['at'] = (suite, place = {}) => {
    const here = suite.warnings.filter((warning) => {
      const target = anchor(suite, warning)
      return target.metric === place.metric && target.arm === place.arm
    })
    const numbers = here.flatMap(({ code }) => notes.get(code)?.number ?? [])
    return [...new Set(numbers)].toSorted((a, b) => a - b)
  }
  return { all: [...notes.values()], at }
}

// A warning about a metric that has no row, or an arm that is not listed, still has to show: it goes to the suite.
function anchor(
  suite: SuiteReport,
  { metric, arm }: { metric?: string; arm?: string },
): { metric?: string; arm?: string } {
  if (metric !== undefined && suite.comparisons.some((comparison) => comparison.metric === metric))
    return { metric }
  if (arm !== undefined && suite.arms.some(({ name }) => name === arm)) return { arm }
  return {}
}

/** Each kind with its first text where space is short, as marks show the other places; on the page with every text. */
export function noteBlocks({ all }: Notes): Block[] {
  if (all.length === 0) return []
  const numbered = (item: (note: Note) => Inline): Block[] => list(all.map(item), { numbered: 'note' })
  return [
    section(
      heading(2, trusted('Notes')),
      ...only('markdown', ...numbered(firstText)),
      ...only(
        'html',
        ...numbered(({ code: name, messages }) => say`${code(name)} ${joined(messages.map(textOf), ' ')}`),
      ),
    ),
  ]
}

function firstText({ code: name, messages: [first, ...others] }: Note): Inline {
  const [place, ...same] = first?.where ?? []
  const more = same.length + others.reduce((sum, { where }) => sum + where.length, 0)
  const where = say`${joined(place ?? [], ' · ')}${more > 0 ? trusted(`; also at ${count(more, 'other place')}`) : ''}`
  return say`${code(name)} ${first?.message} (${where})`
}

function textOf({ message, where }: Note['messages'][number]): Inline {
  return say`${message} (${placesOf(where)})`
}

function placesOf(where: readonly string[][]): Inline {
  return joined(
    where.map((path) => joined(path, ' · ')),
    '; ',
  )
}

/** `Serialized: the agents take as long as one after the other.` for each verdict that an arm has. */
function concurrencyMeanings(arms: readonly ArmReport[]): string {
  const verdicts = arms.flatMap(({ concurrency }) => concurrency?.verdict ?? [])
  const said = [...new Set(verdicts)].map((verdict) => `${verdict}: ${CONCURRENCY_MEANING[verdict]}`)
  return `${said.map(capitalized).join('. ')}.`
}

/** How to read what a document shows: each explanation once, and only of what is there. */
export function legendBlocks(suites: readonly SuiteReport[]): Block[] {
  const left =
    'Metrics that are not gated are listed where a change is detected, arms where they differ or have invalid trials; report.html lists all, with intervals.'
  const [brief, whole] = [legend(suites, 'markdown'), legend(suites, 'html')]
  if (whole.length === 0) return []
  return [
    section(
      heading(2, trusted('How to read this')),
      ...only('markdown', ...list(brief), remark(left)),
      ...only('html', ...list(whole)),
    ),
  ]
}

function legend(suites: readonly SuiteReport[], format: Format): Inline[] {
  const comparisons = suites.flatMap((suite) => suite.comparisons)
  const arms = suites.flatMap((suite) => suite.arms)
  const isInPoints = (name: MetricName): boolean =>
    comparisons.some(({ metric, difference }) => metric === name && difference !== undefined)
  const items = present(
    comparisons.length > 0 &&
      'Bold metrics are gated; the others have a verdict only where they moved. Values are medians. A change is the Hodges-Lehmann estimate over the blocks, with its repeated confidence interval in brackets; `~` where that includes no change.',
    comparisons.some(({ ratio }) => ratio !== undefined) &&
      'A threshold of 5 % is a factor of 1.05 in either direction: +5.0 % or −4.8 %.',
    isInPoints('stall_share') && 'stall_share is a difference in percentage points over the blocks.',
    isInPoints('valid_rate') &&
      'valid_rate is a difference in percentage points over all trials that count; its interval shows which differences are not ruled out.',
    comparisons.some(({ stage }) => stage !== null) &&
      'By stage, each cell is a change: ✗ regressed, ✓ improved.',
    suites.some(({ attribution }) => attribution !== undefined) &&
      'The change of trial_duration is split over stages and parts that add up to it; changes are means over the blocks, in ms, and the intervals of all parts hold jointly. Other time in calls is what the server does not report, such as network and queue. Own code is the time in which no call ran.',
    suites.flatMap(({ sweep }) => (sweep === undefined ? [] : rankingLegend(sweep))),
    arms.some(({ concurrency }) => concurrency !== undefined) &&
      `Speedup is the sum of the solo wall times over the concurrent one, from the same blocks; ${format === 'html' ? 'efficiency is speedup per agent; ' : ''}slowdown is the concurrent wall time of an agent over its solo one. Load balance, the sum of the concurrent wall times over the longest, shows how evenly the work is spread, not a gain. ${concurrencyMeanings(arms)}`,
    arms.some(({ invalid }) => Object.keys(invalid).length > 0) &&
      'Invalid trials are counted and shown; their whole block is excluded from all other figures.',
    suites.some(({ seed }) => seed !== undefined) &&
      'CHIMERA_SEED with the seed of a suite repeats its order and its sampling.',
  )
  return [...new Set(items)].map(trusted)
}

function rankingLegend({ threshold, alpha, ranking }: NonNullable<SuiteReport['sweep']>): string {
  return `Candidates that share a rank (=) show no detectable difference from the first of it, paired by block. Against the leader: behind is detectably worse, equal has its whole interval within ±${share(threshold)}, open is undecided. The intervals of a column hold jointly at ${share(alpha)} one-sided error across ${count(ranking.filter(({ same_as }) => same_as === undefined).length, 'candidate')}. Sweeps do not fail the build.`
}
