/** From what was recorded to a report as a run of our own would have given it, judged by the same judge. */
import { completeBlocks } from '../judge/blocks.ts'
import { gateTexts } from '../judge/messages.ts'
import { pairOf } from '../judge/pair.ts'
import type { Plan, PlannedArm, SuiteRecord } from '../judge/plan.ts'
import { buildReport } from '../report/index.ts'
import { makePlan } from '../run/plan.ts'
import type { Gate, GateFailure, Report, SuiteReport, Trial } from '../schema/generated.ts'
import { minimumBlocks } from '../stats/index.ts'
import { callSamples, differences, legacyOf, pairLegacyOf } from './arms.ts'
import { importTexts } from './messages.ts'
import type { RecordedAgent, Recording } from './recorded.ts'
import { toTrials } from './trials.ts'
import { importWarnings } from './warnings.ts'

/** A file that was read. */
export interface Imported {
  suite: string
  /** As the user named it. */
  file: string
  recording: Recording
}

/** The report of all files, and their trials in the order of the files. `refusals` are the files that could not be read. */
export function toReport(
  files: readonly Imported[],
  refusals: readonly GateFailure[],
  version: string,
): { report: Report; trials: Trial[] } {
  const built = files.map((file) => buildOne(file))
  const records = built.map(({ record }) => record)
  const report = buildReport({
    ...span(
      files.map(({ recording }) => recording),
      records.flatMap((record) => record.trials),
    ),
    interrupted: false,
    version,
    environment: environmentOf(files.map(({ recording }) => recording)),
    suites: records,
    refusals,
    // An archive is no pull request: its findings are shown and fail nothing.
    failOn: new Set(),
  })
  const suites = report.suites.map((suite, i) => decorate(suite, built[i]!))
  return {
    report: { ...report, source: 'import', suites, gate: gateOf(report.gate, suites, refusals) },
    trials: records.flatMap((record) => record.trials),
  }
}

interface Built {
  recording: Recording
  record: SuiteRecord
}

function buildOne({ suite, file, recording }: Imported): Built {
  const trials = toTrials(recording, suite, file)
  const plan = planFor(recording, suite, file, trials)
  const pair = pairLegacyOf(recording)
  const warnings = [
    ...importWarnings(recording, pair, plan, trials),
    ...differences(recording, legacyOf(recording)),
  ]
  return {
    recording,
    record: { plan, facts: {}, trials, ending: { stopped: 'budget', requeued: 0, warnings } },
  }
}

/** Warnings with a cure that only a run can take. */
const FOR_RUNS = new Set(['too_few_blocks', 'reported_gated'])

/** What an import has beside a run, and without what it cannot have. */
function decorate(suite: SuiteReport, { recording, record }: Built): SuiteReport {
  const { seed: _, requeued: __, confirmed: ___, ...kept } = suite
  const legacies = legacyOf(recording)
  const told = new Set(record.ending?.warnings)
  return {
    ...kept,
    source: 'import',
    legacy: pairLegacyOf(recording),
    arms: suite.arms.map((arm, i) => ({
      ...arm,
      legacy: legacies[i]!,
      call_samples: callSamples(record.trials.filter((trial) => trial.arm === arm.name)),
    })),
    // The judge's own words ask for more blocks or for streamed calls, which an archive cannot give.
    warnings: suite.warnings.filter((warning) => told.has(warning) || !FOR_RUNS.has(warning.code)),
  }
}

function span(
  recordings: readonly Recording[],
  trials: readonly Trial[],
): { startedAt: string; finishedAt: string } {
  const ends = recordings.flatMap(({ agents }) => agents.map((agent) => agent.endedAt))
  const times = [...trials.map((trial) => trial.started_at), ...ends].toSorted()
  return { startedAt: times[0]!, finishedAt: times.at(-1)! }
}

/** The machine that recorded, as far as it is known; this one measured nothing. */
function environmentOf(recordings: readonly Recording[]): Report['environment'] {
  const systems = new Set(recordings.flatMap(({ agents }) => agents.flatMap((agent) => agent.system ?? [])))
  const unknown = 'not recorded'
  return { node: unknown, vitest: unknown, os: [...systems].join(', ') || unknown, cpu: unknown, ci: false }
}

/** Stands where a host has to and none is known. */
const unknownHost = 'not recorded'

/**
 * The plan an imported suite is judged by: the defaults of a run, and one look at all blocks, as nobody looked while
 * they were recorded.
 */
export function planFor({ agents }: Recording, suite: string, file: string, trials: readonly Trial[]): Plan {
  const [first, second] = agents
  const runs = Math.max(1, ...agents.map((agent) => agent.runs.length))
  const arm = ({ name, model }: RecordedAgent) => ({ name, model })
  const plan = makePlan(
    suite,
    file,
    { baseline: arm(first), candidate: arm(second), blocks: { min: runs, max: runs } },
    { host: unknownHost, thresholds: {}, blocks: {}, env: { seed: '0' } },
  )
  const candidate = { arm: recordedArm(second) }
  const recorded: Plan = { ...plan, baseline: recordedArm(first), candidates: [candidate] }
  const complete = completeBlocks(pairOf(recorded, candidate), trials, 'measure').length
  return { ...recorded, looks: [Math.max(minimumBlocks(plan.alpha), complete)] }
}

/** Options and host are those of the record, including what would be refused today. */
function recordedArm({ name, role, model, host, options }: RecordedAgent): PlannedArm {
  return { name, role, host: host ?? unknownHost, model, options: asRequested(options) }
}

/**
 * Options as they were asked for: the older client kept them as 32-bit floats, and 0.6 was recorded, and sent, as
 * 0.6000000238418579. The shortest decimal that becomes the same float is what its user wrote.
 */
export function asRequested(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      typeof value === 'number' ? shortest(value) : value,
    ]),
  )
}

function shortest(value: number): number {
  if (Math.fround(value) !== value) return value
  for (let digits = 1; digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return value
}

/** The gate's notices again: a summary has nothing that could fail. */
export function gateOf(gate: Gate, suites: readonly SuiteReport[], refusals: readonly GateFailure[]): Gate {
  const summaries = new Set(
    suites.filter((suite) => suite.legacy?.shape === 'summary').map((suite) => suite.name),
  )
  const failures = gate.failures.filter(
    (failure) => !summaries.has(failure.suite) || refusals.includes(failure),
  )
  const notices = suites.flatMap((suite) => {
    if (summaries.has(suite.name)) return [importTexts.summaryOnly(suite.name)]
    const open = suite.comparisons.filter((one) => one.gated && one.verdict === 'inconclusive')
    return open.map((comparison) => gateTexts.verdict(suite.name, comparison))
  })
  const onlySummaries = gate.status === 'invalid' && failures.length === 0
  return { status: onlySummaries ? 'inconclusive' : gate.status, failures, notices }
}
