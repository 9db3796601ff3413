import {
  criticalValues,
  decideSequentially,
  logRatios,
  repeatedInterval,
  type MetricSeries,
} from '../../src/stats/index.ts'
import { runBlocks } from './blocks.ts'
import type { Count } from './count.ts'
import { generatorFor, type Noise, noises, startRun } from './noise.ts'
import { ALPHA, decideOurs, lowerIsBetter, LOOKS } from './ours.ts'
import { streamsThatPause } from './pauses.ts'
import { planErrors } from './plans.ts'

/** Everything the acceptance table asks beyond the cells, by name. */
export const checks = {
  'error and coverage': errorAndCoverage,
  'place in the block': placeInTheBlock,
  'suites of two metrics': suitesOfTwoMetrics,
  'streams that pause': streamsThatPause,
  'published plans': planErrors,
} as const satisfies Record<string, (runs: number, seed: number) => Count[]>

export type CheckName = keyof typeof checks

/** A/A, every look taken: how often zero is ever excluded from below, and how often every interval holds it. */
function errorAndCoverage(runs: number, seed: number): Count[] {
  return noises.flatMap((noise) => {
    const random = generatorFor(seed, 'coverage', noise.name)
    const c = criticalValues({ looks: LOOKS, alpha: ALPHA })
    let above = 0
    let covered = 0
    for (let i = 0; i < runs; i++) {
      const { metrics } = runBlocks([startRun(noise, random)], 1, LOOKS.at(-1) as number, random)
      const d = metrics.flatMap(({ baseline, candidate }) => logRatios(baseline, candidate, 'lower'))
      const intervals = LOOKS.map((n, k) => repeatedInterval(d.slice(0, n), c[k] as number))
      if (intervals.some(({ interval: [lower] = [-1, 1] }) => lower > 0)) above++
      if (intervals.every(({ interval: [lower, upper] = [-1, 1] }) => lower <= 0 && upper >= 0)) covered++
    }
    return [
      { check: `error ${noise.name}`, share: above / runs },
      { check: `coverage ${noise.name}`, share: covered / runs },
    ]
  })
}

/** A/A where whatever runs second is 5 % faster: how often that is taken for a difference between the arms. */
function placeInTheBlock(runs: number, seed: number): Count[] {
  const noise = noises[0] as Noise
  return (['fixed', 'abba'] as const).map((order) => {
    const random = generatorFor(seed, 'place', order)
    let wrong = 0
    for (let i = 0; i < runs; i++) {
      const situation = { noise, factor: 1, random, run: () => startRun(noise, random) }
      const { verdict } = decideOurs(situation, { order, secondPlace: 0.95 })
      if (verdict === 'regressed' || verdict === 'improved') wrong++
    }
    return { check: `order ${order}`, share: wrong / runs }
  })
}

/** A/A, six suites that gate throughput (D) and TTFT (T): red before and after confirmation on fresh blocks. */
function suitesOfTwoMetrics(runs: number, seed: number): Count[] {
  const random = generatorFor(seed, 'suites')
  let red = 0
  let confirmed = 0
  for (let i = 0; i < runs; i++) {
    const suites = Array.from({ length: 6 }, () => regressedMetrics(random)).filter(
      (found) => found.length > 0,
    )
    if (suites.length > 0) red++
    if (suites.some((found) => regressedMetrics(random, found).length > 0)) confirmed++
  }
  return [
    { check: 'suites red', share: red / runs },
    { check: 'suites confirmed', share: confirmed / runs },
  ]
}

/** Of the metrics that are asked for. */
function regressedMetrics(random: () => number, asked: readonly string[] = ['throughput', 'ttft']): string[] {
  const [throughput, ttft] = noises as readonly [Noise, Noise, Noise]
  const runs = [startRun(throughput, random), startRun(ttft, random)]
  const [first, second] = runBlocks(runs, 1, LOOKS.at(-1) as number, random).metrics
  if (first === undefined || second === undefined) throw new Error('There are two metrics.')
  const of = (name: string, values: typeof first, noise: Noise): MetricSeries => ({
    ...lowerIsBetter(values, noise),
    gated: asked.includes(name),
  })
  const metrics = { throughput: of('throughput', first, throughput), ttft: of('ttft', second, ttft) }
  const { decisions } = decideSequentially({ metrics, looks: LOOKS, alpha: ALPHA })
  return Object.entries(decisions).flatMap(([name, { verdict }]) =>
    verdict === 'regressed' && asked.includes(name) ? [name] : [],
  )
}
