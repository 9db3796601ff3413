import { plannedBlock } from '../../src/run/schedule.ts'
import type { Run } from './noise.ts'

/** Blocks as the schedule runs them. */
export interface Blocks {
  baseline: number[]
  candidate: number[]
  /** Trials run up to the end of each block, re-queued ones included. */
  trials: number[]
}

/** How blocks are run. */
export interface BlockOptions {
  /** ABBA with a random start, as the project's own schedule has it, or always the baseline first. */
  order?: 'abba' | 'fixed'
  /** What the second place in a block makes of the time: 0.95 is 5 % faster. */
  secondPlace?: number
}

/** Runs `count` blocks, each again as a whole while a trial of it is cold. */
export function runBlocks(
  run: Run,
  factor: number,
  count: number,
  random: () => number,
  { order = 'abba', secondPlace = 1 }: BlockOptions = {},
): Blocks {
  const seed = Math.floor(random() * 2 ** 31)
  const blocks: Blocks = { baseline: [], candidate: [], trials: [] }
  let trials = 0
  while (blocks.baseline.length < count) {
    const { order: places } = plannedBlock(seed, 'measure', blocks.baseline.length + 1)
    const baselineFirst = order === 'fixed' || places[0] === 'baseline'
    const first = run(baselineFirst ? 1 : factor)
    const second = run((baselineFirst ? factor : 1) * secondPlace)
    trials += 2
    if (first.cold || second.cold) continue
    blocks.baseline.push((baselineFirst ? first : second).value)
    blocks.candidate.push((baselineFirst ? second : first).value)
    blocks.trials.push(trials)
  }
  return blocks
}
