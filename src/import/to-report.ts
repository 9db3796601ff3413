/** From what was recorded to a report as a run of our own would have given it, judged by the same judge. */
import { gateTexts, importTexts } from '../errors.ts'
import { completeBlocks } from '../judge/blocks.ts'
import type { Plan } from '../judge/plan.ts'
import { trialValues } from '../judge/values.ts'
import { isMetric } from '../metrics.ts'
import { buildReport, type SuiteRecord } from '../report/index.ts'
import type { Comparison, Gate, GateFailure, Report, SuiteReport, Trial } from '../schema/generated.ts'
import { logRatios, logThreshold, minimumPairs, pairsForThreshold, scale } from '../stats/index.ts'
import { callSamples, differences, legacyOf, pairLegacyOf } from './arms.ts'
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
    ...span(files.map(({ recording }) => recording), records.flatMap((record) => record.trials)),
    interrupted: false,
    version,
    environment: environmentOf(files.map(({ recording }) => recording)),
    suites: records,
    refusals,
    // An archive is no pull request: what it says is told, and fails nothing.
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
  plan: Plan
  record: SuiteRecord
}

function buildOne({ suite, file, recording }: Imported): Built {
  const trials = toTrials(recording, suite, file)
  const plan = planFor(recording, suite, file, trials)
  const pair = pairLegacyOf(recording)
  const warnings = [...importWarnings(recording, pair, plan, trials), ...differences(recording, legacyOf(recording))]
  return { recording, plan, record: { plan, trials, ending: { stopped: 'budget', requeued: 0, warnings } } }
}

/** What an import has beside a run, and without what it cannot have. */
function decorate({ seed: _, requeued: __, confirmed: ___, ...suite }: SuiteReport, { recording, plan, record }: Built): SuiteReport {
  const legacies = legacyOf(recording)
  const told = new Set(record.ending?.warnings)
  return {
    ...suite,
    source: 'import',
    legacy: pairLegacyOf(recording),
    arms: suite.arms.map((arm, i) => ({
      ...arm,
      legacy: legacies[i]!,
      call_samples: callSamples(record.trials.filter((trial) => trial.arm === arm.name)),
    })),
    comparisons: suite.comparisons.map((comparison) => withNeeded(comparison, plan, record.trials, suite)),
    // The judge's own words on a small budget tell to raise it, which an archive cannot.
    warnings: suite.warnings.filter((warning) => told.has(warning) || warning.code !== 'too_few_pairs'),
  }
}

/** Below six blocks the judge names no number; from the blocks there are, this many would do, and never fewer than decide anything. */
function withNeeded(comparison: Comparison, plan: Plan, trials: readonly Trial[], { comparisons }: SuiteReport): Comparison {
  const { metric, stage, verdict, gated, pairs_needed } = comparison
  if (verdict !== 'inconclusive' || !gated || pairs_needed !== undefined || stage !== null || !isMetric(metric)) return comparison
  const alpha = plan.alpha / Math.max(1, comparisons.filter((one) => one.gated && one.metric !== 'valid_rate').length)
  const blocks = completeBlocks(plan, trials, 'measure').map((block) => block.trials)
  const values = (role: 'baseline' | 'candidate'): number[] =>
    blocks.flatMap((block) => block[role].map((trial) => trialValues(trial).get(metric) ?? Number.NaN))
  const d = blocks.length < 2 ? [] : logRatios(values('baseline'), values('candidate'), comparison.better)
  const needed = d.length === 0 ? minimumPairs(alpha) : pairsForThreshold(scale(d), logThreshold(comparison.threshold), alpha)
  return { ...comparison, pairs_needed: needed }
}

/** The gate's notices again, now that the blocks needed are known; a summary has nothing that could fail. */
function gateOf(gate: Gate, suites: readonly SuiteReport[], refusals: readonly GateFailure[]): Gate {
  const summaries = new Set(suites.filter((suite) => suite.legacy?.shape === 'summary').map((suite) => suite.name))
  const failures = gate.failures.filter((failure) => !summaries.has(failure.suite) || refusals.includes(failure))
  const notices = suites.flatMap((suite) => {
    if (summaries.has(suite.name)) return [importTexts.summaryOnly(suite.name)]
    const open = suite.comparisons.filter((one) => one.gated && one.verdict === 'inconclusive')
    return open.map((comparison) => gateTexts.verdict(suite.name, comparison))
  })
  const onlySummaries = gate.status === 'invalid' && failures.length === 0
  return { status: onlySummaries ? 'inconclusive' : gate.status, failures, notices }
}

function span(recordings: readonly Recording[], trials: readonly Trial[]): { startedAt: string; finishedAt: string } {
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
