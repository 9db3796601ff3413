import { criticalValues, logRatios, logThreshold, repeatedInterval, verdict } from '../../src/stats/index.ts'
import { runBlocks } from './blocks.ts'
import { generatorFor, type Noise, noises, startRun } from './noise.ts'
import { ALPHA, LOOKS } from './ours.ts'

/** One look of an example, as relative changes. */
export interface ExampleLook {
  example: string
  blocks: number
  estimate: number
  lower: number
  upper: number
  verdict: string
}

/** What the candidate makes of the time, by name. */
export const EXAMPLES: ReadonlyMap<string, number> = new Map([
  ['the same', 1],
  ['4 % slower', 1.04],
  ['10 % slower', 1.1],
])

/** One simulated run of each example under decode noise, up to its verdict. */
export function exampleLooks(): ExampleLook[] {
  const [noise] = noises as readonly [Noise, ...Noise[]]
  return [...EXAMPLES].flatMap(([example, factor]) => walk(example, factor, noise))
}

function walk(example: string, factor: number, noise: Noise): ExampleLook[] {
  const random = generatorFor(3, 'example', factor)
  const { metrics } = runBlocks([startRun(noise, random)], factor, LOOKS.at(-1) as number, random)
  const d = metrics.flatMap(({ baseline, candidate }) => logRatios(baseline, candidate, 'lower'))
  const c = criticalValues({ looks: LOOKS, alpha: ALPHA })
  const seen: ExampleLook[] = []
  for (const [k, blocks] of LOOKS.entries()) {
    const standing = repeatedInterval(d.slice(0, blocks), c[k] as number)
    const found = verdict(standing, logThreshold(noise.threshold))
    const { estimate, interval = [-Infinity, Infinity] } = standing
    const [at, from, to] = [estimate, ...interval].map(Math.expm1) as [number, number, number]
    seen.push({ example, blocks, estimate: at, lower: from, upper: to, verdict: found ?? 'goes on' })
    if (found !== undefined) break
  }
  return seen
}
