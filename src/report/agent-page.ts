/**
 * agents/<suite>/<arm>.md: everything about one arm. Its config, its figures with cold, warm and invalid apart, how its
 * trials went, what the last of them returned, every call, every sample. Bench files that share a suite's name share its
 * pages, a section each.
 */
import type { ArmReport, Report, SuiteReport, Trial } from '../schema/generated.ts'
import { gpuText } from './gpus.ts'
import { callTables, trialName } from './agent-calls.ts'
import { agentAggregates, aggregates, configuration, statistics } from './agent-figures.ts'
import { factLines, outputSections, personaSection } from './agent-output.ts'
import { checksTable, invalidTable } from './agent-validity.ts'
import { measuredTrials, stageNames, stageTable } from './agent-workflow.ts'
import { concurrencyMarkdown } from './concurrency.ts'
import { code, toMd } from './escape.ts'
import { fileNames } from './file-names.ts'
import { count, quantity } from './format.ts'
import { embeddedNote } from './headline.ts'
import { legacyPage } from './legacy-sections.ts'
import { lastOutput } from './output.ts'
import { outputsOf, type AgentOutput } from './output-parts.ts'

/** First line of every page: what store may remove when a later run has no such arm. */
export const pageMarker = '<!-- vitest-chimera agent page -->'

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
    toMd`An arm of ${suites[0]?.name}, run of ${utc(report.started_at)}${report.status === 'interrupted' ? ', interrupted' : ''}. ${machine(report)}`
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

/** 2025-11-14 18:53:30 UTC */
function utc(moment: string): string {
  return `${moment.slice(0, 19).replace('T', ' ')} UTC`
}

function machine({ source, environment }: Report): string {
  const { os, cpu, node, vitest } = environment
  return source === 'import'
    ? `Recorded on: ${os}.`
    : `${os}, ${cpu}${gpuText(environment)}; Node ${node}, Vitest ${vitest}.`
}

function belongs(trial: Trial, suite: SuiteReport, arm: ArmReport): boolean {
  return trial.suite === suite.name && trial.file === suite.file && trial.arm === arm.name
}

function section(suite: SuiteReport, arm: ArmReport, trials: readonly Trial[]): string[] {
  const last = lastOutput(trials)
  const outputs = last === undefined ? [] : outputsOf(last)
  return [
    toMd`## ${code(suite.file)} (${arm.role})`.text,
    '### Configuration',
    ...configuration(arm),
    '### Aggregate metrics',
    ...aggregates(arm, trials),
    ...concurrencyMarkdown(suite),
    ...invalidTable(trials),
    ...checksTable(trials),
    ...legacyPage(suite, arm, trials),
    ...workflow(trials),
    ...(last === undefined ? ['### Output', 'No valid trial with an output.'] : texts(trials, last, outputs)),
    ...callTables(trials),
    ...statistics(arm),
    ...personaSection(outputs),
  ]
}

function workflow(trials: readonly Trial[]): string[] {
  const measured = measuredTrials(trials)
  if (measured.length === 0) return []
  return [
    '### Workflow summary',
    `Medians over ${count(measured.length, 'valid trial')}.`,
    stageTable(trials),
  ]
}

/** What the last valid trial returned; of several agents, each with its own times and sums. */
function texts(trials: readonly Trial[], last: Trial, outputs: readonly AgentOutput[]): string[] {
  return [
    `The texts below are of trial ${trialName(last)}, the last valid one. ${took(last)}`,
    ...outputs.flatMap(({ agent, parts }) => [
      ...(agent === undefined
        ? []
        : [toMd`### Agent ${agent}`.text, ...agentAggregates(trials, agent), stageTable(trials, agent)]),
      factLines(parts),
      ...outputSections(parts, last, agent === undefined ? 3 : 4),
    ]),
  ]
}

/** `It took 20.67 s: ingest 25.8 ms, analysis 9691 ms, report 10.95 s.`; of several agents, each as a whole. */
function took(trial: Trial): string {
  const steps = stageNames([trial]).map((name, i) => {
    const spent = trial.stages.filter((stage) => stage.name === name)
    const ms = spent.reduce((sum, { duration }) => sum + duration, 0)
    return toMd`${i > 0 ? ', ' : ''}${name} ${quantity(ms, 'ms')}`
  })
  return toMd`It took ${quantity(trial.duration, 'ms')}${steps.length > 0 ? ': ' : ''}${steps}.`.text
}
