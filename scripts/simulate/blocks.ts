import { blockOrder } from '../../src/run/schedule.ts'
import type { Run } from './noise.ts'

/** Blocks as the schedule runs them. */
export interface Blocks {
  /** One entry a metric. */
  metrics: { baseline: number[]; candidate: number[] }[]
  /** Trials run up to the end of each block, re-queued ones included. */
  trials: number[]
}

/** How blocks are run. */
export interface BlockOptions {
  /** ABBA or BAAB, drawn for every two blocks as the project's own schedule has it, or always the baseline first. */
  order?: 'abba' | 'fixed'
  /** What the second place in a block makes of the time: 0.95 is 5 % faster. */
  secondPlace?: number
}

/** Runs `count` blocks, each again as a whole while a trial of it is cold; every trial is measured by all `metrics`. */
export function runBlocks(
  metrics: readonly Run[],
  factor: number,
  count: number,
  random: () => number,
  { order = 'abba', secondPlace = 1 }: BlockOptions = {},
): Blocks {
  const seed = Math.floor(random() * 2 ** 31)
  const trial = (what: number) => metrics.map((run) => run(what))
  const blocks: Blocks = { metrics: metrics.map(() => ({ baseline: [], candidate: [] })), trials: [] }
  let trials = 0
  while (blocks.trials.length < count) {
    const [place] = blockOrder(seed, 'measure', blocks.trials.length + 1, [['baseline', 'candidate']]).flat()
    const baselineFirst = order === 'fixed' || place === 'baseline'
    const first = trial(baselineFirst ? 1 : factor)
    const second = trial((baselineFirst ? factor : 1) * secondPlace)
    trials += 2
    if ([...first, ...second].some(({ cold }) => cold)) continue
    const [baseline, candidate] = baselineFirst ? [first, second] : [second, first]
    blocks.metrics.forEach((metric, m) => {
      metric.baseline.push(baseline[m]?.value ?? Number.NaN)
      metric.candidate.push(candidate[m]?.value ?? Number.NaN)
    })
    blocks.trials.push(trials)
  }
  return blocks
}
