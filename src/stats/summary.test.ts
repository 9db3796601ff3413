import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createRandom,
  geometricMean,
  InvalidValuesError,
  median,
  quantile,
  shuffle,
  summarize,
} from './index.ts'

test('summarizes as R does', () => {
  // R: quantile(c(4, 1, 3, 2, 10), c(.5, .9, .95, .99)); mean; sd
  expect(summarize([4, 1, 3, 2, 10])).toEqual({
    n: 5,
    median: 3,
    mean: 4,
    sd: expect.closeTo(3.535534, 6),
    cv: expect.closeTo(0.8838835, 6),
    p50: 3,
    p90: expect.closeTo(7.6, 12),
    p95: expect.closeTo(8.8, 12),
    p99: expect.closeTo(9.76, 12),
    min: 1,
    max: 10,
  })
})

test('says nothing about the spread of a single value', () => {
  expect(summarize([7])).toEqual({ n: 1, median: 7, mean: 7, p50: 7, p90: 7, p95: 7, p99: 7, min: 7, max: 7 })
})

test('gives no cv where the mean is 0', () => {
  expect(summarize([-1, 1])).not.toHaveProperty('cv')
})

test('refuses an empty sample and names the value that is no number', () => {
  expect(() => summarize([])).toThrow(InvalidValuesError)
  expect(() => summarize([])).toThrow('Invalid sample: expected at least one value but received none.')
  expect(() => summarize([1, Number.NaN])).toThrow(
    'Invalid value 1: expected a finite number but received NaN.',
  )
  expect(() => quantile([1], 1.5)).toThrow('received 1.5')
  expect(() => geometricMean([2, 0])).toThrow('Invalid value 1: expected a positive number but received 0.')
})

const sample = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 })

test('orders its quantiles between min and max and does not care about the order of values', () => {
  fc.assert(
    fc.property(sample, (values) => {
      const s = summarize(values)
      expect(s.min <= s.p50 && s.p50 <= s.p90 && s.p90 <= s.p95 && s.p95 <= s.p99 && s.p99 <= s.max).toBe(
        true,
      )
      expect(summarize(shuffle(values, createRandom(1)))).toEqual(s)
      expect(median(values)).toBe(s.median)
    }),
  )
})

test('geometricMean follows the unit', () => {
  const positive = fc.array(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(positive, fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (values, factor) => {
      const scaled = geometricMean(values.map((value) => value * factor))
      expect(scaled / (geometricMean(values) * factor)).toBeCloseTo(1, 9)
    }),
  )
})

test('the random numbers repeat with the seed and fill [0, 1) evenly', () => {
  const first = Array.from({ length: 5 }, createRandom(42))
  expect(Array.from({ length: 5 }, createRandom(42))).toEqual(first)
  expect(Array.from({ length: 5 }, createRandom(43))).not.toEqual(first)
  const random = createRandom(5)
  const counts = Array.from({ length: 10 }, () => 0)
  for (let i = 0; i < 100_000; i++) {
    const bin = Math.floor(random() * 10)
    counts[bin] = (counts[bin] as number) + 1
  }
  // Each bin is binomial with sd 95.
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(450)
})

test('shuffle keeps the items and reaches every order', () => {
  const random = createRandom(3)
  const seen = new Set(Array.from({ length: 200 }, () => shuffle(['a', 'b', 'c'], random).join('')))
  expect([...seen].sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba'])
})
