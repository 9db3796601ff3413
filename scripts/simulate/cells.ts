import { generatorFor, noises, startRun } from './noise.ts'
import { ours, oursInTime } from './ours.ts'
import { peers } from './peers/index.ts'
import type { Procedure } from './procedure.ts'

/** Slow-downs of the candidate; 1 is A/A. */
export const factors = [1, 1.05, 1.1, 1.2] as const

/** All procedures of the table, ours first. */
export const procedures: readonly Procedure[] = [ours, oursInTime, ...peers]

/** One procedure under one noise and one slow-down. */
export interface Cell {
  procedure: string
  noise: string
  factor: number
  /** Shares of the runs. */
  regressed: number
  improved: number
  unchanged: number
  /** Mean of both arms together. */
  trials: number
}

/** Simulates one cell of the table; the same seed gives the same cell. */
export function simulateCell(
  procedure: string,
  noiseName: string,
  factor: number,
  runs: number,
  seed: number,
): Cell {
  const noise = noises.find(({ name }) => name === noiseName)
  const found = procedures.find(({ name }) => name === procedure)
  if (noise === undefined || found === undefined)
    throw new Error(`There is no cell ${procedure}, ${noiseName}.`)
  const random = generatorFor(seed, procedure, noiseName, factor)
  const count = { regressed: 0, improved: 0, unchanged: 0 }
  let trials = 0
  for (let i = 0; i < runs; i++) {
    const outcome = found.decide({ noise, factor, random, run: () => startRun(noise, random) })
    trials += outcome.trials
    if (outcome.verdict !== undefined) count[outcome.verdict]++
  }
  return {
    procedure,
    noise: noiseName,
    factor,
    regressed: count.regressed / runs,
    improved: count.improved / runs,
    unchanged: count.unchanged / runs,
    trials: trials / runs,
  }
}
