import type { Verdict } from '../../src/stats/index.ts'
import type { Noise, Run } from './noise.ts'

/** The situation in which a procedure has to decide. */
export interface Situation {
  noise: Noise
  /** What the candidate makes of the time: 1 is no change, 1.1 is 10 % slower. */
  factor: number
  random: () => number
  /** Starts a run on the machine: a stored baseline comes from another one than the candidate. */
  run: () => Run
}

/** What a procedure said, and what it took. */
export interface Outcome {
  verdict: Verdict | undefined
  /** Trials of both arms, discarded ones included; stored ones are not counted. */
  trials: number
}

/** A way to decide whether the candidate is slower. */
export interface Procedure {
  name: string
  decide: (situation: Situation) => Outcome
}

/** Trials of each arm, where a procedure leaves the number to its user. */
export const TRIALS_PER_ARM = 10

/** `count` trials of one arm in a row. */
export function inARow(run: Run, factor: number, count: number): number[] {
  return Array.from({ length: count }, () => run(factor).value)
}

/** Mean and variance of the mean. */
export function meanOf(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, variance: squares / (values.length - 1) / values.length }
}
