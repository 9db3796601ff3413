import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Better,
  hodgesLehmann,
  logRatios,
  logThreshold,
  blocksNeeded,
  repeatedInterval,
  toRatio,
  type Verdict,
  verdict,
  walshAverages,
} from './index.ts'

const values = fc.array(fc.tuple(positive(), positive()), { minLength: 6, maxLength: 24 })
const better = fc.constantFrom<Better>('lower', 'higher')
const c = fc.integer({ min: -1, max: 9 })

function positive(): fc.Arbitrary<number> {
  return fc.double({ min: 1e-3, max: 1e6, noNaN: true })
}

describe('logRatios', () => {
  test('is positive for worse, whatever the direction', () => {
    expect(logRatios([100], [110], 'lower')[0]).toBeCloseTo(Math.log(1.1), 12)
    expect(logRatios([100], [110], 'higher')[0]).toBeCloseTo(-Math.log(1.1), 12)
  })

  test('refuses by name what has no logarithm', () => {
    expect(() => logRatios([1, 2], [1], 'lower')).toThrow(
      "Invalid candidate: expected 2 values, one for each of the baseline's but received 1.",
    )
    for (const bad of [Number.NaN, 0, -3, Infinity]) {
      expect(() => logRatios([1, 2], [1, bad], 'lower')).toThrow(
        `Invalid candidate value 1: expected a finite, positive number but received ${bad}.`,
      )
      expect(() => logRatios([bad, 2], [1, 1], 'higher')).toThrow('Invalid baseline value 0')
    }
    expect(() => logThreshold(0)).toThrow('Invalid threshold')
  })
})

describe('interval', () => {
  test('takes the c-th Walsh average from either end', () => {
    // Walsh averages of 1, 2, 4: 1, 1.5, 2, 2.5, 3, 4
    expect([...walshAverages([4, 1, 2])]).toEqual([1, 1.5, 2, 2.5, 3, 4])
    expect(hodgesLehmann([4, 1, 2])).toBe(2.25)
    expect(repeatedInterval([4, 1, 2], 1)).toEqual({ estimate: 2.25, interval: [1.5, 3] })
    expect(repeatedInterval([4, 1, 2], -1)).toEqual({ estimate: 2.25 })
    expect(() => repeatedInterval([], 0)).toThrow('Invalid sample')
    expect(() => repeatedInterval([1, Number.NaN], 0)).toThrow('Invalid value 1')
  })

  test('agrees with R: wilcox.test(depression$x - depression$y, conf.int = TRUE)', () => {
    // Hollander and Wolfe's depression data, n = 9: 95 % interval of the fixed-sample test, c = 5.
    const x = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3]
    const y = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
    const { estimate, interval } = repeatedInterval(
      x.map((value, i) => value - (y[i] as number)),
      5,
    )
    expect([estimate, ...interval!]).toEqual([0.46, 0.01, 0.786].map((v) => expect.closeTo(v, 3)))
  })

  test('a smaller c never gives a narrower interval', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 0, max: 8 }), (pairs, smaller) => {
        const d = logRatios(...arms(pairs), 'lower')
        const wide = repeatedInterval(d, smaller)
        const narrow = repeatedInterval(d, smaller + 1)
        expect(wide.interval![0]).toBeLessThanOrEqual(narrow.interval![0])
        expect(wide.interval![1]).toBeGreaterThanOrEqual(narrow.interval![1])
      }),
    )
  })

  test('does not care about the unit, and follows a change of one arm by a factor', () => {
    fc.assert(
      fc.property(
        values,
        better,
        c,
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        (pairs, way, at, factor) => {
          const [baseline, candidate] = arms(pairs)
          const scaled = candidate.map((value) => value * factor)
          const before = toRatio(repeatedInterval(logRatios(baseline, candidate, way), at), way)
          const after = toRatio(repeatedInterval(logRatios(baseline, scaled, way), at), way)
          const both = toRatio(
            repeatedInterval(
              logRatios(
                baseline.map((v) => v * factor),
                scaled,
                way,
              ),
              at,
            ),
            way,
          )
          expect(after.ratio / before.ratio).toBeCloseTo(factor, 6)
          expect(both.ratio / before.ratio).toBeCloseTo(1, 6)
          expect(after.interval?.map((end, i) => end / (before.interval?.[i] as number))).toEqual(
            before.interval?.map(() => expect.closeTo(factor, 6)),
          )
          if (after.interval) expect(after.interval[0]).toBeLessThanOrEqual(after.interval[1])
        },
      ),
    )
  })
})

describe('verdict', () => {
  const delta = logThreshold(0.05)

  test.each<[string, number, number, number, Verdict | undefined]>([
    ['worse beyond doubt and by what matters', 0.01, 0.06, 0.1, 'regressed'],
    ['worse beyond doubt, by too little', 0.01, 0.04, 0.06, undefined],
    ['better beyond doubt and by what matters', -0.1, -0.06, -0.01, 'improved'],
    ['within the threshold', -0.03, 0.01, 0.04, 'unchanged'],
    ['within the threshold though surely worse', 0.01, 0.02, 0.04, 'unchanged'],
    ['anything', -0.2, 0.06, 0.3, undefined],
  ])('%s', (_, lower, estimate, upper, expected) => {
    expect(verdict({ estimate, interval: [lower, upper] }, delta)).toBe(expected)
  })

  test.each([
    [10, 11, 0.1],
    [1000, 1100, 0.1],
    [20, 21, 0.05],
    [100, 105, 0.05],
    [50, 55, 0.1],
  ])('%f to %f is a change of the threshold, whatever the rounding', (from, to, threshold) => {
    const limit = logThreshold(threshold)
    const exact = (values: number[]): Verdict | undefined => {
      const [change] = values as [number]
      return verdict({ estimate: change, interval: [change, change] }, limit)
    }
    expect(exact(logRatios([from], [to], 'lower'))).toBe('regressed')
    expect(exact(logRatios([to], [from], 'lower'))).toBe('improved')
  })

  test('strict asks for the whole interval beyond the threshold', () => {
    expect(verdict({ estimate: 0.06, interval: [0.01, 0.1] }, delta, { strict: true })).toBeUndefined()
    expect(verdict({ estimate: 0.06, interval: [0.05, 0.1] }, delta, { strict: true })).toBe('regressed')
    expect(verdict({ estimate: -0.06, interval: [-0.1, -0.01] }, delta, { strict: true })).toBe('improved')
    expect(verdict({ estimate: -0.06, interval: [-0.1, -0.01] }, delta, { strict: 'both' })).toBeUndefined()
    expect(verdict({ estimate: -0.06, interval: [-0.1, -0.05] }, delta, { strict: 'both' })).toBe('improved')
  })

  test('decides nothing without an interval', () => {
    expect(verdict({ estimate: 5 }, delta)).toBeUndefined()
  })

  test('is mirrored when the arms change places', () => {
    const mirror = { regressed: 'improved', improved: 'regressed', unchanged: 'unchanged' } as const
    fc.assert(
      fc.property(values, better, c, (pairs, way, at) => {
        const [baseline, candidate] = arms(pairs)
        const here = verdict(repeatedInterval(logRatios(baseline, candidate, way), at), delta)
        const there = verdict(repeatedInterval(logRatios(candidate, baseline, way), at), delta)
        expect(there).toBe(here && mirror[here])
      }),
    )
  })
})

test('blocksNeeded grows with the square of the width', () => {
  expect(blocksNeeded(20, 0.1, 0.05)).toBe(80)
  expect(blocksNeeded(20, 0.01, 0.05)).toBe(1)
  expect(() => blocksNeeded(20, 0.1, 0)).toThrow('Invalid delta')
})

function arms(pairs: readonly (readonly [number, number])[]): [number[], number[]] {
  return [pairs.map(([baseline]) => baseline), pairs.map(([, candidate]) => candidate)]
}
