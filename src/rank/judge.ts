/**
 * Many candidates in order: the plan of a sweep, what the servers said, and the results of its trials give ranking, ties,
 * effects and warnings. rank.ts puts the candidates in order, by how far each was from the baseline (tracks.ts); axes.ts
 * says what each option of the grid did; halving.ts who goes on; replay.ts where a sweep stands; decided.ts whether it is
 * done. All of it is pure and replayed from the trials, so that the worker that decides who goes on and the process that
 * writes the report cannot disagree.
 */
import type { Candidate, RankedPlan } from '../judge/plan.ts'
import type { CandidateResults } from '../judge/results.ts'
import { countValid, tallyTrials } from '../judge/validity.ts'
import { metrics } from '../metrics.ts'
import type { SweepReport, SweepRow, Trial, Warning } from '../schema/generated.ts'
import { toRatio } from '../stats/index.ts'
import { axisEffects } from './axes.ts'
import { isWithin, isWorse, type Contrast } from './contrast.ts'
import { effectReport } from './effects.ts'
import { rank, type Standing } from './rank.ts'
import { answersWorse, replay, type Standpoint } from './replay.ts'
import { smallestThatMatters, trackOf, type Track } from './tracks.ts'
import { configsOf, sweepWarnings, type ToRank, type Unranked } from './warnings.ts'

/** What a ranking adds to the results. */
export interface Ranked {
  sweep: SweepReport
  warnings: Warning[]
}

/** Ranks the candidates of a suite. */
export function rankSuite(suite: ToRank): Ranked {
  const { plan, facts, trials, results } = suite
  const stand = replay(plan, trials)
  const delta = smallestThatMatters(plan, trials)
  const tracks = new Map(plan.candidates.map((point) => [point.arm.name, trackOf(plan, point, trials)]))
  const unranked = new Map(
    plan.candidates.flatMap((point) => reasonsOf(plan, point, trials, stand, tracks.get(point.arm.name))),
  )
  const ranked = [...tracks.values()].filter(({ arm }) => !unranked.has(arm))
  const standings = rank(plan, ranked, stand.dropped)
  const configs = configsOf(plan, facts)
  const rows = new Map(
    results.candidates.map((one) => {
      const { name } = one.candidate.arm
      const standing = standings.find(({ arm }) => arm === name)
      const place = { standing, unranked: unranked.get(name), dropped: stand.dropped.get(name), delta }
      return [name, rowOf(plan, one, place)]
    }),
  )
  const { rankBy, axes, halving } = plan.ranking
  const { better, unit } = metrics[rankBy]
  const measured = [...tracks.values()].filter(({ d }) => d.size > 0)
  return {
    sweep: {
      rank_by: rankBy,
      better,
      unit,
      alpha: plan.alpha,
      threshold: plan.rules[rankBy].threshold,
      axes: axes.map(({ name, values }) => ({ name, values: [...values] })),
      ranking: [
        ...standings.flatMap(({ arm }) => rows.get(arm) ?? []),
        ...[...rows.values()].filter((row) => row.rank === undefined),
      ],
      ties: [...Map.groupBy(standings, ({ rank }) => rank).values()]
        .filter(({ length }) => length > 1)
        .map((tied) => tied.map(({ arm }) => arm)),
      effects: axisEffects(plan, measured, configs, delta).map((effect) => effectReport(plan, effect)),
      ...(halving !== undefined && { halving: { ...halving, rungs: rungsOf(stand) } }),
      trials: trials.length,
    },
    warnings: sweepWarnings(suite, configs, stand, unranked),
  }
}

function reasonsOf(
  plan: RankedPlan,
  point: Candidate,
  trials: readonly Trial[],
  stand: Standpoint,
  track: Track | undefined,
): [string, Unranked][] {
  const { name } = point.arm
  if (stand.givenUp.has(name)) return [[name, 'given_up']]
  if (answersWorse(plan, point, trials)) return [[name, 'answers_worse']]
  return track === undefined || track.d.size === 0 ? [[name, 'not_measured']] : []
}

interface Place {
  standing: Standing | undefined
  unranked: Unranked | undefined
  dropped: number | undefined
  delta: number
}

function rowOf(
  plan: RankedPlan,
  { candidate, trials, assessment, arm }: CandidateResults,
  { standing, unranked, dropped, delta }: Place,
): SweepRow {
  const { rankBy } = plan.ranking
  const counted = countValid(tallyTrials(trials.filter((trial) => trial.role === 'candidate')))
  const compared = assessment.comparisons.find(({ metric, stage }) => metric === rankBy && stage === null)
  const value = arm.samples[rankBy]?.median
  const { ratio, interval } = compared ?? {}
  const { behind } = standing ?? {}
  return {
    ...(standing !== undefined && { rank: standing.rank }),
    ...(unranked !== undefined && { unranked }),
    arm: candidate.arm.name,
    ...(candidate.settings !== undefined && { point: candidate.settings }),
    ...(value !== undefined && { value }),
    ...(ratio !== undefined && { ratio }),
    ...(interval !== undefined && { interval }),
    verdict: compared?.verdict ?? 'inconclusive',
    blocks: compared?.blocks ?? 0,
    valid_rate: counted.trials === 0 ? 0 : counted.valid / counted.trials,
    ...(dropped !== undefined && { eliminated_after: dropped }),
    ...(behind !== undefined && {
      leader: {
        ...toRatio(behind, metrics[rankBy].better),
        blocks: behind.n,
        verdict: againstLeader(behind, delta),
      },
    }),
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
