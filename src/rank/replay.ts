/**
 * Where a sweep stands, replayed from its trials look by look: who still runs, who was dropped when, who was given up.
 * At each look only the trials of the blocks before it count, so a later look never changes an earlier one.
 */
import { pairOf, trialsOf } from '../judge/pair.ts'
import type { Candidate, RankedPlan } from '../judge/plan.ts'
import { blocksOf, whyGivenUp } from '../judge/unusable.ts'
import { judgeValidity } from '../judge/validity.ts'
import type { Trial } from '../schema/generated.ts'
import { isWorse } from './contrast.ts'
import { survivors } from './halving.ts'
import { inOrder } from './rank.ts'
import { compareTracks, trackOf } from './tracks.ts'

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
