/** The comparisons of one run of an audit, from its report. Pure. */
import { auditedAs, metricOf } from './levels.ts'
import { defined } from '../optional.ts'
import { isAbout } from '../report/index.ts'
import type { AuditSettings } from '../run/environment.ts'
import type { AuditComparison, Comparison, Report, SuiteReport, Trial } from '../schema/generated.ts'
import { NOTHING, type Case } from './plan.ts'

/** One a suite; a suite in which what was planted is not gated, or that was not measured to its end, gives none. */
export function comparisonsOf(
  report: Report,
  trials: readonly Trial[],
  one: Case,
  { first_token: amounts }: AuditSettings,
): AuditComparison[] {
  const broken = report.gate.failures.filter(({ metric }) => metric === undefined)
  return report.suites.flatMap((suite): AuditComparison[] => {
    const ms = amounts[suite.name]
    const { planted, step } = one.planted === 'ttft' && ms === undefined ? NOTHING : one
    const gated = suite.comparisons.filter((other) => other.gated && other.stage === null)
    const baseline = suite.arms.find(({ role }) => role === 'baseline')
    const judged = planted === 'nothing' ? gated : gated.filter(({ metric }) => metric === metricOf[planted])
    const ttft = gated.find(({ metric }) => metric === 'ttft')
    if (baseline === undefined || judged.length === 0) return []
    if (broken.some((failure) => isAbout(failure, { suite: suite.name, file: suite.file }))) return []
    return [
      {
        at: report.started_at,
        suite: suite.name,
        ...auditedAs(baseline),
        planted,
        step,
        ...(planted === 'ttft' && ttft?.baseline_value !== undefined && ms !== undefined
          ? { change: ms / ttft.baseline_value, ms }
          : { change: step }),
        ...defined({ ttft_threshold: ttft && thresholdMs(ttft) }),
        gated: gated.map(({ metric }) => metric),
        regressed: gated.filter(({ verdict }) => verdict === 'regressed').map(({ metric }) => metric),
        blocks: Math.max(...judged.map(({ blocks }) => blocks)),
        duration: timeOf(suite, trials),
      },
    ]
  })
}

/** Of a metric in ms: its floor, where that is more than its threshold. */
function thresholdMs({ floor, threshold, baseline_value: baseline }: Comparison): number | undefined {
  return floor ?? (baseline === undefined ? undefined : threshold * baseline)
}

/** From the first trial of a suite to the end of its last, ms. */
function timeOf({ name, file }: SuiteReport, trials: readonly Trial[]): number {
  const own = trials.filter((trial) => trial.suite === name && trial.file === file)
  const starts = own.map(({ started_at }) => Date.parse(started_at))
  const ends = own.map(({ started_at, duration }) => Date.parse(started_at) + duration)
  return own.length === 0 ? 0 : Math.max(0, Math.max(...ends) - Math.min(...starts))
}
