import { expect, test } from 'vitest'
import { summarize } from '../stats/index.ts'
import type { MetricName } from '../metrics.ts'
import { changeBetween as between, noDifference, validityChange, type Measured } from './within.ts'

function measured(values: number[], kept: boolean): Measured {
  return { sample: { ...summarize(values), unit: 'ms' }, ...(kept && { values }) }
}

const changeBetween = (from: Measured, to: Measured, metric: MetricName = 'ttft') => between(from, to, metric)

const before = [100, 102, 98, 101, 99, 103]
const after = before.map((value) => value * 1.2)

test("the trials' own values are compared by ranks", () => {
  const change = changeBetween(measured(before, true), measured(after, true))!
  expect(change).toMatchObject({ n: [6, 6], ratio: expect.closeTo(1.2, 2), test: 'mann-whitney' })
  // All of the second above all of the first: 2 of the 924 choices.
  expect(change.p).toBeCloseTo(2 / 924, 12)
  expect(noDifference(change)).toBe(false)
})

test('summaries by their moments, and one of both is not enough for ranks', () => {
  for (const from of [measured(before, false), measured(before, true)]) {
    const change = changeBetween(from, measured(after, false))!
    expect(change).toMatchObject({ ratio: expect.closeTo(1.2, 3), test: 'welch' })
    expect(change.interval![0]).toBeGreaterThan(1)
  }
})

test('the same trials show nothing', () => {
  expect(noDifference(changeBetween(measured(before, true), measured(before, true))!)).toBe(true)
  expect(noDifference(changeBetween(measured(before, false), measured(before, false))!)).toBe(true)
})

test('a single trial has neither test nor interval and shows nothing', () => {
  const change = changeBetween(measured([100], false), measured(after, false))!
  expect(change).toEqual({ n: [1, 6], ratio: expect.closeTo(1.206, 3) })
  expect(noDifference(change)).toBe(true)
  const few = changeBetween(measured([1, 2, 3], true), measured([4, 5, 6], true))!
  expect(few).toMatchObject({ p: expect.closeTo(0.1, 9), test: 'mann-whitney' })
  expect(few.interval).toBeUndefined()
})

test('values without a logarithm are not compared', () => {
  expect(changeBetween(measured([0, 0], false), measured(after, false))).toBeUndefined()
})

test('a share of time is compared by its difference, in points and also from 0', () => {
  const shares = [0, 0.01, 0, 0.02, 0.01, 0]
  const more = shares.map((value) => value + 0.05)
  for (const kept of [true, false]) {
    const change = changeBetween(measured(shares, kept), measured(more, kept), 'stall_share')!
    expect(change).toMatchObject({ n: [6, 6], difference: expect.closeTo(0.05, 9) })
    expect(change.ratio).toBeUndefined()
    expect(change.interval![0]).toBeGreaterThan(0.03)
    expect(noDifference(change)).toBe(false)
    expect(noDifference(changeBetween(measured(shares, kept), measured(shares, kept), 'stall_share')!)).toBe(
      true,
    )
  }
  expect(changeBetween(measured([0], false), measured([0.1], false), 'stall_share')).toEqual({
    n: [1, 1],
    difference: 0.1,
  })
})

test('valid trials are counted', () => {
  // Fisher: C(10, 5) / C(20, 5) on one side, doubled.
  const change = validityChange({ valid: 10, trials: 10 }, { valid: 5, trials: 10 })
  expect(change).toEqual({
    n: [10, 10],
    difference: -0.5,
    p: expect.closeTo((2 * 252) / 15504, 12),
    test: 'fisher',
  })
  expect(noDifference(change)).toBe(false)
  expect(validityChange({ valid: 0, trials: 3 }, { valid: 3, trials: 3 }).difference).toBe(1)
})
