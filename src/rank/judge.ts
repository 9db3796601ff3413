/**
 * Many candidates in order: the plan of a sweep, what the servers said, and the results of its trials give ranking, ties,
 * effects and warnings. rank.ts puts the candidates in order, by how far each was from the baseline (tracks.ts); axes.ts
 * says what each option of the grid did; replay.ts where a sweep stands, who goes on, and whether it is done. All of it is
 * pure and replayed from the trials, so that the worker that decides who goes on and the process that
 * writes the report cannot disagree. Candidates that are one to the server are measured once (same.ts), and share a row's
 * figures.
 */
import type { Candidate, Plan, RankedPlan } from '../judge/plan.ts'
import type { CandidateResults } from '../judge/results.ts'
import { countValid, tallyTrials } from '../judge/validity.ts'
import { metrics } from '../metrics.ts'
import { defined } from '../optional.ts'
import type {
  RankedRow,
  SweepReport,
  SweepRow,
  SweepRowBase,
  Trial,
  UnrankedRow,
  Unranked,
  Warning,
} from '../schema/generated.ts'
import { toRatio } from '../stats/index.ts'
import { axisEffects, effectReport } from './axes.ts'
import { isWithin, isWorse, smallestThatMatters, trackOf, type Contrast, type Track } from './tracks.ts'
import { rank, type Standing } from './rank.ts'
import { answersWorse, replay, type Standpoint } from './replay.ts'
import { measuredPlan, sameAs } from './same.ts'
import { configsOf, sweepWarnings, type ToRank } from './warnings.ts'

/** What a ranking adds to the results. */
export interface Ranked {
  sweep: SweepReport
  warnings: Warning[]
}

/** Ranks the candidates of a suite. */
export function rankSuite(suite: ToRank): Ranked {
  const { facts, trials, results } = suite
  const plan = measuredPlan(suite.plan, facts)
  const same = sameAs(suite.plan, facts)
  const stand = replay(plan, trials)
  const delta = smallestThatMatters(plan, trials)
  const tracks = new Map(plan.candidates.map((point) => [point.arm.name, trackOf(plan, point, trials)]))
  const unranked = new Map(
    plan.candidates.flatMap((point) => reasonsOf(plan, point, trials, stand, tracks.get(point.arm.name))),
  )
  const ranked = [...tracks.values()].filter(({ arm }) => !unranked.has(arm))
  const standings = rank(plan, ranked, stand.dropped)
  const configs = configsOf(suite.plan, facts)
  const byName = new Map(results.candidates.map((one) => [one.candidate.arm.name, one]))
  const row = (arm: string, place: RankedRow | UnrankedRow): SweepRow[] => {
    const one = byName.get(arm)
    return one === undefined ? [] : [{ ...place, ...figuresOf(plan, one, stand.dropped.get(arm)) }]
  }
  const { rankBy, axes, halving } = plan.ranking
  const { better, unit } = metrics[rankBy]
  const measured = [
    ...tracks.values(),
    ...[...same].map(([arm, of]): Track => ({ arm, d: tracks.get(of)?.d ?? new Map() })),
  ].filter(({ d }) => d.size > 0)
  const ranking = withSame(suite.plan, same, [
    ...standings.flatMap((standing) => row(standing.arm, placeOf(plan, standing, delta))),
    ...[...unranked].flatMap(([arm, why]) => row(arm, { unranked: why })),
  ])
  const tied = Map.groupBy(
    ranking.filter(({ rank }) => rank !== undefined),
    ({ rank }) => rank,
  )
  return {
    sweep: {
      rank_by: rankBy,
      better,
      unit,
      alpha: plan.alpha,
      threshold: plan.rules[rankBy].threshold,
      axes: axes.map(({ name, values }) => ({ name, values: [...values] })),
      ranking,
      ties: [...tied.values()].filter(({ length }) => length > 1).map((rows) => rows.map(({ arm }) => arm)),
      effects: axisEffects(suite.plan, measured, configs, delta).map((effect) => effectReport(plan, effect)),
      ...(halving !== undefined && { halving: { ...halving, rungs: rungsOf(stand) } }),
      trials: trials.length,
    },
    warnings: sweepWarnings(suite, configs, stand, unranked),
  }
}

/** Each row followed by the candidates that were measured in it; they take places as any other. */
function withSame({ candidates }: Plan, same: ReadonlyMap<string, string>, rows: SweepRow[]): SweepRow[] {
  const all = rows.flatMap((row) => [
    row,
    ...candidates
      .filter(({ arm }) => same.get(arm.name) === row.arm)
      .map(({ arm: { name }, settings }): SweepRow => {
        const { point: _, ...figures } = row
        return { ...figures, arm: name, ...defined({ point: settings }), same_as: row.arm }
      }),
  ])
  return all.map((row) => {
    if (row.rank === undefined) return row
    const { rank: own } = row
    return { ...row, rank: 1 + all.filter(({ rank }) => rank !== undefined && rank < own).length }
  })
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

function placeOf(plan: RankedPlan, { rank, behind }: Standing, delta: number): RankedRow {
  if (behind === undefined) return { rank }
  const { better } = metrics[plan.ranking.rankBy]
  const leader = { ...toRatio(behind, better), blocks: behind.n, verdict: againstLeader(behind, delta) }
  return { rank, leader }
}

function figuresOf(
  plan: RankedPlan,
  { candidate, trials, assessment, arm }: CandidateResults,
  dropped: number | undefined,
): SweepRowBase {
  const { rankBy } = plan.ranking
  const counted = countValid(tallyTrials(trials.filter((trial) => trial.role === 'candidate')))
  const compared = assessment.comparisons.find(({ metric, stage }) => metric === rankBy && stage === null)
  return {
    arm: candidate.arm.name,
    ...defined({ point: candidate.settings, value: arm.samples[rankBy]?.median }),
    ...defined({ ratio: compared?.ratio, interval: compared?.interval }),
    verdict: compared?.verdict ?? 'inconclusive',
    blocks: compared?.blocks ?? 0,
    ...(counted.trials > 0 && { valid_rate: counted.valid / counted.trials }),
    ...defined({ eliminated_after: dropped }),
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
