/** From what was recorded to a report as a run of our own would have given it, judged by the same judge. */
import { callValues } from '../judge/values.ts'
import { metrics, type MetricName } from '../metrics.ts'
import { completeBlocks } from '../judge/blocks.ts'
import { pairOf } from '../judge/pair.ts'
import type { Plan, PlannedArm, SuiteRecord } from '../judge/plan.ts'
import { buildReport } from '../report/index.ts'
import { makePlan } from '../run/plan.ts'
import type { Gate, GateFinding, Report, Samples, SuiteReport, Trial } from '../schema/generated.ts'
import { minimumBlocks, summarize } from '../stats/index.ts'
import { differences, legacyOf, pairLegacyOf } from './legacy.ts'
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
  refusals: readonly GateFinding[],
  version: string,
): { report: Report; trials: Trial[] } {
  const built = files.map(buildOne)
  const trials = built.flatMap(({ record }) => record.trials)
  const agents = files.flatMap(({ recording }) => recording.agents)
  const times = [
    ...trials.map((trial) => trial.started_at),
    ...agents.map((agent) => agent.endedAt),
  ].toSorted()
  const report = buildReport({
    startedAt: times[0] ?? '',
    finishedAt: times.at(-1) ?? '',
    interrupted: false,
    version,
    environment: environmentOf(agents),
    suites: built.map(({ record }) => record),
    refusals,
    // An archive is no pull request: its findings are shown and fail nothing.
    failOn: new Set(),
  })
  const suites = report.suites.flatMap((suite, i) => built[i]?.decorate(suite) ?? [])
  const gate = gateOf(report.gate, suites, refusals)
  return { report: { ...report, source: 'import', suites, gate }, trials }
}

/** What is judged of a file, and what its suite then has beside a run's. */
interface Built {
  record: SuiteRecord
  decorate: (suite: SuiteReport) => SuiteReport
}

/** Warnings with a cure that only a run can take. */
const FOR_RUNS = new Set(['too_few_blocks', 'reported_gated'])

function buildOne({ suite: name, file, recording }: Imported): Built {
  const trials = toTrials(recording, name, file)
  const plan = planFor(recording, name, file, trials)
  const legacy = pairLegacyOf(recording)
  const legacies = legacyOf(recording)
  const warnings = [...importWarnings(recording, legacy, plan, trials), ...differences(recording, legacies)]
  return {
    record: { plan, facts: {}, trials, ending: { stopped: 'budget', requeued: 0, warnings } },
    decorate: (suite) => ({
      ...withoutRun(suite),
      source: 'import',
      legacy,
      arms: suite.arms.map((arm, i) => ({
        ...arm,
        legacy: legacies[i] ?? {},
        call_samples: callSamples(trials.filter((trial) => trial.arm === arm.name)),
      })),
      // The judge's own words ask for more blocks or for streamed calls, which an archive cannot give.
      warnings: suite.warnings.filter((one) => warnings.includes(one) || !FOR_RUNS.has(one.code)),
    }),
  }
}

/** A suite without what only a run has. */
function withoutRun(suite: SuiteReport): SuiteReport {
  const { seed: _, requeued: __, confirmed: ___, ...kept } = suite
  return kept
}

/**
 * Single calls, all stages pooled as the older figures were, so that the two can stand side by side: throughput of the
 * calls that ended, TTFT of the warm ones apart from that of the cold ones. A broken call's first token did come, so its
 * TTFT counts where a warm level is known to hold it against; its tokens were never told.
 */
function callSamples(trials: readonly Trial[]): Samples {
  const calls = trials.flatMap((trial) => trial.calls)
  const hasLevel = calls.some((call) => call.valid && !call.cold)
  const values: [MetricName, (number | undefined)[]][] = [
    ['reported_throughput', calls.map((call) => callValues([call]).get('reported_throughput'))],
    ['ttft', calls.filter((call) => !call.cold && (call.valid || hasLevel)).map((call) => call.ttft)],
    ['ttft_cold', calls.filter((call) => call.cold).map((call) => call.ttft)],
  ]
  return Object.fromEntries(
    values.flatMap(([name, list]) => {
      const measured = list.filter((value) => value !== undefined)
      return measured.length === 0 ? [] : [[name, { ...summarize(measured), unit: metrics[name].unit }]]
    }),
  )
}

/** The machine that recorded, as far as it is known; this one measured nothing. */
function environmentOf(agents: readonly RecordedAgent[]): Report['environment'] {
  const systems = new Set(agents.flatMap((agent) => agent.system ?? []))
  const unknown = 'not recorded'
  return { node: unknown, vitest: unknown, os: [...systems].join(', ') || unknown, cpu: unknown, ci: false }
}

/** Stands where a host has to and none is known. */
const unknownHost = 'not recorded'

/**
 * The plan an imported suite is judged by: the defaults of a run, and one look at all blocks, as nobody looked while
 * they were recorded.
 */
function planFor({ agents }: Recording, suite: string, file: string, trials: readonly Trial[]): Plan {
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
function asRequested(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
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
function gateOf(gate: Gate, suites: readonly SuiteReport[], refusals: readonly GateFinding[]): Gate {
  const summaries = new Set(suites.flatMap(({ legacy, name }) => (legacy?.shape === 'summary' ? [name] : [])))
  const failures = gate.failures.filter(
    (failure) => !summaries.has(failure.suite) || refusals.includes(failure),
  )
  const notices = [
    ...[...summaries].map((suite) => ({ suite, message: importTexts.summaryOnly() })),
    ...gate.notices.filter(({ suite, metric }) => metric !== undefined && !summaries.has(suite)),
  ]
  const onlySummaries = gate.status === 'invalid' && failures.length === 0
  return { status: onlySummaries ? 'inconclusive' : gate.status, failures, notices }
}
