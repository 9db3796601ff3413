import { metrics, type MetricName } from '../metrics.ts'
import type { Comparison } from '../schema/generated.ts'
import type { Plan } from './plan.ts'

/** What every comparison says of itself, whatever its figures. */
export function identity(
  plan: Plan,
  metric: MetricName,
  stage: string | null,
): Pick<Comparison, 'metric' | 'stage' | 'baseline' | 'candidate' | 'better' | 'unit'> {
  const { better, unit } = metrics[metric]
  return {
    metric,
    stage,
    baseline: plan.arms.baseline.name,
    candidate: plan.arms.candidate.name,
    better,
    unit,
  }
}
