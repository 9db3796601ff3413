import { expect, test } from 'vitest'
import { welchShift } from './index.ts'

test("agrees with SciPy: ttest_ind_from_stats of the logs' moments, equal_var=False", () => {
  const { p, shift, interval } = welchShift({ n: 6, mean: 100, sd: 5 }, { n: 8, mean: 110, sd: 8.8 }, 0.95)
  expect(p).toBeCloseTo(0.02036492593515105, 12)
  expect([shift, ...interval]).toEqual(
    [0.09336881642159867, 0.01727722733081201, 0.16946040551238534].map((value) => expect.closeTo(value, 12)),
  )
})

test('on the plain scale agrees with the integrated density of the distribution; a mean may be negative', () => {
  const { p, shift, interval } = welchShift(
    { n: 6, mean: -0.01, sd: 0.02 },
    { n: 8, mean: 0.03, sd: 0.03 },
    0.95,
    'plain',
  )
  expect(p).toBeCloseTo(0.011399569171571033, 12)
  expect([shift, ...interval]).toEqual(
    [0.04, 0.010809440923974713, 0.06919055907602528].map((value) => expect.closeTo(value, 12)),
  )
})

test('is mirrored when the samples change places', () => {
  const a = { n: 7, mean: 3, sd: 0.6 }
  const b = { n: 5, mean: 4, sd: 0.4 }
  const there = welchShift(a, b, 0.9)
  const back = welchShift(b, a, 0.9)
  expect([back.shift, ...back.interval, back.p]).toEqual(
    [-there.shift, -there.interval[1], -there.interval[0], there.p].map((value) => expect.closeTo(value, 12)),
  )
})

test('samples without spread differ surely or not at all, and a single value says nothing', () => {
  const same = { n: 4, mean: 2, sd: 0 }
  expect(welchShift(same, same, 0.95)).toMatchObject({ p: 1, interval: [0, 0] })
  expect(welchShift(same, { ...same, mean: 4 }, 0.95)).toMatchObject({ p: 0, shift: Math.log(2) })
  expect(() => welchShift(same, { ...same, n: 1 }, 0.95)).toThrow(
    'Invalid second sample: expected at least two values',
  )
  expect(() => welchShift({ ...same, mean: 0 }, same, 0.95)).toThrow('Invalid first mean')
})
