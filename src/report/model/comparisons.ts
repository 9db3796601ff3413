import type { Assessment } from '../../judge/assess.ts'
import { metricNames, type MetricName } from '../../metrics.ts'
import type { ArmReport, Comparison, Role } from '../../schema/generated.ts'

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

/** The values beside a ratio are the medians of the arms' samples, so that the report agrees with itself. */
export function withMedians(comparisons: readonly Comparison[], arms: readonly ArmReport[]): Comparison[] {
  const medianOf = (role: Role, { metric, stage }: Comparison): number | undefined => {
    const arm = arms.find((one) => one.role === role)
    const samples = stage === null ? arm?.samples : arm?.stages.find(({ name }) => name === stage)?.samples
    return samples?.[metric]?.median
  }
  return comparisons.map((comparison) => {
    const baseline = medianOf('baseline', comparison)
    const candidate = medianOf('candidate', comparison)
    return {
      ...comparison,
      ...(baseline !== undefined && { baseline_value: baseline }),
      ...(candidate !== undefined && { candidate_value: candidate }),
    }
  })
}
