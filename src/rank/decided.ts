import { assess } from '../judge/assess.ts'
import { pairOf, trialsOf } from '../judge/pair.ts'
import type { RankedPlan } from '../judge/plan.ts'
import type { Trial } from '../schema/generated.ts'
import { isOpen, rank } from './rank.ts'
import { replay } from './replay.ts'
import { smallestThatMatters, trackOf } from './tracks.ts'

/** Whether every contender has its verdict against the baseline, and is behind the leader or within the threshold of it. */
export function isRankingDecided(plan: RankedPlan, trials: readonly Trial[]): boolean {
  const { contenders } = replay(plan, trials)
  if (contenders.length === 0) return false
  const tracks = contenders.map((candidate) => trackOf(plan, candidate, trials)).filter(({ d }) => d.size > 0)
  const delta = smallestThatMatters(plan, trials)
  if (rank(plan, tracks).some((standing) => isOpen(standing, delta))) return false
  return contenders.every((candidate) => {
    const { comparisons } = assess(pairOf(plan, candidate), trialsOf(plan, candidate, trials), 'measure')
    const own = comparisons.find(({ metric, stage }) => metric === plan.ranking.rankBy && stage === null)
    return own === undefined || own.verdict !== 'inconclusive'
  })
}
