import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { differenceInterval, exactLimits, swapped, type ValidCounts } from './index.ts'

const counts = (baseline: [number, number], candidate: [number, number]): ValidCounts => ({
  baselineValid: baseline[0],
  baselineTrials: baseline[1],
  candidateValid: candidate[0],
  candidateTrials: candidate[1],
})

describe('exactLimits', () => {
  // Newcombe, "Two-sided confidence intervals for the single proportion" (1998), Table I, method 5.
  test.each([
    [81, 263, 0.2527, 0.3676],
    [15, 148, 0.0578, 0.1617],
    [0, 20, 0, 0.1684],
    [1, 29, 0.0009, 0.1776],
  ])('%i of %i, 95 %% two-sided, as published', (seen, trials, lower, upper) => {
    const [low, high] = exactLimits(seen, trials, 0.025)
    expect(low).toBeCloseTo(lower, 4)
    expect(high).toBeCloseTo(upper, 4)
  })

  test('none of n is 1 - alpha^(1/n), as by hand', () => {
    expect(exactLimits(0, 20, 0.05)[1]).toBeCloseTo(1 - 0.05 ** (1 / 20), 10)
    expect(exactLimits(900, 900, 0.01)[0]).toBeCloseTo(0.01 ** (1 / 900), 10)
  })

  test('refuses what is no share', () => {
    expect(() => exactLimits(3, 2, 0.05)).toThrow('Invalid seen')
    expect(() => exactLimits(0, 0, 0.05)).toThrow('Invalid trials')
    expect(() => exactLimits(1, 2, 0.5)).toThrow('Invalid alpha')
  })
})

describe('differenceInterval', () => {
  test('of 20 trials without a failure 13.9 points are left open', () => {
    const [lower, upper] = differenceInterval(counts([20, 20], [20, 20]), 0.05)
    expect(lower).toBeCloseTo(-0.1391, 4)
    expect(upper).toBeCloseTo(0.1391, 4)
  })

  test("combines the limits as Newcombe's example does: 48 of 80 and 56 of 70", () => {
    // He has 0.0524 to 0.3339 from Wilson's limits; the exact ones lie a little wider.
    const [lower, upper] = differenceInterval(counts([48, 80], [56, 70]), 0.025)
    const [low1, high1] = exactLimits(56, 70, 0.025)
    const [low2, high2] = exactLimits(48, 80, 0.025)
    expect(lower).toBeCloseTo(0.2 - Math.sqrt((0.8 - low1) ** 2 + (high2 - 0.6) ** 2), 12)
    expect(upper).toBeCloseTo(0.2 + Math.sqrt((high1 - 0.8) ** 2 + (0.6 - low2) ** 2), 12)
    expect(lower).toBeGreaterThan(0.0524 - 0.015)
    expect(lower).toBeLessThan(0.0524)
    expect(upper).toBeGreaterThan(0.3339)
    expect(upper).toBeLessThan(0.3339 + 0.015)
  })

  const arm = fc
    .integer({ min: 1, max: 80 })
    .chain((trials) => fc.tuple(fc.integer({ min: 0, max: trials }), fc.constant(trials)))
  const alpha = fc.double({ min: 0.005, max: 0.2, noNaN: true })

  test('holds the difference that was seen, within -1 and 1', () => {
    fc.assert(
      fc.property(arm, arm, alpha, (baseline, candidate, error) => {
        const [lower, upper] = differenceInterval(counts(baseline, candidate), error)
        const seen = candidate[0] / candidate[1] - baseline[0] / baseline[1]
        expect(lower <= seen + 1e-12 && upper >= seen - 1e-12).toBe(true)
        expect(lower >= -1 - 1e-12 && upper <= 1 + 1e-12).toBe(true)
      }),
    )
  })

  test('the arms exchanged, or failures for successes: the interval is mirrored', () => {
    fc.assert(
      fc.property(arm, arm, alpha, (baseline, candidate, error) => {
        const [lower, upper] = differenceInterval(counts(baseline, candidate), error)
        const failed = ([seen, trials]: [number, number]): [number, number] => [trials - seen, trials]
        for (const mirrored of [
          differenceInterval(swapped(counts(baseline, candidate)), error),
          differenceInterval(counts(failed(baseline), failed(candidate)), error),
        ]) {
          expect(mirrored[0]).toBeCloseTo(-upper, 9)
          expect(mirrored[1]).toBeCloseTo(-lower, 9)
        }
      }),
    )
  })
})
