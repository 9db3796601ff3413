/** From what was recorded to a report as a run of our own would have given it, judged by the same judge. */
import type { SuiteRecord } from '../judge/plan.ts'
import { buildReport } from '../report/index.ts'
import type { GateFailure, Report, SuiteReport, Trial } from '../schema/generated.ts'
import { callSamples, differences, legacyOf, pairLegacyOf } from './arms.ts'
import { gateOf } from './gate.ts'
import { planFor } from './plan.ts'
import type { Recording } from './recorded.ts'
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
