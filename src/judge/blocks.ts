import type { Phase, Role, Trial } from '../schema/generated.ts'
import type { Plan } from './plan.ts'

/** One block that may enter the statistics: every trial of both arms is valid and as warm as the arm is meant to be. */
export interface Block {
  number: number
  /** One trial an arm, or k where arms run in mini-blocks. */
  trials: Readonly<Record<Role, readonly Trial[]>>
}

/** The complete, valid blocks of a phase, in their order. A re-queued block counts by its last attempt. */
export function completeBlocks(plan: Pick<Plan, 'arms'>, trials: readonly Trial[], phase: Phase): Block[] {
  const coldIsNormal = { baseline: alwaysCold(plan, trials, 'baseline'), candidate: alwaysCold(plan, trials, 'candidate') }
  const usable = (trial: Trial): boolean => trial.valid && (coldIsNormal[trial.role] || !isCold(trial))
  return lastAttempts(trials.filter((trial) => trial.phase === phase))
    .filter(({ trials }) => trials.baseline.length > 0 && trials.baseline.length === trials.candidate.length)
    .filter(({ trials }) => [...trials.baseline, ...trials.candidate].every(usable))
}

/** Whether a call of the trial loaded the model. */
export function isCold(trial: Trial): boolean {
  return trial.calls.some((call) => call.cold)
}

/** An arm whose every trial loads the model, by its keep_alive or its agent's way, is meant to be cold. */
function alwaysCold(plan: Pick<Plan, 'arms'>, trials: readonly Trial[], role: Role): boolean {
  if (isZero(plan.arms[role].keep_alive)) return true
  const own = trials.filter((trial) => trial.role === role && trial.valid && trial.phase !== 'warmup')
  return own.length >= 3 && own.every(isCold)
}

function isZero(keepAlive: string | number | undefined): boolean {
  return keepAlive !== undefined && /^0+(\.0+)?[a-zµ]*$/.test(String(keepAlive))
}

function lastAttempts(trials: readonly Trial[]): Block[] {
  const attempts = new Map<number, { attempt: number; trials: Record<Role, Trial[]> }>()
  for (const trial of trials) {
    let block = attempts.get(trial.block)
    if (block === undefined || block.attempt < trial.attempt) {
      block = { attempt: trial.attempt, trials: { baseline: [], candidate: [] } }
      attempts.set(trial.block, block)
    }
    if (trial.attempt === block.attempt) block.trials[trial.role].push(trial)
  }
  return [...attempts].map(([number, { trials }]) => ({ number, trials })).toSorted((a, b) => a.number - b.number)
}
