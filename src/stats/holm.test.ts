import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fisherOneSided, splitAlpha, type ValidCounts } from './index.ts'

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

  test('stays a probability for hundreds of trials', () => {
    const arm = fc
      .integer({ min: 0, max: 600 })
      .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)))
    fc.assert(
      fc.property(arm, arm, ([bi, bn], [ci, cn]) => {
        const p = fisherOneSided(counts(bi, bn, ci, cn))
        expect(p >= 0 && p <= 1).toBe(true)
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
    expect(splitAlpha({ alpha: 0.06, metrics: 3 })).toMatchObject({ each: 0.02, tests: 3, joins: false })
    expect(splitAlpha({ alpha: 0.06, metrics: 3, regressed: 1 }).each).toBe(0.03)
    expect(splitAlpha({ alpha: 0.06, metrics: 3, regressed: 2 }).each).toBe(0.06)
    expect(splitAlpha({ alpha: 0.06, metrics: 3, regressed: 3 }).each).toBe(0.06)
  })

  test('valid_rate takes two thirds, and only where it could reach them', () => {
    const split = (smallestP: number, regressed = 0, metrics = 2) =>
      splitAlpha({ alpha: 0.06, metrics, regressed, validRate: { regressed: false, smallestP } })
    expect(split(0.041)).toMatchObject({ tests: 2, joins: false })
    // A third of alpha for both metrics is a sixth for each.
    expect(split(0.039)).toMatchObject({ tests: 6, each: 0.01, joins: true })
    expect(split(0.039).validRate).toBeCloseTo(0.04, 12)
    expect(split(0.039, 1)).toMatchObject({ tests: 3, each: 0.02 })
  })

  test('what one of them leaves over is the other’s', () => {
    const validRate = { regressed: true, smallestP: 0.001 }
    expect(splitAlpha({ alpha: 0.06, metrics: 2, validRate })).toMatchObject({ tests: 2, each: 0.03 })
    const open = { regressed: false, smallestP: 0.05 }
    expect(splitAlpha({ alpha: 0.06, metrics: 2, regressed: 2, validRate: open })).toMatchObject({
      joins: true,
      validRate: 0.06,
    })
    expect(splitAlpha({ alpha: 0.06, metrics: 0, validRate: open })).toMatchObject({
      joins: true,
      validRate: 0.06,
    })
  })

  test('refuses more regressions than tests', () => {
    expect(() => splitAlpha({ alpha: 0.05, metrics: 2, regressed: 3 })).toThrow('at most 2')
  })
})
