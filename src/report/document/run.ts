/**
 * The document of a run: may this merge, why, one line a suite with failures first; then the evidence, a section a suite.
 * report.md and report.html are this document in two formats.
 */
import { present } from '../../optional.ts'
import type { GateFinding, Report, SuiteReport, Trial } from '../../schema/generated.ts'
import { absent, count, span } from '../../text/index.ts'
import { isAbout } from '../findings.ts'
import { embeddedNote, headline } from '../headline.ts'
import { Configs, validity } from './arms.ts'
import { attributionSentence } from './attribution.ts'
import { changed, heading, joined, list, only, prose, say, section, strong, trusted } from './blocks.ts'
import type { Block, Inline } from './blocks.ts'
import { comparisonTable, label, pairings, type Pairing } from './comparisons.ts'
import { environmentSection } from './environment.ts'
import { armPaths } from './file-names.ts'
import { collectNotes, legendBlocks, noteBlocks } from './notes.ts'
import { suiteBlocks, type Extras } from './suite.ts'
import { bestOf, sweepTitle } from './sweep.ts'
import { trialsOf } from './trials.ts'

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
      const first = standing(report, suite) < 2
      return { kind: 'section', id: `suite-${i + 1}`, first, blocks: suiteBlocks(suite, context) }
    }),
    ...noteBlocks(notes),
    ...legendBlocks(suites),
    environmentSection(report, configs.line(arms, configs.common)),
  ]
}

/** The gate in one word, what failed with its cure, one line a suite; with `most`, so many of each. */
export function top(
  report: Report,
  suites: readonly SuiteReport[],
  trials: number,
  most: number = Infinity,
): Block[] {
  const { started_at: started, finished_at: finished, gate } = report
  const { git } = report.environment
  const engine = embeddedNote(report)
  const facts = present(
    `${started.slice(0, 16).replace('T', ' ')} UTC`,
    span(Date.parse(finished) - Date.parse(started)),
    count(report.suites.length, 'suite'),
    trials > 0 && count(trials, 'trial'),
    git && `${git.sha.slice(0, 9)}${git.branch === undefined ? '' : ` on ${git.branch}`}`,
  )
  const lines = suites.flatMap((suite) => suiteLines(report, suite))
  const lineOf = (finding: GateFinding): Inline => findingLine(report, finding)
  return present<Block>(
    { kind: 'title', ...headline(report), facts },
    list(atMost(gate.failures.map(lineOf), most), { title: 'Failed', tone: 'failures' }),
    list(atMost(openNotices(report).map(lineOf), most), { title: 'Notices', tone: 'notices' }),
    engine !== undefined && prose(engine, 'engine'),
    only('markdown', ...list(atMost(lines, most), { title: 'Suites' })),
    only('html', ...overview(suites)),
  )
}

/** The first items, and how many more there are. */
function atMost(items: Inline[], most: number): Inline[] {
  const rest = items.length - most
  return rest > 0 ? [...items.slice(0, most), trusted(`and ${rest} more, see report.md`)] : items
}

/** With several suites, what decides the gate in one table; what gates nothing has no row. */
function overview(suites: readonly SuiteReport[]): Block[] {
  const groups = suites.flatMap((suite, i) =>
    pairings(suite).map(({ baseline, candidate, comparisons }) => ({
      title: say`${{ kind: 'link', href: `#suite-${i + 1}`, text: say`${nameIn(suites, suite)} · ${candidate}` }} against ${baseline}`,
      comparisons: comparisons.filter((comparison) => comparison.gated),
    })),
  )
  const deciding = groups.filter(({ comparisons }) => comparisons.length > 0)
  if (suites.length < 2 || deciding.length === 0) return []
  const table = comparisonTable(trusted('Gated comparisons of every suite'), deciding)
  return [section(heading(2, trusted('What decides the gate')), table)]
}

/** Those that failed, then those that are open, then the others; each in the order of the report. */
export function inReadingOrder(report: Report): SuiteReport[] {
  return report.suites.toSorted((a, b) => standing(report, a) - standing(report, b))
}

/** 0 failed, 1 undecided, 2 passed. */
function standing({ gate }: Report, { name, file, arms, comparisons }: SuiteReport): 0 | 1 | 2 {
  const verdicts = new Set(comparisons.filter((one) => one.gated).map(({ verdict }) => verdict))
  const invalid = gate.failures.some(
    (failure) =>
      isAbout(failure, { suite: name, file }) &&
      failure.metric === undefined &&
      (failure.arm === undefined || arms.some((arm) => arm.name === failure.arm)),
  )
  if (invalid || verdicts.has('regressed')) return 0
  return verdicts.has('inconclusive') ? 1 : 2
}

/** `❌ report-agent · chimera vs baseline: output_throughput −12.1 % [−12.8, −11.2] regressed · ttft unchanged · valid 17/18 vs 18/18` */
function suiteLines(report: Report, suite: SuiteReport): Inline[] {
  const mark = trusted(['❌ ', '⚠️ ', '✅ '][standing(report, suite)] ?? '')
  if (suite.kind === 'sweep')
    return [say`${mark}${strong(suite.name)} · ${sweepTitle(suite.sweep)}: ${bestOf(suite.sweep)}`]
  return pairings(suite).map((pairing) => {
    const gated = pairing.comparisons.filter(
      ({ gated: decides, metric }) => decides && metric !== 'valid_rate',
    )
    const found = [...Map.groupBy(gated, ({ verdict }) => verdict)].map(([verdict, some]) => {
      const each = some.map((one) =>
        verdict === 'unchanged' ? label(one) : say`${label(one)} ${changed(one)}`,
      )
      return say`${joined(each, ', ')} ${trusted(verdict)}`
    })
    const decisive = found.length === 0 ? [trusted('no gated metric was compared')] : found
    const why = suite.attribution === undefined ? [] : [attributionSentence(suite.attribution)]
    return say`${mark}${strong(nameIn(report.suites, suite))} · ${pairing.candidate} vs ${pairing.baseline}: ${joined([...decisive, validRates(suite, pairing), ...why], ' · ')}`
  })
}

/** Speed means nothing without validity, so the two stand side by side. */
function validRates({ arms }: SuiteReport, { baseline, candidate, comparisons }: Pairing): Inline {
  const counts = [candidate, baseline].map((name) => {
    const arm = arms.find((one) => one.name === name)
    return arm === undefined ? absent : `${validity(arm).valid}/${validity(arm).trials}`
  })
  const compared = comparisons.find(({ metric }) => metric === 'valid_rate')
  const word = compared === undefined || compared.verdict === 'unchanged' ? '' : ` ${compared.verdict}`
  return trusted(`valid ${counts.join(' vs ')}${word}`)
}

/** What was found, led by its suite. */
export function findingLine({ suites }: Report, finding: GateFinding): Inline {
  const { suite, message } = finding
  const [about, another] = suites.filter(({ name, file }) => isAbout(finding, { suite: name, file }))
  const name = about === undefined || another !== undefined ? suite : nameIn(suites, about)
  return suite === '' ? message : say`${strong(name)}: ${message}`
}

/** The name of a suite where its file is not shown. Code comparisons of one agent differ in the config, their arms in nothing. */
export function nameIn(suites: readonly SuiteReport[], suite: SuiteReport): string {
  const { name, file, kind } = suite
  const namesakes = suites.filter((one) => one.name === name)
  if (kind !== 'code' || namesakes.length < 2) return name
  const config = configOf(suite)
  const alike = namesakes.filter((one) => configOf(one) === config)
  return `${name} (${present(config, alike.length > 1 && file).join(', ')})`
}

function configOf({ arms }: SuiteReport): string | undefined {
  return arms.find(({ role }) => role === 'candidate')?.config
}

/** Notices, without those on a comparison, which has its line. */
export function openNotices({ gate }: Report): GateFinding[] {
  return gate.notices.filter(({ metric }) => metric === undefined)
}
