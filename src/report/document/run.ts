/**
 * The document of a run: may this merge, why, one line a suite with failures first; then the evidence, a section a suite.
 * report.md and report.html are this document in two formats.
 */
import { gateTexts } from '../../judge/messages.ts'
import type { GateFailure, Report, SuiteReport, Trial } from '../../schema/generated.ts'
import { count, span } from '../../text/index.ts'
import { embeddedNote, headline } from '../headline.ts'
import { Configs, validity } from './arms.ts'
import { attributionSentence } from './attribution.ts'
import {
  changed,
  code,
  columns,
  heading,
  joined,
  partsOf,
  prose,
  say,
  strong,
  table,
  trusted,
} from './blocks.ts'
import type { Block, Format, Inline } from './blocks.ts'
import { comparisonTable, label, pairings, type Pairing } from './comparisons.ts'
import { armPaths } from './file-names.ts'
import { gpuText } from './gpus.ts'
import { collectNotes, legendBlocks, type Note, type Notes } from './notes.ts'
import { requestBlocks } from './requests.ts'
import { suiteBlocks, trialsOf, type Extras } from './suite.ts'
import { bestOf, sweepTitle } from './sweep.ts'

/** Characters of model output on the page, shared by all arms, so that the file stays small enough to open. */
const outputBudget = 1_500_000

export function runDocument(report: Report, trials: readonly Trial[], extras?: Extras): Block[] {
  const suites = inReadingOrder(report)
  const notes = collectNotes({ suites })
  const arms = suites.flatMap((suite) => suite.arms)
  const configs = new Configs(suites)
  const pathOf = armPaths(report)
  const longestOutput = Math.max(500, Math.min(20_000, Math.floor(outputBudget / Math.max(1, arms.length))))
  return [
    ...top(report, suites, trials.length),
    ...suites.map((suite, i): Block => {
      const own = trialsOf(suite, trials)
      const extra = extras?.suite(suite, own) ?? []
      const context = { notes, trials: own, pathOf, longestOutput, extra, configs }
      return { kind: 'section', id: `suite-${i + 1}`, blocks: suiteBlocks(suite, context) }
    }),
    ...noteBlocks(notes),
    ...legendBlocks(suites),
    { kind: 'section', blocks: environment(report, configs.line(arms, configs.common)) },
  ]
}

/** Most suites of a comment whose first different request is shown, and most lines of its diff. */
const MOST_REQUESTS = 5
const MOST_DIFF = 12

/** What a pull request shows: may it merge, why, one line a suite, and what the model is asked that it was not before. */
export function commentDocument(report: Report, trials: readonly Trial[]): Block[] {
  const suites = inReadingOrder(report)
  const differing = suites.filter(({ requests }) => requests !== undefined)
  const rest = differing.length - MOST_REQUESTS
  return [
    ...top(report, suites, trials.length),
    ...differing
      .slice(0, MOST_REQUESTS)
      .flatMap((suite) => [prose(strong(suite.name)), ...requestBlocks(suite, MOST_DIFF)]),
    ...(rest > 0 ? [prose(say`Requests of ${rest} more suites differ; see report.md.`)] : []),
  ]
}

/** The gate in one word, what failed with its cure, one line a suite. */
function top(report: Report, suites: readonly SuiteReport[], trials: number): Block[] {
  const { git } = report.environment
  const engine = embeddedNote(report)
  const notices = openNotices(report)
  return [
    {
      kind: 'title',
      ...headline(report),
      facts: [
        report.started_at.slice(0, 16).replace('T', ' ') + ' UTC',
        span(Date.parse(report.finished_at) - Date.parse(report.started_at)),
        count(report.suites.length, 'suite'),
        ...(trials > 0 ? [count(trials, 'trial')] : []),
        ...(git === undefined
          ? []
          : [`${git.sha.slice(0, 9)}${git.branch === undefined ? '' : ` on ${git.branch}`}`]),
      ],
    },
    ...list('Failed', 'failures', report.gate.failures.map(failureLine)),
    ...list('Notices', 'notices', notices),
    ...(engine === undefined ? [] : [prose(engine, 'engine')]),
    {
      kind: 'only',
      format: 'markdown',
      blocks: list(
        'Suites',
        undefined,
        suites.flatMap((suite) => suiteLines(report, suite)),
      ),
    },
    { kind: 'only', format: 'html', blocks: overview(suites) },
  ]
}

/** With several suites, what decides the gate in one table; what gates nothing has no row. */
function overview(suites: readonly SuiteReport[]): Block[] {
  const groups = suites.flatMap((suite, i) =>
    pairings(suite).map(({ baseline, candidate, comparisons }) => ({
      title: say`${{ kind: 'link', href: `#suite-${i + 1}`, text: say`${suite.name} · ${candidate}` }} against ${baseline}`,
      comparisons: comparisons.filter((comparison) => comparison.gated),
    })),
  )
  const deciding = groups.filter(({ comparisons }) => comparisons.length > 0)
  if (suites.length < 2 || deciding.length === 0) return []
  const blocks = [
    heading(2, trusted('What decides the gate')),
    comparisonTable(trusted('Gated comparisons of every suite'), deciding),
  ]
  return [{ kind: 'section', blocks }]
}

/** Those that failed, then those that are open, then the others; each in the order of the report. */
export function inReadingOrder(report: Report): SuiteReport[] {
  return report.suites.toSorted((a, b) => standing(report, a) - standing(report, b))
}

/** 0 failed, 1 undecided, 2 passed. */
function standing({ gate }: Report, { name, arms, comparisons }: SuiteReport): 0 | 1 | 2 {
  const verdicts = new Set(comparisons.filter((one) => one.gated).map(({ verdict }) => verdict))
  const invalid = gate.failures.some(
    (failure) =>
      failure.suite === name &&
      failure.metric === undefined &&
      (failure.arm === undefined || arms.some((arm) => arm.name === failure.arm)),
  )
  if (invalid || verdicts.has('regressed')) return 0
  return verdicts.has('inconclusive') ? 1 : 2
}

/** `❌ report-agent · chimera vs baseline: output_throughput −12.1 % [−12.8, −11.2] regressed · valid 17/18 vs 18/18` */
function suiteLines(report: Report, suite: SuiteReport): Inline[] {
  const mark = trusted(['❌ ', '⚠️ ', '✅ '][standing(report, suite)] ?? '')
  if (suite.kind === 'sweep')
    return [say`${mark}${strong(suite.name)} · ${sweepTitle(suite.sweep)}: ${bestOf(suite.sweep)}`]
  return pairings(suite).map((pairing) => {
    const gated = pairing.comparisons.filter(
      ({ gated: decides, metric }) => decides && metric !== 'valid_rate',
    )
    const found = gated.map((one) => say`${label(one)} ${changed(one)} ${trusted(one.verdict)}`)
    const decisive = found.length === 0 ? [trusted('no gated metric was compared')] : found
    const why = suite.attribution === undefined ? [] : [attributionSentence(suite.attribution)]
    return say`${mark}${strong(suite.name)} · ${pairing.candidate} vs ${pairing.baseline}: ${joined([...decisive, validRates(suite, pairing), ...why], ' · ')}`
  })
}

/** Speed means nothing without validity, so the two stand side by side. */
function validRates({ arms }: SuiteReport, { baseline, candidate, comparisons }: Pairing): Inline {
  const counts = [candidate, baseline].map((name) => {
    const arm = arms.find((one) => one.name === name)
    return arm === undefined ? '–' : `${validity(arm).valid}/${validity(arm).trials}`
  })
  const compared = comparisons.find(({ metric }) => metric === 'valid_rate')
  const word = compared === undefined || compared.verdict === 'unchanged' ? '' : ` ${compared.verdict}`
  return trusted(`valid ${counts.join(' vs ')}${word}`)
}

/** Led by its suite, unless it names that itself. */
export function failureLine({ suite, message }: GateFailure): Inline {
  return message.startsWith(suite) ? message : say`${strong(suite)}: ${message}`
}

/** Notices, without those that only repeat a comparison which has its line. */
export function openNotices({ gate, suites }: Report): string[] {
  const repeated = new Set(
    suites.flatMap(({ name, comparisons }) => comparisons.map((one) => gateTexts.verdict(name, one))),
  )
  return gate.notices.filter((notice) => !repeated.has(notice))
}

/** Each kind with its first text where space is short; on the page with every text. */
function noteBlocks({ all }: Notes): Block[] {
  if (all.length === 0) return []
  const list = (format: Format, item: (note: Note) => Inline): Block => ({
    kind: 'only',
    format,
    blocks: [{ kind: 'list', items: all.map(item), numbered: 'note' }],
  })
  const places = (where: readonly string[][]): Inline =>
    joined(
      where.map((path) => joined(path, ' · ')),
      '; ',
    )
  const text = ({ message, where }: Note['messages'][number]): Inline => say`${message} (${places(where)})`
  const first = ({ code: name, messages: [one, ...others] }: Note): Inline => {
    const more = [
      ...new Map(others.flatMap(({ where }) => where).map((path) => [path.join('\n'), path])).values(),
    ]
    return say`${code(name)} ${one && text(one)}${more.length > 0 ? say` Likewise: ${places(more)}.` : ''}`
  }
  const every = ({ code: name, messages }: Note): Inline =>
    say`${code(name)} ${joined(messages.map(text), ' ')}`
  return [
    {
      kind: 'section',
      blocks: [heading(2, trusted('Notes')), list('markdown', first), list('html', every)],
    },
  ]
}

function environment(
  { tool, environment: env, started_at, finished_at, status }: Report,
  arms: Inline,
): Block[] {
  const { git, harness_overhead_ms: overhead } = env
  const took = Date.parse(finished_at) - Date.parse(started_at)
  const branch = git?.branch === undefined ? '' : say` on ${code(git.branch)}`
  const rows: [string, Inline][] = [
    ['tool', `${tool.name} ${tool.version}`],
    ['run', `${started_at}, ${span(took)}, ${status}`],
    [
      'commit',
      git === undefined
        ? trusted('–')
        : say`${code(git.sha.slice(0, 12))}${branch}${trusted(git.dirty ? ', with uncommitted changes' : '')}`,
    ],
    ['runtime', `Node ${env.node}, Vitest ${env.vitest}${env.ci ? ', CI' : ''}`],
    ['machine', `${env.os}; ${env.cpu}${gpuText(env)}`],
    ...(partsOf(arms).length === 0 ? [] : [['every arm', arms] satisfies [string, Inline]]),
    [
      'harness overhead',
      trusted(
        overhead === undefined ? '–' : `${overhead.toFixed(2)} ms between a chunk's arrival and its stamp`,
      ),
    ],
  ]
  return [
    heading(2, trusted('Environment')),
    table(
      trusted('Environment'),
      columns('', ''),
      rows.map(([name, value]) => [trusted(name), value]),
    ),
  ]
}

function list(title: string, tone: 'failures' | 'notices' | undefined, items: Inline[]): Block[] {
  return items.length === 0 ? [] : [{ kind: 'list', title, items, ...(tone !== undefined && { tone }) }]
}
