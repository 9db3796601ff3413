import { expect, test } from 'vitest'
import { rankSum } from './index.ts'

test('agrees with R: wilcox.test(x, y, conf.int = TRUE)', () => {
  // Hollander and Wolfe's permeability data; R: W = 35, p = 0.2544, 0.305 [-0.15, 0.76]
  const x = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
  const y = [1.15, 0.88, 0.9, 0.74, 1.21]
  const { p, shift, interval } = rankSum(y, x, 0.95)
  expect(p).toBeCloseTo(0.2544122544122544, 12)
  expect([shift, ...interval!]).toEqual([0.305, -0.15, 0.76].map((value) => expect.closeTo(value, 12)))
})

test('counts every choice, ties and all', () => {
  // Ranks 1.5 1.5 3.5 3.5 5 of which two are chosen: 10 choices, one of them as low as 3.
  const { p } = rankSum([1, 1], [2, 2, 3], 0.9)
  expect(p).toBeCloseTo(0.2, 12)
  expect(rankSum([7, 7, 7], [7, 7, 7], 0.9)).toMatchObject({ p: 1, shift: 0 })
})

test('beyond 60 values, the normal approximation of SciPy: mannwhitneyu(a, b, method="asymptotic")', () => {
  const i = Array.from({ length: 40 }, (_, index) => index)
  expect(
    rankSum(
      i,
      i.map((v) => v * 1.07 + 3.3),
      0.95,
    ).p,
  ).toBeCloseTo(0.10390439663238643, 8)
  expect(
    rankSum(
      i.map((v) => v >> 1),
      i.map((v) => (v >> 1) + 3),
      0.95,
    ).p,
  ).toBeCloseTo(0.03287664528842724, 8)
})

test('the interval excludes no shift exactly where the test rejects', () => {
  // Every way in which four of eight untied values can be the first sample.
  for (let choice = 0; choice < 256; choice++) {
    const bits = Array.from({ length: 8 }, (_, bit) => (choice >> bit) & 1)
    if (bits.reduce((sum, bit) => sum + bit, 0) !== 4) continue
    const first = [...bits.keys()].filter((bit) => bits[bit] === 1).map((bit) => bit ** 2)
    const second = [...bits.keys()].filter((bit) => bits[bit] === 0).map((bit) => bit ** 2)
    const { p, interval } = rankSum(first, second, 0.95)
    expect(interval![0] > 0 || interval![1] < 0).toBe(p <= 0.05)
    expect(rankSum(second, first, 0.95).p).toBeCloseTo(p, 12)
  }
})

test('gives no interval where too few values allow none, and refuses what is no number', () => {
  expect(rankSum([1, 2, 3], [4, 5, 6], 0.95)).toEqual({ p: expect.closeTo(0.1, 12), shift: 3 })
  expect(() => rankSum([], [1], 0.95)).toThrow(
    'Invalid first sample: expected at least one value but received none.',
  )
  expect(() => rankSum([1], [1, Number.NaN], 0.95)).toThrow("Invalid second sample's value 1")
  expect(() => rankSum([1], [1], 95)).toThrow('Invalid level')
})
