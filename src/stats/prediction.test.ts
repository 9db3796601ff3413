import { expect, test } from 'vitest'
import { createRandom, predictionInterval } from './index.ts'

test('is the textbook interval on logarithms', () => {
  // SciPy: exp(mean ± t.ppf(.975, 19) std √(1 + 1/20)) of the logs
  const values = Array.from({ length: 20 }, (_, i) => 95 + ((i * 7) % 11))
  const { center, lower, upper } = predictionInterval(values, 0.95)
  expect(center).toBeCloseTo(99.84752501096828, 9)
  expect(lower).toBeCloseTo(92.9737681175402, 9)
  expect(upper).toBeCloseTo(107.22947399757061, 9)
})

test('on the plain scale is that of the values themselves, which may be 0', () => {
  // t(.975, 3) = 3.182446305284263; mean 0.03, sd of the four values √(0.0014 / 3)
  const { center, lower, upper } = predictionInterval([0, 0.05, 0.03, 0.04], 0.95, 'plain')
  const half = 3.182446305284263 * Math.sqrt(0.0014 / 3) * Math.sqrt(1.25)
  expect([lower, center, upper]).toEqual(
    [0.03 - half, 0.03, 0.03 + half].map((value) => expect.closeTo(value, 12)),
  )
  expect(() => predictionInterval([1, Infinity], 0.95, 'plain')).toThrow('expected a finite number')
})

test('holds the next value as often as it says', () => {
  const random = createRandom(5)
  const next = (): number =>
    50 * Math.exp(0.08 * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()))
  const runs = 2000
  let inside = 0
  for (let run = 0; run < runs; run++) {
    const { lower, upper } = predictionInterval(Array.from({ length: 20 }, next), 0.95)
    const value = next()
    if (value >= lower && value <= upper) inside++
  }
  // Four standard errors of a share of 2000.
  expect(Math.abs(inside / runs - 0.95)).toBeLessThan(4 * Math.sqrt((0.95 * 0.05) / runs))
})

test('does not care about the unit and has no width without spread', () => {
  const seconds = predictionInterval([1, 1.1, 0.9], 0.9)
  const milliseconds = predictionInterval([1000, 1100, 900], 0.9)
  expect(milliseconds.upper / seconds.upper).toBeCloseTo(1000, 9)
  const flat = predictionInterval([3, 3], 0.95)
  expect([flat.lower, flat.center, flat.upper]).toEqual([3, 3, 3].map((value) => expect.closeTo(value, 12)))
})

test('refuses by name what has no logarithm or is no history', () => {
  expect(() => predictionInterval([1], 0.95)).toThrow(
    'Invalid history: expected at least two values but received 1.',
  )
  expect(() => predictionInterval([1, 0], 0.95)).toThrow(
    'Invalid value 1: expected a finite, positive number but received 0.',
  )
  expect(() => predictionInterval([1, Number.NaN], 0.95)).toThrow('Invalid value 1')
  expect(() => predictionInterval([1, 2], 1)).toThrow('Invalid level')
})
