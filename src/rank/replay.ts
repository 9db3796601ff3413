/**
 * Where a sweep stands, replayed from its trials look by look: who still runs, who was dropped when, who was given up.
 * At each look only the trials of the blocks before it count, so a later look never changes an earlier one.
 */
import { assess } from '../judge/assess.ts'
import { pairOf, trialsOf } from '../judge/pair.ts'
import type { Candidate, RankedPlan } from '../judge/plan.ts'
import { blocksOf, whyGivenUp } from '../judge/unusable.ts'
import { judgeValidity } from '../judge/validity.ts'
import type { Trial } from '../schema/generated.ts'
import { inOrder, isOpen, rank } from './rank.ts'
import { compareTracks, isWorse, smallestThatMatters, trackOf } from './tracks.ts'

/** Where a sweep stands. */
export interface Standpoint {
  /** Candidates that run in the next block. */
  contenders: readonly Candidate[]
  /** Blocks after which an arm was dropped by halving, by arm. */
  dropped: ReadonlyMap<string, number>
  /** Why an arm was given up: it gave no valid trials, or too few. By arm. */
  givenUp: ReadonlyMap<string, string>
  /** Blocks of the last look reached; 0 before the first. */
  look: number
}

/** Replays a sweep from its first trial. */
export function replay(sweep: RankedPlan, trials: readonly Trial[]): Standpoint {
  const dropped = new Map<string, number>()
  let contenders = [...sweep.candidates]
  let look = 0
  for (const n of sweep.looks) {
    const before = trials.filter((trial) => trial.block <= n)
    const usable = contenders.filter((point) => whyGivenUp(sweep, point, before, 'measure') === undefined)
    if (
      usable.length === 0 ||
      !usable.every((point) => blocksOf(sweep, point, before, 'measure').length >= n)
    )
      break
    look = n
    if (sweep.ranking.halving === undefined || n === sweep.looks.at(-1)) continue
    const kept = keptArms(sweep, sweep.ranking.halving.keep, usable, before)
    for (const { arm } of usable) if (!kept.has(arm.name)) dropped.set(arm.name, n)
    contenders = usable.filter(({ arm }) => kept.has(arm.name))
  }
  const givenUp = new Map(
    sweep.candidates.flatMap((point): [string, string][] => {
      const why = whyGivenUp(sweep, point, trials, 'measure')
      return why === undefined || dropped.has(point.arm.name) ? [] : [[point.arm.name, why]]
    }),
  )
  return { contenders: contenders.filter(({ arm }) => !givenUp.has(arm.name)), dropped, givenUp, look }
}

/** Whether a candidate's trials are proven to be valid less often than the baseline's, by the threshold or more. */
export function answersWorse(sweep: RankedPlan, point: Candidate, trials: readonly Trial[]): boolean {
  const verdict = judgeValidity(pairOf(sweep, point), trialsOf(sweep, point, trials))?.verdict
  return verdict === 'regressed'
}

/** Names of the candidates that go on. One that answers worse is dropped, however fast; one without a value yet is kept. */
function keptArms(
  sweep: RankedPlan,
  keep: number,
  points: readonly Candidate[],
  trials: readonly Trial[],
): ReadonlySet<string> {
  const honest = points.filter((point) => !answersWorse(sweep, point, trials))
  const tracks = inOrder(
    honest.map((point) => trackOf(sweep, point, trials)).filter(({ d }) => d.size > 0),
    new Map(),
  )
  const going = survivors(tracks, keep, (track, than) => isWorse(compareTracks(sweep, track, than)))
  const unmeasured = honest.map(({ arm }) => arm.name).filter((arm) => !tracks.some((one) => one.arm === arm))
  return new Set([...going.map(({ arm }) => arm), ...unmeasured])
}

/**
 * Who goes on: the better share, and every arm behind it that is not detectably worse than the last of that share. So a cut
 * never falls between two arms that may be the same, and the best arm is dropped no more often than alpha allows.
 *
 * @param order arms, best first
 * @param keep share that goes on, above 0; at least one arm does
 * @param isWorse whether the first arm is detectably worse than the second
 */
export function survivors<Arm>(
  order: readonly Arm[],
  keep: number,
  isWorse: (arm: Arm, than: Arm) => boolean,
): Arm[] {
  const kept = Math.max(1, Math.ceil(order.length * keep))
  const last = order[kept - 1]
  return order.filter((arm, i) => i < kept || (last !== undefined && !isWorse(arm, last)))
}

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
