import { sweepTexts, warningTexts } from '../errors.ts'
import type { ArmFacts, Ending } from '../judge/plan.ts'
import { asksTheSame, canonical } from '../judge/requested.ts'
import { effectiveConfig, suiteWarnings } from '../judge/warnings.ts'
import type { Warning } from '../schema/generated.ts'
import type { SweepAssessment, SweepFacts, Unranked } from './judge.ts'
import { pairPlan, type SweepPlan } from './plan.ts'
import type { Standpoint } from './replay.ts'

/** What the servers made of each arm; an arm of which they said nothing is missing. */
export function configsOf({ points, baseline }: SweepPlan, facts: SweepFacts): ReadonlyMap<string, string> {
  const arms = [baseline, ...points.map(({ arm }) => arm)]
  return new Map(
    arms.flatMap((arm): [string, string][] => {
      const known = facts[arm.name]
      return known?.effective.num_ctx === undefined ? [] : [[arm.name, effectiveConfig(arm, known)]]
    }),
  )
}

/** Told by axis or once for all arms; the same sentence for eighteen arms is told by nobody and read by nobody. */
const TOLD_BY_AXIS = new Set(['num_ctx_clamped', 'num_gpu_no_effect', 'identical_arms'])

/** Every warning of a sweep, each once. */
export function sweepWarnings(
  plan: SweepPlan,
  facts: SweepFacts,
  pairs: SweepAssessment['pairs'],
  configs: ReadonlyMap<string, string>,
  { givenUp }: Standpoint,
  unranked: ReadonlyMap<string, Unranked>,
  ending: Ending | undefined,
): Warning[] {
  const unknown: ArmFacts = { server: { kind: 'ollama' }, effective: {} }
  const byPair = pairs.flatMap(({ point, trials, assessment }) => {
    const own = {
      baseline: facts[plan.baseline.name] ?? unknown,
      candidate: facts[point.arm.name] ?? unknown,
    }
    const onGrid = point.settings !== undefined
    return suiteWarnings(pairPlan(plan, point), own, trials, assessment).filter(
      ({ code, arm }) =>
        !(TOLD_BY_AXIS.has(code) && (code === 'identical_arms' || (onGrid && arm === point.arm.name))),
    )
  })
  const alike = [...Map.groupBy(configs.keys(), (arm) => configs.get(arm)!).values()].filter(
    (arms) => arms.length > 1 && !askedAlike(plan, arms) && !onlyGrid(plan, arms),
  )
  return [
    ...new Map(byPair.map((warning) => [canonical(warning), warning])).values(),
    ...alike.map((arms) => ({ code: 'identical_arms', message: sweepTexts.identical(arms) })),
    ...[...givenUp].map(([arm, why]) => ({
      code: 'arm_given_up',
      arm,
      message: sweepTexts.givenUp(arm, why),
    })),
    ...[...unranked]
      .filter(([, why]) => why === 'answers_worse')
      .map(([arm]) => ({ code: 'answers_worse', arm, message: sweepTexts.answersWorse(arm) })),
    ...(ending !== undefined && ending.requeued > 0
      ? [{ code: 'requeued_blocks', message: warningTexts.requeued(ending.requeued) }]
      : []),
    ...(ending?.warnings ?? []),
  ]
}

/** What points of the grid have in common is told by axis. */
function onlyGrid({ points }: SweepPlan, names: readonly string[]): boolean {
  return names.every((name) =>
    points.some(({ arm, settings }) => arm.name === name && settings !== undefined),
  )
}

/** The baseline again under another name asks for the same and is no surprise. */
function askedAlike({ baseline, points }: SweepPlan, names: readonly string[]): boolean {
  const arms = [baseline, ...points.map(({ arm }) => arm)].filter(({ name }) => names.includes(name))
  return arms.every((arm) => asksTheSame(arm, arms[0]!))
}
