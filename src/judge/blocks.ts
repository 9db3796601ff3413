import type { Phase, Role, Trial } from '../schema/generated.ts'
import type { ArmPair } from './pair.ts'
import type { PlannedArm } from './plan.ts'

/** One block that may enter the statistics: every trial of both arms is valid and as warm as the arm is meant to be. */
export interface Block {
  number: number
  /** One trial an arm, or k where arms run in mini-blocks. */
  trials: Readonly<Record<Role, readonly Trial[]>>
  /** Where several agents work at once: each of them alone, one trial an agent and arm. */
  solos: Readonly<Record<Role, readonly Trial[]>>
}

/** The complete, valid blocks of a phase, in their order. A re-queued block counts by its last attempt. */
export function completeBlocks(plan: Pick<ArmPair, 'arms'>, trials: readonly Trial[], phase: Phase): Block[] {
  return sortBlocks(plan, trials, phase).complete
}

/**
 * The blocks of a phase that are complete and valid: those that count, and those that are set apart because the machine
 * took too much of a trial's time. What decides is the machine's counters, in either arm and never a duration, so under
 * equal arms it says nothing of the sign of a difference. Each decision rests on the blocks before it alone, and so is
 * the same at every look.
 */
export function sortBlocks(
  plan: Pick<ArmPair, 'arms'>,
  trials: readonly Trial[],
  phase: Phase,
): { complete: Block[]; apart: Block[] } {
  const coldIsNormal = {
    baseline: alwaysCold(plan, trials, 'baseline'),
    candidate: alwaysCold(plan, trials, 'candidate'),
  }
  const usable = (trial: Trial): boolean => trial.valid && (coldIsNormal[trial.role] || !isCold(trial))
  const isWhole = (block: Block): boolean =>
    isPaired(block.trials) &&
    block.trials.baseline.length > 0 &&
    isPaired(block.solos) &&
    allOf(block).every(usable)
  const complete: Block[] = []
  const apart: Block[] = []
  for (const attempts of attemptsIn(trialsIn(trials, phase)))
    for (const [i, block] of attempts.entries()) {
      if (!isWhole(block)) continue
      if (isTaken(block) && apart.length < mostApart(block.number)) apart.push(block)
      else if (i === attempts.length - 1) complete.push(block)
    }
  return { complete, apart }
}

/** The trials of a phase's blocks; agents ran alone in the phase under way. */
function trialsIn(trials: readonly Trial[], phase: Phase): Trial[] {
  const fresh = freshFrom(trials)
  return trials.filter(
    (trial, i) => trial.phase === phase || (trial.phase === 'solo' && i >= fresh === (phase === 'confirm')),
  )
}

/** Where the fresh blocks begin, of trials in the order they ran; their number where there are none. */
export function freshFrom(trials: readonly Trial[]): number {
  const first = trials.findIndex((trial) => trial.phase === 'confirm')
  return first === -1 ? trials.length : first
}

function allOf({ trials, solos }: Block): Trial[] {
  return [trials, solos].flatMap(({ baseline, candidate }) => [...baseline, ...candidate])
}

/** Of a trial's time, taken by other machines of the host or the container's limit; a busy machine takes none of it. */
export const MOST_TAKEN = 0.1

/** Of fewer ticks the fractions are too coarse: one stolen tick is 5 % of 20, and limits are kept by 100 ms. */
const FEWEST_TICKS = 20

/** Whether a trial of the block lost more. */
export function isTaken(block: Block): boolean {
  return allOf(block).some(
    ({ machine: { stolen = 0, throttled = 0, ticks = 0 } = {} }) =>
      ticks >= FEWEST_TICKS && stolen + throttled > MOST_TAKEN,
  )
}

/** Blocks that may be set apart by this one: a tenth, and two from the start. A machine that is always so is measured as it is. */
function mostApart(number: number): number {
  return Math.max(2, Math.floor(number / 10))
}

/** Whether a call of the trial loaded the model. */
export function isCold(trial: Trial): boolean {
  return trial.calls.some((call) => call.cold)
}

/** Whether an arm or an agent of it asks that the model leave after each call. */
export function asksForCold({ keep_alive, agents = [] }: PlannedArm): boolean {
  return [keep_alive, ...agents.map((agent) => agent.keep_alive)].some((one) => keepAliveMs(one) === 0)
}

/** An arm whose every trial loads the model, by its keep_alive or its agent's way, is meant to be cold. */
function alwaysCold(plan: Pick<ArmPair, 'arms'>, trials: readonly Trial[], role: Role): boolean {
  if (asksForCold(plan.arms[role])) return true
  const own = trials.filter((trial) => trial.role === role && trial.valid && trial.phase !== 'warmup')
  return own.length >= 3 && own.every(isCold)
}

function isPaired({ baseline, candidate }: Readonly<Record<Role, readonly Trial[]>>): boolean {
  return baseline.length === candidate.length
}

/** The attempts at each block, blocks and attempts in their order. */
function attemptsIn(trials: readonly Trial[]): Block[][] {
  const blocks = [...Map.groupBy(trials, (trial) => trial.block)].toSorted(([a], [b]) => a - b)
  return blocks.map(([number, all]) =>
    [...Map.groupBy(all, (trial) => trial.attempt)]
      .toSorted(([a], [b]) => a - b)
      .map(([, own]) => {
        const of = (solo: boolean, role: Role): Trial[] =>
          own.filter((trial) => (trial.phase === 'solo') === solo && trial.role === role)
        return {
          number,
          trials: { baseline: of(false, 'baseline'), candidate: of(false, 'candidate') },
          solos: { baseline: of(true, 'baseline'), candidate: of(true, 'candidate') },
        }
      }),
  )
}

const UNIT_MS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
}

/**
 * How long a model stays after a call, ms. Ollama reads seconds or a Go duration such as `5m` or `1h30m`; negative means
 * for ever. undefined for what is neither: the server refuses it, or nobody asked.
 */
export function keepAliveMs(keepAlive: unknown): number | undefined {
  if (typeof keepAlive === 'number') return keepAlive < 0 ? Infinity : keepAlive * 1000
  if (typeof keepAlive !== 'string') return undefined
  if (keepAlive.startsWith('-')) return Infinity
  if (/^0+(\.0+)?$/.test(keepAlive)) return 0
  const parts = [...keepAlive.matchAll(/(\d+\.?\d*|\.\d+)(h|ms|m|s|us|µs|ns)/g)]
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== keepAlive) return undefined
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? ''] ?? 0), 0)
}
