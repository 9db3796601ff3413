import type { Comparison, Phase, Role, Trial } from '../schema/generated.ts'
import { judgeValidity, type ValidCounts } from '../stats/index.ts'
import { identity } from './identity.ts'
import type { Plan } from './plan.ts'

/** Valid and started trials of both arms; interrupted ones were not judged. Fresh blocks count by themselves. */
export function countValid(trials: readonly Trial[], phase: 'measure' | 'confirm'): ValidCounts | undefined {
  const phases: readonly Phase[] = phase === 'measure' ? ['warmup', 'measure', 'solo'] : ['confirm']
  const counted = trials.filter(
    (trial) => phases.includes(trial.phase) && trial.invalid_reason !== 'interrupted',
  )
  const of = (role: Role): Trial[] => counted.filter((trial) => trial.role === role)
  const baseline = of('baseline')
  const candidate = of('candidate')
  if (baseline.length === 0 || candidate.length === 0) return undefined
  return {
    baselineValid: baseline.filter((trial) => trial.valid).length,
    baselineTrials: baseline.length,
    candidateValid: candidate.filter((trial) => trial.valid).length,
    candidateTrials: candidate.length,
  }
}

/** valid_rate by Fisher's exact test, one-sided; both directions, so that an improvement shows as well. */
export function compareValidity(
  plan: Plan,
  counts: ValidCounts,
  gatedMetrics: number,
  regressed: number,
): Comparison {
  const rule = plan.rules.valid_rate
  const split = { alpha: plan.alpha, metrics: gatedMetrics, regressed }
  const worse = judgeValidity(counts, split)
  const better = judgeValidity(swapped(counts), split)
  const baseline = counts.baselineValid / counts.baselineTrials
  const candidate = counts.candidateValid / counts.candidateTrials
  return {
    ...identity(plan, 'valid_rate', null),
    baseline_value: baseline,
    candidate_value: candidate,
    ...(baseline > 0 && { ratio: candidate / baseline }),
    threshold: rule.threshold,
    blocks: Math.min(counts.baselineTrials, counts.candidateTrials),
    verdict: worse.regressed ? 'regressed' : better.regressed ? 'improved' : 'unchanged',
    gated: rule.gated,
    p: worse.p,
  }
}

function swapped(counts: ValidCounts): ValidCounts {
  return {
    baselineValid: counts.candidateValid,
    baselineTrials: counts.candidateTrials,
    candidateValid: counts.baselineValid,
    candidateTrials: counts.baselineTrials,
  }
}
