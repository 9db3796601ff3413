/**
 * Which arms are dead: the one rule for when an arm is not worth another trial, when a candidate is given up, and when
 * nothing is left to compare. The worker stops by it and the gate names the arm by it.
 */
import type { Phase, Trial } from '../schema/generated.ts'
import { assessGated } from './assess.ts'
import { completeBlocks, sortBlocks } from './blocks.ts'
import { pairOf, trialsOf } from './pair.ts'
import { armsOf, requeueLimit, type Candidate, type Plan } from './plan.ts'
import { hasOpenDrop } from './validity.ts'

/** After these no second try is worth its time: nothing will be there that was not there before. */
const HOPELESS = new Set(['unreachable', 'model_missing'])
/** An agent that waits for something that never comes costs the limit of a trial each time. */
const STUCK = 2
/** So many measured trials without a valid one, and the arm is given up. */
const GIVE_UP_AFTER = 3

/** An arm that makes the suite unusable, and the last thing that went wrong in it. */
export interface DeadArm {
  arm: string
  message: string
}

/** The arm without which there is nothing to compare: the baseline, or the first candidate where none is left. */
export function findUnusable(plan: Plan, trials: readonly Trial[]): DeadArm | undefined {
  return findDead(plan, trials, whyUnusable)
}

/** The same of arms that never had a valid trial, regardless of the rest; interrupted trials do not count. */
export function findNeverValid(
  plan: Plan,
  trials: readonly Trial[],
): (DeadArm & { trials: Trial[] }) | undefined {
  const judged = trials.filter((trial) => trial.invalid_reason !== 'interrupted')
  const dead = findDead(plan, judged, (own) =>
    own.every((trial) => !trial.valid) ? own.at(-1)?.message : undefined,
  )
  return dead === undefined ? undefined : { ...dead, trials: judged.filter(({ arm }) => arm === dead.arm) }
}

/** Why an arm is not worth another trial, in the words of the last thing that went wrong; undefined while it is. */
function whyUnusable(own: readonly Trial[]): string | undefined {
  const last = own.at(-1)
  if (last === undefined || last.valid) return undefined
  const neverValid = own.every((trial) => !trial.valid)
  const measured = own.filter((trial) => trial.phase !== 'warmup')
  const recent = own.slice(-GIVE_UP_AFTER)
  const isHopeless = ({ invalid_reason: reason }: Trial): boolean =>
    reason !== undefined && HOPELESS.has(reason)
  const gone =
    isHopeless(last) && (neverValid || (recent.length === GIVE_UP_AFTER && recent.every(isHopeless)))
  const stuck = neverValid && own.length >= STUCK && own.slice(-STUCK).every(isStuck)
  return gone || stuck || (neverValid && measured.length >= GIVE_UP_AFTER) ? (last.message ?? '') : undefined
}

/** Whether a trial reached its limit although no call of it was open. */
function isStuck({ invalid_reason: reason, calls }: Trial): boolean {
  return reason === 'timeout' && calls.every(({ valid }) => valid)
}

/**
 * Why a candidate runs no more blocks of a phase; undefined while it does. It gives no valid trials, or as many of its
 * blocks as may had to run again. While a gated drop of its valid_rate is seen and not decided they go on: blocks of an
 * arm that fails are evidence then, not waste.
 */
export function whyGivenUp(
  plan: Plan,
  candidate: Candidate,
  trials: readonly Trial[],
  phase: 'measure' | 'confirm',
): string | undefined {
  const own = trials.filter((trial) => trial.arm === candidate.arm.name)
  const unusable = whyUnusable(own)
  if (unusable !== undefined) return unusable
  const pair = pairOf(plan, candidate)
  const blocks = sortBlocks(pair, trialsOf(plan, candidate, trials), phase)
  const complete = blocks.complete.length
  const failed = attemptsOf(own, phase) - complete - blocks.apart.length
  const limit = requeueLimit(plan.blocks, complete)
  if (failed <= limit) return undefined
  const { comparisons } = assessGated(pair, trialsOf(plan, candidate, trials), phase)
  if (hasOpenDrop(comparisons) && failed <= Math.max(limit, plan.blocks.max)) return undefined
  return own.findLast((trial) => !trial.valid)?.message ?? ''
}

/** Numbers of the complete blocks of a candidate. */
export function blocksOf(plan: Plan, candidate: Candidate, trials: readonly Trial[], phase: Phase): number[] {
  const own = trialsOf(plan, candidate, trials)
  return completeBlocks(pairOf(plan, candidate), own, phase).map(({ number }) => number)
}

function attemptsOf(own: readonly Trial[], phase: Phase): number {
  const places = own
    .filter((trial) => trial.phase === phase)
    .map(({ block, attempt }) => `${block}/${attempt}`)
  return new Set(places).size
}

function findDead(
  plan: Plan,
  trials: readonly Trial[],
  why: (own: readonly Trial[]) => string | undefined,
): DeadArm | undefined {
  const byArm = Map.groupBy(trials, ({ arm }) => arm)
  const [baseline, ...candidates] = armsOf(plan).map(({ name }) => {
    const message = why(byArm.get(name) ?? [])
    return message === undefined ? undefined : { arm: name, message }
  })
  return baseline ?? (candidates.includes(undefined) ? undefined : candidates[0])
}
