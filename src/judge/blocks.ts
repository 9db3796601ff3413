import type { Phase, Role, Trial } from '../schema/generated.ts'
import type { ArmPair } from './pair.ts'

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
  const coldIsNormal = {
    baseline: alwaysCold(plan, trials, 'baseline'),
    candidate: alwaysCold(plan, trials, 'candidate'),
  }
  const usable = (trial: Trial): boolean => trial.valid && (coldIsNormal[trial.role] || !isCold(trial))
  const phases: readonly Phase[] = phase === 'measure' ? ['measure', 'solo'] : [phase]
  return lastAttempts(trials.filter((trial) => phases.includes(trial.phase)))
    .filter(({ trials, solos }) => isPaired(trials) && trials.baseline.length > 0 && isPaired(solos))
    .filter(({ trials, solos }) =>
      [trials, solos].every(({ baseline, candidate }) => [...baseline, ...candidate].every(usable)),
    )
}

/** Whether a call of the trial loaded the model. */
export function isCold(trial: Trial): boolean {
  return trial.calls.some((call) => call.cold)
}

/** An arm whose every trial loads the model, by its keep_alive or its agent's way, is meant to be cold. */
function alwaysCold(plan: Pick<ArmPair, 'arms'>, trials: readonly Trial[], role: Role): boolean {
  const { keep_alive, agents } = plan.arms[role]
  if ([keep_alive, ...(agents ?? []).map((agent) => agent.keep_alive)].some((one) => keepAliveMs(one) === 0))
    return true
  const own = trials.filter((trial) => trial.role === role && trial.valid && trial.phase !== 'warmup')
  return own.length >= 3 && own.every(isCold)
}

function isPaired({ baseline, candidate }: Readonly<Record<Role, readonly Trial[]>>): boolean {
  return baseline.length === candidate.length
}

function lastAttempts(trials: readonly Trial[]): Block[] {
  const blocks = [...Map.groupBy(trials, (trial) => trial.block)].map(([number, all]) => {
    const attempt = Math.max(...all.map((trial) => trial.attempt))
    const last = all.filter((trial) => trial.attempt === attempt)
    const of = (solo: boolean, role: Role): Trial[] =>
      last.filter((trial) => (trial.phase === 'solo') === solo && trial.role === role)
    return {
      number,
      trials: { baseline: of(false, 'baseline'), candidate: of(false, 'candidate') },
      solos: { baseline: of(true, 'baseline'), candidate: of(true, 'candidate') },
    }
  })
  return blocks.toSorted((a, b) => a.number - b.number)
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
