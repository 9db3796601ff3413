/** The judge of a sweep: its plan, what the servers said and its trials give ranking, ties, effects and warnings. */
import { assess, type Assessment } from '../judge/assess.ts'
import type { ArmFacts, Ending } from '../judge/plan.ts'
import { countValid, tallyTrials } from '../judge/validity.ts'
import { metrics } from '../metrics.ts'
import type { Comparison, SweepReport, SweepRow, Trial, Warning } from '../schema/generated.ts'
import { toRatio } from '../stats/index.ts'
import { axisEffects } from './axes.ts'
import { isWithin, isWorse, type Contrast } from './contrast.ts'
import { effectReport } from './effects.ts'
import { pairPlan, pairTrials, type SweepPlan, type SweepPoint } from './plan.ts'
import { rank, type Standing } from './rank.ts'
import { answersWorse, replay, type Standpoint } from './replay.ts'
import { smallestThatMatters, trackOf, type Track } from './tracks.ts'
import { configsOf, sweepWarnings } from './warnings.ts'

/** What the servers said, by arm; empty where nothing is known. */
export type SweepFacts = Readonly<Record<string, ArmFacts>>

/** What the trials of a sweep say. */
export interface SweepAssessment {
  /** Each candidate against the baseline, in the order of the plan. */
  pairs: readonly { point: SweepPoint; trials: Trial[]; assessment: Assessment }[]
  sweep: SweepReport
  warnings: Warning[]
}

/** Judges a sweep. `ending` is missing when its worker died. */
export function judgeSweep(
  plan: SweepPlan,
  facts: SweepFacts,
  trials: readonly Trial[],
  ending?: Ending,
): SweepAssessment {
  const stand = replay(plan, trials)
  const pairs = plan.points.map((point) => {
    const own = pairTrials(trials, point.arm.name)
    return { point, trials: own, assessment: assess(pairPlan(plan, point), own, 'measure') }
  })
  const delta = smallestThatMatters(plan, trials)
  const tracks = new Map(plan.points.map((point) => [point.arm.name, trackOf(plan, point, trials)]))
  const unranked = new Map(
    plan.points.flatMap((point) => reasonsOf(plan, point, trials, stand, tracks.get(point.arm.name)!)),
  )
  const ranked = [...tracks.values()].filter(({ arm }) => !unranked.has(arm))
  const standings = rank(plan, ranked, stand.dropped)
  const configs = configsOf(plan, facts)
  const rows = pairs.map((pair) => {
    const arm = pair.point.arm.name
    const standing = standings.find((one) => one.arm === arm)
    return rowOf(plan, pair, {
      standing,
      unranked: unranked.get(arm),
      dropped: stand.dropped.get(arm),
      delta,
    })
  })
  const measured = [...tracks.values()].filter(({ d }) => d.size > 0)
  const { better, unit } = metrics[plan.rankBy]
  return {
    pairs,
    sweep: {
      rank_by: plan.rankBy,
      better,
      unit,
      alpha: plan.alpha,
      threshold: plan.rules[plan.rankBy].threshold,
      axes: plan.axes.map(({ name, values }) => ({ name, values: [...values] })),
      ranking: [
        ...standings.map(({ arm }) => rows.find((row) => row.arm === arm)!),
        ...rows.filter(({ rank }) => rank === undefined),
      ],
      ties: [...Map.groupBy(standings, ({ rank }) => rank).values()]
        .filter(({ length }) => length > 1)
        .map((tied) => tied.map(({ arm }) => arm)),
      effects: axisEffects(plan, measured, configs, delta).map((effect) => effectReport(plan, effect)),
      ...(plan.halving !== undefined && { halving: { ...plan.halving, rungs: rungsOf(stand) } }),
      trials: trials.length,
    },
    warnings: sweepWarnings(plan, facts, pairs, configs, stand, unranked, ending),
  }
}

/** Why a candidate is not ranked. */
export type Unranked = NonNullable<SweepRow['unranked']>

function reasonsOf(
  plan: SweepPlan,
  point: SweepPoint,
  trials: readonly Trial[],
  stand: Standpoint,
  track: Track,
): [string, Unranked][] {
  const { name } = point.arm
  if (stand.givenUp.has(name)) return [[name, 'given_up']]
  if (answersWorse(plan, point, trials)) return [[name, 'answers_worse']]
  return track.d.size === 0 ? [[name, 'not_measured']] : []
}

interface Place {
  standing: Standing | undefined
  unranked: Unranked | undefined
  dropped: number | undefined
  delta: number
}

function rowOf(
  plan: SweepPlan,
  { point, trials, assessment }: SweepAssessment['pairs'][number],
  { standing, unranked, dropped, delta }: Place,
): SweepRow {
  const counted = countValid(tallyTrials(trials.filter((trial) => trial.arm === point.arm.name)))
  const compared = assessment.comparisons.find(
    ({ metric, stage }) => metric === plan.rankBy && stage === null,
  )
  const { behind } = standing ?? {}
  return {
    ...(standing !== undefined && { rank: standing.rank }),
    ...(unranked !== undefined && { unranked }),
    arm: point.arm.name,
    ...(point.settings !== undefined && { point: point.settings }),
    ...figures(compared),
    verdict: compared?.verdict ?? 'inconclusive',
    blocks: compared?.blocks ?? 0,
    valid_rate: counted.trials === 0 ? 0 : counted.valid / counted.trials,
    ...(dropped !== undefined && { eliminated_after: dropped }),
    ...(behind !== undefined && {
      leader: {
        ...toRatio(behind, metrics[plan.rankBy].better),
        blocks: behind.n,
        verdict: againstLeader(behind, delta),
      },
    }),
  }
}

function figures(compared: Comparison | undefined): Partial<SweepRow> {
  if (compared === undefined) return {}
  const { candidate_value: value, ratio, interval } = compared
  return {
    ...(value !== undefined && { value }),
    ...(ratio !== undefined && { ratio }),
    ...(interval !== undefined && { interval }),
  }
}

function againstLeader(behind: Contrast, delta: number): 'behind' | 'equal' | 'open' {
  if (isWorse(behind)) return 'behind'
  return isWithin(behind, delta) ? 'equal' : 'open'
}

function rungsOf({ dropped }: Standpoint): { blocks: number; dropped: string[] }[] {
  const rungs = Map.groupBy(dropped, ([, blocks]) => blocks)
  return [...rungs].map(([blocks, arms]) => ({ blocks, dropped: arms.map(([arm]) => arm) }))
}
