import { sweepTexts } from './messages.ts'
import { armsOf, factsOf, type Ending, type Facts, type RankedPlan } from '../judge/plan.ts'
import { whyAbsent } from '../judge/absence.ts'
import { asksTheSame, canonical } from '../judge/comparable.ts'
import { effectiveConfig, requeueWarnings, suiteWarnings } from '../judge/warnings.ts'
import type { Results } from '../judge/results.ts'
import { present } from '../optional.ts'
import type { Trial, Unranked, Warning } from '../schema/generated.ts'
import type { Standpoint } from './replay.ts'
import { sameAs, whySame } from './same.ts'

/** What a ranking rests on. `ending` is missing when the worker died. */
export interface ToRank {
  plan: RankedPlan
  facts: Facts
  trials: readonly Trial[]
  results: Results
  ending?: Ending | undefined
}

/** What the servers made of each arm; an arm of which they said nothing is missing. */
export function configsOf(plan: RankedPlan, facts: Facts): ReadonlyMap<string, string> {
  return new Map(
    armsOf(plan).flatMap((arm): [string, string][] => {
      const known = factsOf(facts, arm)
      return known.effective.num_ctx === undefined ? [] : [[arm.name, effectiveConfig(arm, known)]]
    }),
  )
}

/** By axis, or once for all arms: nobody reads the same sentence for eighteen arms. */
const TOLD_BY_AXIS = new Set(['num_ctx_clamped', 'num_gpu_no_effect', 'identical_arms'])
/** Of blocks that candidates share: once for all of them. */
const TOLD_ONCE = 'machine_set_apart'

/** Every warning of a sweep, each once. */
export function sweepWarnings(
  { plan, facts, results, ending }: ToRank,
  configs: ReadonlyMap<string, string>,
  { givenUp }: Standpoint,
  unranked: ReadonlyMap<string, Unranked>,
): Warning[] {
  const byPair = results.candidates.flatMap(({ candidate, pair, trials, assessment }) => {
    const own = { baseline: factsOf(facts, plan.baseline), candidate: factsOf(facts, candidate.arm) }
    const onGrid = candidate.settings !== undefined
    return suiteWarnings(pair, own, trials, assessment).filter(
      ({ code, arm }) =>
        code !== TOLD_ONCE &&
        !(TOLD_BY_AXIS.has(code) && (code === 'identical_arms' || (onGrid && arm === candidate.arm.name))),
    )
  })
  const { rankBy } = plan.ranking
  const same = sameAs(plan, facts)
  const alike = [...Map.groupBy(configs, ([, config]) => config).values()]
    .map((group) => group.map(([arm]) => arm).filter((arm) => !same.has(arm)))
    .filter((arms) => arms.length > 1 && !askedAlike(plan, arms) && !onlyGrid(plan, arms))
  return present<Warning>(
    [...new Map(byPair.map((warning) => [canonical(warning), warning])).values()],
    alike.map((arms) => ({ code: 'identical_arms', message: sweepTexts.identical(arms) })),
    [...Map.groupBy(same, ([, of]) => of)].map(([first, arms]) => ({
      code: 'measured_once',
      message: sameText(
        plan,
        facts,
        first,
        arms.map(([arm]) => arm),
      ),
    })),
    [...givenUp].map(([arm, why]) => ({ code: 'arm_given_up', arm, message: sweepTexts.givenUp(arm, why) })),
    [...unranked]
      .filter(([, why]) => why === 'answers_worse')
      .map(([arm]) => ({ code: 'answers_worse', arm, message: sweepTexts.answersWorse(arm) })),
    results.candidates
      .filter(({ candidate }) => unranked.get(candidate.arm.name) === 'not_measured')
      .map(({ candidate: { arm }, pair, trials }) => ({
        code: 'metric_absent',
        arm: arm.name,
        metric: rankBy,
        message: sweepTexts.notMeasured(arm.name, rankBy, whyAbsent(pair, trials, rankBy)),
      })),
    requeueWarnings(results.candidates, ending),
    ending?.warnings,
  )
}

function sameText(plan: RankedPlan, facts: Facts, first: string, names: readonly string[]): string {
  const own = armsOf(plan).filter(({ name }) => name === first)
  const others = armsOf(plan).filter(({ name }) => names.includes(name))
  const why = own.flatMap((one) => others.flatMap((other) => whySame(one, other, facts)))
  return sweepTexts.same(names, first, [...new Set(why)])
}

/** What points of the grid have in common is reported by axis. */
function onlyGrid({ candidates }: RankedPlan, names: readonly string[]): boolean {
  return names.every((name) =>
    candidates.some(({ arm, settings }) => arm.name === name && settings !== undefined),
  )
}

/** The baseline again under another name asks for the same and is no surprise. */
function askedAlike(plan: RankedPlan, names: readonly string[]): boolean {
  const [first, ...rest] = armsOf(plan).filter(({ name }) => names.includes(name))
  return first === undefined || rest.every((arm) => asksTheSame(arm, first))
}
