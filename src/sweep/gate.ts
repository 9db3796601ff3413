import { gateTexts, sweepTexts } from '../errors.ts'
import type { SuiteGate } from '../judge/gate.ts'
import type { Ending } from '../judge/plan.ts'
import type { Trial } from '../schema/generated.ts'
import type { SweepAssessment } from './judge.ts'
import type { SweepPlan } from './plan.ts'

/** A sweep's share of the gate: it fails only where nothing usable was measured, whatever it found. */
export function gateSweep(
  plan: SweepPlan,
  trials: readonly Trial[],
  { pairs, sweep }: SweepAssessment,
  ending: Ending | undefined,
): SuiteGate {
  const { suite, baseline } = plan
  const failed = (status: SuiteGate['status'], message: string, arm?: string): SuiteGate => ({
    status,
    failures: [{ suite, ...(arm !== undefined && { arm }), message }],
    notices: [],
  })
  const own = trials.filter((trial) => trial.role === 'baseline' && trial.invalid_reason !== 'interrupted')
  if (own.length > 0 && own.every((trial) => !trial.valid)) {
    const reasons = [...new Set(own.map((trial) => trial.invalid_reason!))]
    return failed(
      'invalid',
      gateTexts.noValidTrial(suite, baseline.name, own.length, reasons, own.at(-1)!.message!),
      baseline.name,
    )
  }
  if (ending?.stopped === 'unusable')
    return failed('invalid', gateTexts.unusable(suite, ending.message ?? ''), ending.arm)
  if (ending === undefined || ending.stopped === 'interrupted')
    return failed('inconclusive', gateTexts.interrupted(suite))
  if (pairs.every(({ assessment }) => assessment.blocks === 0))
    return failed('invalid', gateTexts.noBlock(suite))
  const unranked = sweep.ranking.filter(({ rank }) => rank === undefined).map(({ arm }) => arm)
  return {
    status: 'passed',
    failures: [],
    notices: unranked.length === 0 ? [] : [sweepTexts.notRanked(suite, unranked)],
  }
}
