/** When a sweep stops: decided, spent, or broken. */
import { sweepTexts, warningTexts } from '../errors.ts'
import { assess } from '../judge/assess.ts'
import { completeBlocks } from '../judge/blocks.ts'
import { whyUnusable } from '../judge/unusable.ts'
import { canAfford } from '../sweep/halving.ts'
import { pairPlan, pairTrials, type SweepPoint } from '../sweep/plan.ts'
import { isOpen, rank } from '../sweep/rank.ts'
import { replay } from '../sweep/replay.ts'
import { smallestThatMatters, trackOf } from '../sweep/tracks.ts'
import type { SweepSession } from './sweep-block.ts'
import { membersOf } from './team.ts'

/** Whether a candidate has its part of a block. */
export function hasBlock({ plan, trials }: SweepSession, point: SweepPoint, number: number): boolean {
  const own = pairTrials(trials, point.arm.name)
  return completeBlocks(pairPlan(plan, point), own, 'measure').some((block) => block.number === number)
}

/** Whether time or trials have run out; said once. */
export function isSpent(session: SweepSession, number: number, candidates: number): boolean {
  const { plan, trials, warnings, deadline, perSwitch, residency, agent } = session
  if (performance.now() >= deadline) {
    warnings.push({ code: 'time_budget', message: warningTexts.timeBudget(plan.timeBudget!, number - 1) })
    return true
  }
  const each = (residency.switching ? perSwitch : 1) * (1 + membersOf(agent).length)
  const budget = plan.halving?.budget
  if (canAfford(budget, trials.length, candidates + 1, each)) return false
  warnings.push({ code: 'trial_budget', message: sweepTexts.trialBudget(budget!, number - 1) })
  return true
}

/** Whether every contender has its verdict against the baseline, and is behind the leader or certainly as good. */
export function isDecided({ plan, trials }: SweepSession): boolean {
  const { contenders } = replay(plan, trials)
  const tracks = contenders.map((point) => trackOf(plan, point, trials)).filter(({ d }) => d.size > 0)
  const delta = smallestThatMatters(plan, trials)
  if (rank(plan, tracks).some((standing) => isOpen(standing, delta))) return false
  return contenders.every((point) => {
    const { comparisons } = assess(pairPlan(plan, point), pairTrials(trials, point.arm.name), 'measure')
    const own = comparisons.find(({ metric, stage }) => metric === plan.rankBy && stage === null)
    return own === undefined || own.verdict !== 'inconclusive'
  })
}

/** The arm without which there is no sweep: the baseline, or the last candidate of which none is left. */
export function findBroken({ plan, trials }: SweepSession): { arm: string; message: string } | undefined {
  const own = (name: string) => trials.filter((trial) => trial.arm === name)
  const broken = [plan.baseline, ...plan.points.map(({ arm }) => arm)].map(({ name }) => ({
    arm: name,
    message: whyUnusable(own(name)),
  }))
  const [baseline, ...candidates] = broken
  const found =
    baseline!.message !== undefined
      ? baseline
      : candidates.every(({ message }) => message !== undefined)
        ? candidates[0]
        : undefined
  return found?.message === undefined ? undefined : { arm: found.arm, message: found.message }
}
