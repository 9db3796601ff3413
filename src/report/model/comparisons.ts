import type { Assessment } from '../../judge/assess.ts'
import { metricNames, type MetricName } from '../../metrics.ts'
import type { Comparison } from '../../schema/generated.ts'

/** Whole trials first, then stage by stage, each in the order of the table of metrics. */
export function sorted(assessment: Assessment): Comparison[] {
  const stages = [
    ...new Set(assessment.comparisons.map(({ stage }) => stage).filter((stage) => stage !== null)),
  ]
  const place = (one: Comparison): number =>
    (one.stage === null ? 0 : 1 + stages.indexOf(one.stage)) * metricNames.length +
    metricNames.indexOf(one.metric as MetricName)
  return assessment.comparisons.toSorted((a, b) => place(a) - place(b))
}
