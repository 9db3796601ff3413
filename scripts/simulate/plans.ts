import { criticalValues, defaultLooks } from '../../src/stats/index.ts'
import { simulateSignedRank } from '../../src/stats/signed-rank.ts'
import type { Count } from './count.ts'

/** The plans whose critical values are published. */
export const plans: readonly { looks: readonly number[]; alpha: number }[] = [
  { looks: [6, 8, 10, 12, 16, 20], alpha: 0.05 },
  { looks: [6, 8, 10, 12, 16, 20], alpha: 0.025 },
  { looks: [6, 8, 10, 12, 16, 20], alpha: 0.01 },
  { looks: [6, 8, 10, 14, 20, 30], alpha: 0.05 },
  { looks: [6, 8, 10, 14, 20, 30], alpha: 0.025 },
  { looks: defaultLooks(6, 200), alpha: 0.05 },
  { looks: defaultLooks(6, 200), alpha: 0.025 },
]

/** Null experiments a plan is held to, whatever the simulation's size. */
export const PLAN_RUNS = 200_000

/** How often each plan ever excludes zero from one side under the null, with a seed it was not computed with. */
export function planErrors(_: number, seed: number): Count[] {
  return plans.map(({ looks, alpha }, i) => {
    const c = criticalValues({ looks, alpha })
    const statistics = simulateSignedRank(looks, PLAN_RUNS / 2, seed + i)
    let crossed = 0
    for (let run = 0; run < PLAN_RUNS; run++) {
      if (statistics.some((row, k) => (row[run] as number) <= (c[k] as number))) crossed++
    }
    return { check: `plan ${i}`, share: crossed / PLAN_RUNS }
  })
}
