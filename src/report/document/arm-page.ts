/**
 * agents/<suite>/<arm>.md: everything about one arm. Its config, its figures with cold, warm and invalid apart, how its
 * trials went, what the last of them returned, every call, every sample. Bench files that share a suite's name share its
 * pages, a section each.
 */
import { present } from '../../optional.ts'
import type { ArmReport, Report, SuiteReport, Trial } from '../../schema/generated.ts'
import { absent, brief, count } from '../../text/index.ts'
import { embeddedNote } from '../headline.ts'
import { callBlocks } from './arm-calls.ts'
import { agentFigures, aggregates, configuration, stageTable, statistics } from './arm-figures.ts'
import { code, columns, heading, joined, measured, prose, remark, say, table, trusted } from './blocks.ts'
import type { Block, Inline } from './blocks.ts'
import { concurrencyBlocks } from './concurrency.ts'
import { armPaths } from './file-names.ts'
import { gpuText } from './environment.ts'
import { lastOutput } from './output.ts'
import type { Extras } from './suite.ts'
import { measuredTrials, stageNames, timeIn, trialName, trialsOf } from './trials.ts'

/** One document a suite name and arm name, by the path of its page below the output folder, with `/` between folders. */
export function armDocuments(
  report: Report,
  trials: readonly Trial[],
  extras?: Extras,
): Map<string, Block[]> {
  const path = armPaths(report)
  const documents = new Map<string, Block[]>()
  for (const [name, suites] of Map.groupBy(report.suites, (suite) => suite.name))
    for (const arm of new Set(suites.flatMap((suite) => suite.arms.map((one) => one.name))))
      documents.set(path(name, arm), page(report, suites, arm, trials, extras))
  return documents
}

function page(
  report: Report,
  suites: readonly SuiteReport[],
  name: string,
  trials: readonly Trial[],
  extras: Extras | undefined,
): Block[] {
  const own = suites.flatMap((suite) =>
    suite.arms
      .filter((arm) => arm.name === name)
      .map((arm) => {
        const some = trialsOf(suite, trials).filter((trial) => trial.arm === name)
        return { suite: { ...suite, arms: [arm] }, arm, some }
      }),
  )
  const engine = embeddedNote({ ...report, suites: own.map(({ suite }) => suite) })
  const moment = `${report.started_at.slice(0, 19).replace('T', ' ')} UTC`
  const state = report.status === 'interrupted' ? ', interrupted' : ''
  return present<Block>(
    heading(1, name),
    prose(say`An arm of ${suites[0]?.name}, run of ${moment}${trusted(state)}. ${machine(report)}`),
    engine !== undefined && prose(engine, 'engine'),
    own.flatMap(({ suite, arm, some }) => armSection(suite, arm, some, extras?.arm(suite, arm, some) ?? [])),
  )
}

function machine({ source, environment }: Report): string {
  const { os, cpu, node, vitest } = environment
  return source === 'import'
    ? `Recorded on: ${os}.`
    : `${os}, ${cpu}${gpuText(environment)}; Node ${node}, Vitest ${vitest}.`
}

function armSection(suite: SuiteReport, arm: ArmReport, trials: readonly Trial[], extra: Block[]): Block[] {
  return [
    heading(2, say`${code(suite.file)} (${arm.role})`),
    ...measuredAs(suite, arm),
    heading(3, trusted('Configuration')),
    ...configuration(arm),
    heading(3, trusted('Aggregate metrics')),
    ...aggregates(arm, trials),
    ...concurrencyBlocks(suite),
    ...invalidTrials(trials),
    ...checks(trials),
    ...extra,
    ...workflow(trials),
    ...outputs(trials),
    ...callBlocks(trials),
    ...statistics(arm),
  ]
}

/** Where the figures of an arm are that the server runs the same as another. */
function measuredAs({ sweep }: SuiteReport, { name }: ArmReport): Block[] {
  const same = sweep?.ranking.find(({ arm }) => arm === name)?.same_as
  return same === undefined
    ? []
    : [prose(say`Not measured: the server runs it the same as ${same}, whose page has the figures.`)]
}

/** Most invalid trials listed; trials.jsonl has them all. */
const MOST_ROWS = 500

/** Every invalid trial of the arm with its reason and cure. */
function invalidTrials(trials: readonly Trial[]): Block[] {
  const rows = trials
    .filter(({ valid }) => !valid)
    .map((trial): Inline[] => [
      trusted(trialName(trial)),
      trial.invalid_reason ?? '',
      brief(trial.message ?? absent),
    ])
  if (rows.length === 0) return []
  const rest = rows.length - MOST_ROWS
  const heads = columns('trial', 'reason', 'message')
  return present(
    heading(3, trusted('Invalid trials')),
    table(trusted('Invalid trials'), heads, rows.slice(0, MOST_ROWS)),
    rest > 0 && remark(`${count(rest, 'more trial')} in trials.jsonl.`),
  )
}

/** How often each check passed. */
function checks(trials: readonly Trial[]): Block[] {
  const results = trials.flatMap((trial) => trial.checks)
  const rows = [...Map.groupBy(results, ({ name }) => name)].map(([name, all]): Inline[] => {
    const failed = all.filter((check) => !check.ok)
    const counts = [all.length - failed.length, failed.length].map((n) => measured(n, 'count'))
    return [name, ...counts, brief(failed.at(-1)?.message ?? absent)]
  })
  if (rows.length === 0) return []
  const heads = columns('check', '>passed', '>failed', 'last failure')
  return [heading(3, trusted('Checks')), table(trusted('Checks'), heads, rows)]
}

function workflow(trials: readonly Trial[]): Block[] {
  const measured = measuredTrials(trials)
  if (measured.length === 0) return []
  return [
    heading(3, trusted('Workflow summary')),
    remark(`Medians over ${count(measured.length, 'valid trial')}.`),
    stageTable(trials),
  ]
}

/** Longest text quoted on a page, in characters; trials.jsonl has the whole. */
const LONGEST_TEXT = 60_000

/** What the last valid trial returned; of several agents, each with its own times and sums. */
function outputs(trials: readonly Trial[]): Block[] {
  const title = heading(3, trusted('Output'))
  const last = lastOutput(trials, LONGEST_TEXT, (agent) => [
    heading(3, say`Agent ${agent}`),
    ...agentFigures(trials, agent),
  ])
  if (last === undefined) return [title, remark('No valid trial with an output.')]
  const { trial, blocks, cut } = last
  return present<Block>(
    title,
    prose(say`Of trial ${trusted(trialName(trial))}, the last valid one. ${took(trial)}`),
    blocks,
    cut > 0 && remark(`${cut} more characters are in trials.jsonl.`),
  )
}

/** `It took 20.67 s: ingest 25.8 ms, analysis 9691 ms, report 10.95 s.`; of several agents, each as a whole. */
function took(trial: Trial): Inline {
  const steps = stageNames([trial]).map((name) => say`${name} ${measured(timeIn(trial, name), 'ms')}`)
  return say`It took ${measured(trial.duration, 'ms')}${trusted(steps.length > 0 ? ': ' : '')}${joined(steps, ', ')}.`
}
