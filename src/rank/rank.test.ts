import { describe, expect, test } from 'vitest'
import { namesOf, sweepFor, sweepTrials, type Rate } from '../../test/support/sweeps.ts'
import { createRandom } from '../stats/index.ts'
import type { RankedPlan } from '../judge/plan.ts'
import { isOpen, rank } from './rank.ts'
import { trackOf, type Track } from './tracks.ts'

const sweep = sweepFor({ grid: { top_k: [1, 2, 3, 4] }, blocks: { min: 8, max: 12 } })
const [A, B, C, D] = namesOf(sweep) as [string, string, string, string]

const tracks = (rate: Rate, blocks = 12): Track[] => {
  const trials = sweepTrials(sweep, 1, blocks, rate)
  return sweep.candidates.map((point) => trackOf(sweep, point, trials))
}
const ranks = (standings: ReturnType<typeof rank>) => standings.map(({ arm, rank }) => `${rank} ${arm}`)

/** Machine-wide drift, and a scatter of ± 1 % that is each arm's own: block after block up, down, down, up. */
const noisy =
  (rates: Record<string, number>): Rate =>
  (arm, block) => {
    const own = ((block + Object.keys(rates).indexOf(arm)) % 4 < 2 ? 1 : -1) * 0.01
    return (rates[arm] ?? 100) * (1 + block / 50) * (1 + own)
  }

describe('ranks', () => {
  test('equal arms tie, a slower one is behind, and drift common to a block does not count', () => {
    const standings = rank(
      sweep,
      tracks((arm, block) => (arm === D ? 90 : 100) * (1 + block / 10)),
    )
    expect(ranks(standings)).toEqual([`1 ${A}`, `1 ${B}`, `1 ${C}`, `4 ${D}`])
    expect(Math.exp(-standings[3]!.behind!.estimate)).toBeCloseTo(0.9, 12)
    expect(standings[0]).not.toHaveProperty('behind')
  })

  test('arms within the noise share a rank, those beyond do not', () => {
    const standings = rank(sweep, tracks(noisy({ [A]: 100, [B]: 100.2, [C]: 110, [D]: 110.2 })))
    expect(ranks(standings).map((line) => line.slice(0, 1))).toEqual(['1', '1', '3', '3'])
    expect(new Set(standings.slice(0, 2).map(({ arm }) => arm))).toEqual(new Set([C, D]))
  })

  test('too few blocks tell nobody apart, and leave every standing open', () => {
    const standings = rank(
      sweep,
      tracks((arm) => (arm === A ? 200 : 100), 5),
    )
    expect(standings.map(({ rank }) => rank)).toEqual([1, 1, 1, 1])
    expect(standings.map((standing) => isOpen(standing, 0.05))).toEqual([false, true, true, true])
  })

  test('who was dropped ranks behind those that went on, whatever its estimate, and never ties with them', () => {
    const standings = rank(
      sweep,
      tracks(() => 100),
      new Map([
        [A, 8],
        [C, 10],
      ]),
    )
    expect(ranks(standings)).toEqual([`1 ${B}`, `1 ${D}`, `3 ${C}`, `4 ${A}`])
  })

  test('a standing is closed when behind beyond doubt, or within the threshold', () => {
    const standings = rank(
      sweep,
      tracks((arm) => (arm === D ? 90 : arm === C ? 98 : 100)),
    )
    const delta = Math.log(1.05)
    expect(standings.map((standing) => isOpen(standing, delta))).toEqual([false, false, false, false])
  })
})

test('the best arm leaves rank 1 in no more runs than alpha allows, though the data choose the leader', () => {
  const plan: RankedPlan = sweepFor({
    grid: { top_k: Array.from({ length: 12 }, (_, i) => i + 1) },
    blocks: { min: 12, max: 12 },
  })
  const random = createRandom(7)
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const runs = 600
  let lost = 0
  for (let run = 0; run < runs; run++) {
    const all = namesOf(plan).map((arm): Track => ({
      arm,
      d: new Map(Array.from({ length: 12 }, (_, i) => [i + 1, 0.05 * normal()])),
    }))
    // All are equally good, the hardest case: call the first one best.
    if (rank(plan, all).find(({ arm }) => arm === all[0]!.arm)!.rank !== 1) lost++
  }
  expect(lost / runs).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs))
})
