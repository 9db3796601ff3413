import { createRandom } from '../../src/stats/index.ts'

/** How trials of one machine scatter. All figures are standard deviations of logs, 0.03 being about 3 %. */
export interface Noise {
  name: 'D' | 'T' | 'S'
  title: string
  /** Smallest relative change that matters for such a metric. */
  threshold: number
  /** Independent, from trial to trial. */
  sigma: number
  /** A ramp through the run: what it changes within 20 trials. */
  drift: number
  /** Slow wandering: first-order autoregressive with coefficient 0.9. */
  wander: number
  /** What one run differs from the next by, as a whole. */
  run: number
  /** Some trials take a multiple of the others, uniform between `from` and `to`. */
  outliers: { share: number; from: number; to: number; cold: boolean } | undefined
}

/** D: decode throughput. T: time to first token, now and then with a model load in it. S: a shared CI runner. */
export const noises: readonly Noise[] = [
  {
    name: 'D',
    title: 'decode',
    threshold: 0.05,
    sigma: 0.03,
    drift: 0.04,
    wander: 0,
    run: 0.03,
    outliers: undefined,
  },
  {
    name: 'T',
    title: 'TTFT',
    threshold: 0.15,
    sigma: 0.1,
    drift: 0.08,
    wander: 0.04,
    run: 0.05,
    outliers: { share: 0.05, from: 1.5, to: 6, cold: true },
  },
  {
    name: 'S',
    title: 'shared runner',
    threshold: 0.15,
    sigma: 0.08,
    drift: 0,
    wander: 0.1,
    run: 0.08,
    outliers: { share: 0.03, from: 1.5, to: 4, cold: false },
  },
]

/** One trial's time; `cold` if the server would report a model load. */
export interface Measured {
  value: number
  cold: boolean
}

/** A run on the machine: each call is the next trial in time; `factor` is what the arm makes of the time. */
export type Run = (factor: number) => Measured

/** Starts a run. Its level, its ramp and its wandering are drawn anew, and shared by all of its trials. */
export function startRun(noise: Noise, random: () => number): Run {
  const level = noise.run * normal(random)
  const slope = (noise.drift * normal(random)) / 20
  let wander = noise.wander * normal(random)
  let trial = 0
  return (factor) => {
    const log = level + slope * trial + wander + noise.sigma * normal(random)
    trial++
    if (noise.wander > 0) wander = 0.9 * wander + Math.sqrt(1 - 0.81) * noise.wander * normal(random)
    const { outliers } = noise
    const struck = outliers !== undefined && random() < outliers.share
    const multiple = struck ? outliers.from + (outliers.to - outliers.from) * random() : 1
    return { value: 100 * factor * Math.exp(log) * multiple, cold: struck && outliers.cold }
  }
}

/** A standard normal value (Box and Muller). */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** A generator of its own for each part of the simulation, whatever the order in which the parts run. */
export function generatorFor(seed: number, ...parts: readonly (string | number)[]): () => number {
  let hash = seed | 0
  for (const char of parts.join('/')) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193)
  return createRandom(hash)
}
