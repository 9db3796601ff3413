/**
 * agents/<suite>/<arm>.md: everything about one arm. Its config, its figures with cold, warm and invalid apart,
 * every call, the last valid output, the checks. Bench files that share a suite's name share its pages, a section each.
 */
import type { ArmReport, Report, SuiteReport, Trial } from '../schema/generated.ts'
import { callTables, invalidTable, trialName } from './agent-calls.ts'
import { aggregates, configuration } from './agent-figures.ts'
import { code, fence, toMd } from './escape.ts'
import { fileNames } from './file-names.ts'
import { absent } from './format.ts'
import { embeddedNote } from './headline.ts'
import { legacyPage } from './legacy-sections.ts'
import { own, table } from './markdown-table.ts'
import { brief, clip, lastOutput } from './output.ts'

/** First line of every page: what store may remove when a later run has no such arm. */
export const pageMarker = '<!-- vitest-chimera agent page -->'

/** Longest output quoted on a page, in characters; trials.jsonl has the whole. */
const longestOutput = 60_000

/** One page a suite name and arm name, by its path below the output folder, with `/` between folders. */
export function agentPages(report: Report, trials: readonly Trial[]): Map<string, string> {
  const path = agentPaths(report)
  const pages = new Map<string, string>()
  for (const name of new Set(report.suites.map((suite) => suite.name))) {
    const suites = report.suites.filter((suite) => suite.name === name)
    for (const { name: arm } of suites.flatMap((suite) => suite.arms)) {
      if (!pages.has(path(name, arm))) pages.set(path(name, arm), page(report, suites, arm, trials))
    }
  }
  return pages
}

/** Where the page of an arm of a suite is: `agents/<suite>/<arm>.md`. */
export function agentPaths({ suites }: Report): (suite: string, arm: string) => string {
  const folders = fileNames(suites.map((suite) => suite.name))
  const files = new Map(
    [...folders.keys()].map((name) => {
      const own = suites.filter((suite) => suite.name === name)
      return [name, fileNames(own.flatMap((suite) => suite.arms.map((arm) => arm.name)))] as const
    }),
  )
  return (suite, arm) => `agents/${folders.get(suite)}/${files.get(suite)?.get(arm)}.md`
}

function page(
  report: Report,
  suites: readonly SuiteReport[],
  name: string,
  trials: readonly Trial[],
): string {
  const sections = suites.flatMap((suite) =>
    suite.arms.filter((arm) => arm.name === name).map((arm) => ({ suite: { ...suite, arms: [arm] }, arm })),
  )
  const engine = embeddedNote({ ...report, suites: sections.map(({ suite }) => suite) })
  const blocks = [
    pageMarker,
    toMd`# ${name}`.text,
    toMd`An arm of ${suites[0]?.name}, run of ${report.started_at}${report.status === 'interrupted' ? ', interrupted' : ''}.`
      .text,
    engine === undefined ? '' : toMd`> ${engine}`.text,
    ...sections.flatMap(({ suite, arm }) =>
      section(
        suite,
        arm,
        trials.filter((trial) => belongs(trial, suite, arm)),
      ),
    ),
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

function belongs(trial: Trial, suite: SuiteReport, arm: ArmReport): boolean {
  return trial.suite === suite.name && trial.file === suite.file && trial.arm === arm.name
}

function section(suite: SuiteReport, arm: ArmReport, trials: readonly Trial[]): string[] {
  return [
    toMd`## ${code(suite.file)} (${arm.role})`.text,
    '### Configuration',
    configuration(arm),
    '### Aggregate metrics',
    ...aggregates(arm),
    ...legacyPage(suite, arm, trials),
    ...callTables(trials),
    ...invalidTable(trials),
    ...output(trials),
    ...checks(trials),
  ]
}

function output(trials: readonly Trial[]): string[] {
  const last = lastOutput(trials)
  if (last === undefined) return ['### Output', 'No valid trial with an output.']
  const { text, cut } = clip(last.text, longestOutput)
  const rest = cut === 0 ? [] : [`${cut} more characters are in trials.jsonl.`]
  return [`### Output of the last valid trial`, `Trial ${trialName(last.trial)}.`, fence(text), ...rest]
}

function checks(trials: readonly Trial[]): string[] {
  const results = trials.flatMap((trial) => trial.checks)
  const names = [...new Set(results.map((check) => check.name))]
  if (names.length === 0) return []
  const rows = names.map((name) => {
    const all = results.filter((check) => check.name === name)
    const failed = all.filter((check) => !check.ok)
    return [
      toMd`${name}`,
      own(String(all.length - failed.length)),
      own(String(failed.length)),
      toMd`${brief(failed.at(-1)?.message ?? absent)}`,
    ]
  })
  return ['### Checks', table(['check', '>passed', '>failed', 'last failure'], rows)]
}
