import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fisherOneSided, judgeValidity, smallestP, splitAlpha, type ValidCounts } from './index.ts'

const counts = (bi: number, bn: number, ci: number, cn: number): ValidCounts => ({
  baselineValid: bn - bi,
  baselineTrials: bn,
  candidateValid: cn - ci,
  candidateTrials: cn,
})

describe('fisherOneSided', () => {
  test("agrees with R's fisher.test(alternative = 'greater')", () => {
    expect(fisherOneSided(counts(1, 10, 6, 10))).toBeCloseTo(0.02864, 5)
    // Fisher's tea: 3 of 4 against 1 of 4.
    expect(fisherOneSided(counts(1, 4, 3, 4))).toBeCloseTo(0.2428571, 6)
  })

  test('is 1 where nothing was invalid, and where the candidate cannot be worse', () => {
    expect(fisherOneSided(counts(0, 20, 0, 20))).toBe(1)
    expect(fisherOneSided(counts(5, 20, 0, 20))).toBeCloseTo(1, 12)
    expect(fisherOneSided(counts(0, 0, 0, 0))).toBe(1)
  })

  test('does not let one or two invalid trials fail a suite', () => {
    expect(fisherOneSided(counts(0, 8, 2, 8))).toBeGreaterThan(0.2)
  })

  test('stays a probability for hundreds of trials, and never falls below the smallest p', () => {
    const arm = fc
      .integer({ min: 0, max: 600 })
      .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)))
    fc.assert(
      fc.property(arm, arm, ([bi, bn], [ci, cn]) => {
        const p = fisherOneSided(counts(bi, bn, ci, cn))
        const smallest = smallestP(counts(bi, bn, ci, cn))
        expect(p >= smallest * (1 - 1e-9) && p <= 1).toBe(true)
        expect(smallest).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 60 },
    )
  })

  test('refuses impossible counts', () => {
    expect(() => fisherOneSided(counts(11, 10, 0, 10))).toThrow('Invalid baselineValid')
    expect(() => fisherOneSided({ ...counts(0, 10, 0, 10), candidateValid: 12 })).toThrow('Invalid counts')
  })
})

describe('splitAlpha', () => {
  test('hands the share of what regressed to the rest', () => {
    expect(splitAlpha({ alpha: 0.06, metrics: 3 })).toEqual({ each: 0.02, tests: 3, validRate: false })
    expect(splitAlpha({ alpha: 0.06, metrics: 3, regressed: 1 }).each).toBe(0.03)
    expect(splitAlpha({ alpha: 0.06, metrics: 3, regressed: 2 }).each).toBe(0.06)
    expect(splitAlpha({ alpha: 0.06, metrics: 3, regressed: 3 }).each).toBe(0.06)
  })

  test('counts valid_rate only where it could reach its share', () => {
    expect(splitAlpha({ alpha: 0.06, metrics: 2, smallestP: 0.021 })).toMatchObject({
      tests: 2,
      validRate: false,
    })
    expect(splitAlpha({ alpha: 0.06, metrics: 2, smallestP: 0.02 })).toMatchObject({
      tests: 3,
      validRate: true,
    })
  })

  test('refuses more regressions than tests', () => {
    expect(() => splitAlpha({ alpha: 0.05, metrics: 2, regressed: 3 })).toThrow('at most 2')
  })
})

test('judgeValidity holds p against the share left', () => {
  const family = { alpha: 0.05, metrics: 2 }
  expect(judgeValidity(counts(0, 10, 1, 10), family)).toEqual({
    p: expect.closeTo(0.5, 12),
    alpha: 0.025,
    joins: false,
    regressed: false,
  })
  expect(judgeValidity(counts(0, 10, 6, 10), family)).toMatchObject({ joins: true, regressed: true })
  // p = .0163, just below its third of alpha.
  expect(judgeValidity(counts(0, 10, 5, 10), family)).toMatchObject({ alpha: 0.05 / 3, regressed: true })
  // p = .0286: enough only once the other two have handed their shares on.
  expect(judgeValidity(counts(1, 10, 6, 10), family).regressed).toBe(false)
  expect(judgeValidity(counts(1, 10, 6, 10), { ...family, regressed: 2 }).regressed).toBe(true)
})
