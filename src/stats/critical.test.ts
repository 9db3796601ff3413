import { describe, expect, test } from 'vitest'
import { createRandom, criticalValues, defaultLooks, minimumBlocks, repeatedInterval } from './index.ts'
import { signedRankTail, simulateSignedRank } from './signed-rank.ts'

describe('criticalValues', () => {
  test.each([
    [[6, 8, 10, 12, 16, 20], 0.05, [0, 2, 6, 11, 27, 49]],
    [[6, 8, 10, 12, 16, 20], 0.025, [-1, 2, 4, 8, 22, 41]],
    [[6, 8, 10, 12, 16, 20], 0.01, [-1, 0, 2, 5, 17, 33]],
    [[6, 8, 10, 14, 20, 30], 0.05, [-1, 2, 6, 18, 49, 135]],
    [[6, 8, 10, 14, 20, 30], 0.025, [-1, 1, 3, 14, 41, 121]],
  ])('gives the published values for looks %j at alpha %d', (looks, alpha, published) => {
    expect(criticalValues({ looks, alpha })).toEqual(published)
  })

  test('is the fixed-sample test of Wilcoxon where there is a single look', () => {
    // Tables: one-sided .05, n = 6: reject at T <= 2; n = 10: T <= 10; n = 20: T <= 60.
    for (const [n, c] of [
      [6, 2],
      [10, 10],
      [20, 60],
    ] as const) {
      expect(criticalValues({ looks: [n], alpha: 0.05 })).toEqual([c])
    }
  })

  test('lets fewer than six blocks decide nothing', () => {
    expect(criticalValues({ looks: [3], alpha: 0.05 })).toEqual([-1])
    expect(criticalValues({ looks: [5], alpha: 0.05 })).toEqual([-1])
    expect(criticalValues({ looks: [6], alpha: 0.05 })).toEqual([2])
  })

  test('never gives a test the larger c for sharing alpha with more tests', () => {
    for (const max of [6, 8, 10, 12, 16, 20, 24, 30, 40, 200]) {
      for (const alpha of [0.05, 0.025, 0.01]) {
        const looks = defaultLooks(6, max)
        let fewer = criticalValues({ looks, alpha })
        for (let tests = 2; tests <= 8; tests++) {
          const more = criticalValues({ looks, alpha, tests })
          more.forEach((c, k) => expect(c).toBeLessThanOrEqual(fewer[k] as number))
          fewer = more
        }
      }
    }
  })

  test('keeps the chance of ever excluding zero at alpha, on noise it was not computed with', () => {
    const runs = 4000
    for (const [alpha, max] of [
      [0.05, 20],
      [0.025, 20],
      [0.025, 60],
    ] as const) {
      const looks = defaultLooks(6, max)
      const c = criticalValues({ looks, alpha })
      const random = createRandom(99)
      let crossed = 0
      for (let run = 0; run < runs; run++) {
        // Heavy-tailed, symmetric: a cubed uniform.
        const d = Array.from({ length: max }, () => (2 * random() - 1) ** 3)
        const positive = looks.some(
          (n, k) => (repeatedInterval(d.slice(0, n), c[k] as number).interval?.[0] ?? -1) > 0,
        )
        if (positive) crossed++
      }
      expect(crossed / runs).toBeLessThanOrEqual(alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / runs))
      expect(crossed / runs).toBeGreaterThan(alpha / 2)
    }
  })

  test('refuses what is no plan', () => {
    expect(() => criticalValues({ looks: [], alpha: 0.05 })).toThrow('Invalid looks')
    expect(() => criticalValues({ looks: [8, 6], alpha: 0.05 })).toThrow('received [8, 6]')
    expect(() => criticalValues({ looks: [6], alpha: 0.5 })).toThrow('Invalid alpha')
    expect(() => criticalValues({ looks: [6], alpha: Number.NaN })).toThrow('received NaN')
  })
})

describe('signed-rank statistic', () => {
  test('has the exact distribution of the tables', () => {
    // All 2^3 signs of ranks 1, 2, 3: sums 0, 1, 2, 3, 3, 4, 5, 6.
    expect([...signedRankTail(3)]).toEqual([1, 2, 3, 5, 6, 7, 8].map((count) => count / 8))
  })

  test('is simulated from that distribution, beyond one machine word too', () => {
    const looks = [8, 40]
    const rows = simulateSignedRank(looks, 20_000, 7)
    looks.forEach((n, k) => {
      const exact = signedRankTail(n)
      const row = rows[k] as Uint16Array
      for (const c of [0.05, 0.5, 0.9].map((p) => exact.findIndex((tail) => tail >= p))) {
        const share = row.filter((t) => t <= c).length / row.length
        expect(Math.abs(share - (exact[c] as number))).toBeLessThan(0.015)
      }
    })
  })
})

test.each([
  [6, 20, [6, 8, 10, 12, 16, 20]],
  [6, 30, [6, 8, 10, 14, 20, 30]],
  [6, 10, [6, 8, 10]],
  [6, 7, [6, 7]],
  [6, 6, [6]],
  [3, 3, [3]],
  [2, 8, [6, 8]],
  [10, 40, [10, 12, 16, 20, 26, 34, 40]],
  [6, 200, [6, 8, 10, 12, 16, 20, 26, 34, 44, 58, 76, 100, 130, 170, 200]],
  [20, 60, [20, 26, 34, 44, 60]],
  [6, 300, [6, 8, 10, 12, 16, 20, 26, 34, 44, 58, 76, 100, 130, 170, 200, 250, 300]],
])('defaultLooks(%d, %d) is %j', (min, max, looks) => {
  expect(defaultLooks(min, max)).toEqual(looks)
})

test('defaultLooks ascends, starts no earlier than asked and ends at the maximum', () => {
  for (let min = 1; min <= 30; min++) {
    for (let max = min; max <= 120; max++) {
      const looks = defaultLooks(min, max)
      expect(looks).toEqual([...new Set(looks)].sort((a, b) => a - b))
      expect(looks[0]).toBeGreaterThanOrEqual(Math.min(max, Math.max(min, 6)))
      expect(looks.at(-1)).toBe(max)
    }
  }
  expect(() => defaultLooks(8, 6)).toThrow('received min 8, max 6')
})

test('minimumBlocks is the smallest plan that can decide', () => {
  expect(minimumBlocks(0.05)).toBe(6)
  expect(minimumBlocks(1 / 64)).toBe(6)
  expect(minimumBlocks(0.0125)).toBe(7)
  for (const alpha of [0.05, 0.025, 0.0125, 1 / 128, 0.001]) {
    const n = minimumBlocks(alpha)
    expect(criticalValues({ looks: [n], alpha })[0]).toBeGreaterThanOrEqual(0)
    expect(criticalValues({ looks: [n - 1], alpha })).toEqual([-1])
  }
})
