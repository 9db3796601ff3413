/**
 * One new run against the runs before it: the only comparison over stored reports that earns a verdict, because
 * only other runs tell how much runs differ by themselves. Advisory all the same.
 */
import { effectiveThreshold } from '../judge/plan.ts'
import { isDifference, metrics, type MetricName } from '../metrics.ts'
import type { SuiteReport } from '../schema/generated.ts'
import { logThreshold, predictionInterval, toDifference, toRatio, verdict } from '../stats/index.ts'
import type { Place } from './arms.ts'
import { differencesOf, isMeant } from './fingerprint.ts'
import type { History, Meant } from './model.ts'
import { LEVEL } from './within.ts'

/** Fewer earlier runs give no prediction interval. */
export const NEEDED_RUNS = 20

/** What matters for one metric of the new report: its own comparison's rule, else the table's. */
export interface Rule {
  threshold: number
  /** In the metric's unit. */
  floor: number
}

/**
 * The new median against the prediction interval of the earlier ones. Turned around, that is an interval of the
 * change, new median / geometric mean of the earlier ones, and the verdict reads it as it reads any other: `regressed`
 * is outside on the bad side by at least what matters, `unchanged` is too near to matter with the whole interval. What is
 * compared by its difference is judged on the plain scale, its threshold in points.
 */
export function judgeHistory(
  earlier: readonly number[],
  value: number,
  metric: MetricName,
  rule: Rule,
): History {
  const head = { runs: earlier.length, needed: NEEDED_RUNS }
  if (earlier.length < NEEDED_RUNS) return head
  const plain = isDifference(metric)
  const { center, lower, upper } = predictionInterval(earlier, LEVEL, plain ? 'plain' : 'log')
  const { better } = metrics[metric]
  const sign = better === 'lower' ? 1 : -1
  const shift = sign * (plain ? value - center : Math.log(value / center))
  const half = plain ? upper - center : Math.log(upper / center)
  const estimate = { estimate: shift, interval: [shift - half, shift + half] as const }
  const threshold = effectiveThreshold(metric, rule, center)
  return {
    ...head,
    center,
    prediction: [lower, upper],
    // Runs that all had the very same median leave an interval without width; rounding must not put the next outside.
    position: Math.abs(shift) <= half + 1e-12 ? 'inside' : value < center ? 'below' : 'above',
    ...(plain ? toDifference(estimate, better) : toRatio(estimate, better)),
    threshold,
    verdict: verdict(estimate, plain ? threshold : logThreshold(threshold)) ?? 'inconclusive',
  }
}

/** The rule of a metric and stage in a suite of the new report. */
export function ruleOf(suite: SuiteReport, metric: MetricName, stage: string | null): Rule {
  const own = suite.comparisons.find((one) => one.metric === metric && one.stage === stage)
  const { threshold, floor } = metrics[metric]
  if (own === undefined) return { threshold, floor }
  return { threshold: own.threshold > 0 ? own.threshold : threshold, floor: own.floor ?? 0 }
}

/**
 * The earlier places that belong to the new one's history: all of one fingerprint, the latest from which the new one
 * differs in nothing that was not said to be meant.
 */
export function historyOf(earlier: readonly Place[], latest: Place, meant: ReadonlySet<Meant>): Place[] {
  const reference = earlier.findLast((place) =>
    differencesOf(place, latest).every((one) => isMeant(one, meant)),
  )
  return reference === undefined
    ? []
    : earlier.filter((place) => differencesOf(place, reference).length === 0)
}
