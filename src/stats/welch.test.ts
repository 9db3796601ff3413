import { expect, test } from 'vitest'
import { welchLogShift } from './index.ts'

test("agrees with SciPy: ttest_ind_from_stats of the logs' moments, equal_var=False", () => {
  const { p, shift, interval } = welchLogShift(
    { n: 6, mean: 100, cv: 0.05 },
    { n: 8, mean: 110, cv: 0.08 },
    0.95,
  )
  expect(p).toBeCloseTo(0.02036492593515105, 12)
  expect([shift, ...interval]).toEqual(
    [0.09336881642159867, 0.01727722733081201, 0.16946040551238534].map((value) => expect.closeTo(value, 12)),
  )
})

test('is mirrored when the samples change places', () => {
  const a = { n: 7, mean: 3, cv: 0.2 }
  const b = { n: 5, mean: 4, cv: 0.1 }
  const there = welchLogShift(a, b, 0.9)
  const back = welchLogShift(b, a, 0.9)
  expect([back.shift, ...back.interval, back.p]).toEqual(
    [-there.shift, -there.interval[1], -there.interval[0], there.p].map((value) => expect.closeTo(value, 12)),
  )
})

test('samples without spread differ surely or not at all, and a single value says nothing', () => {
  const same = { n: 4, mean: 2, cv: 0 }
  expect(welchLogShift(same, same, 0.95)).toMatchObject({ p: 1, interval: [0, 0] })
  expect(welchLogShift(same, { ...same, mean: 4 }, 0.95)).toMatchObject({ p: 0, shift: Math.log(2) })
  expect(() => welchLogShift(same, { ...same, n: 1 }, 0.95)).toThrow(
    'Invalid second sample: expected at least two values',
  )
  expect(() => welchLogShift({ ...same, mean: 0 }, same, 0.95)).toThrow('Invalid first mean')
})
