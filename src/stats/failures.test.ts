import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom, failureTest, fisherOneSided, type ValidCounts } from './index.ts'

/** An attempt with one trial an arm, by who failed: `c`, `b`, both (`x`) or none (`.`). */
const attempt = (who: string): ValidCounts => ({
  baselineValid: who === 'b' || who === 'x' ? 0 : 1,
  baselineTrials: 1,
  candidateValid: who === 'c' || who === 'x' ? 0 : 1,
  candidateTrials: 1,
})

function follow(failures: string, alpha: number, horizon = 1) {
  const test = failureTest(horizon)
  for (const who of failures) test.add(attempt(who), alpha)
  return test
}

describe('failureTest', () => {
  test('k attempts in which only the candidate failed have probability 0.5^k', () => {
    expect(follow('cccc', 1 / 32).proven).toBe(false)
    expect(follow('ccccc', 1 / 32).proven).toBe(true)
    expect(follow('ccccc', 1 / 33).proven).toBe(false)
    expect(follow('..c.xc.cx.cc', 1 / 32).proven).toBe(true)
    expect(follow('ccccc', 1 / 32).smallestP).toBe(1 / 32)
  })

  test('by hand: five of five spend 1/32; then only what is left of alpha', () => {
    // P(first 8 of 9, and not all of the first 5) = 5 paths (the one failure among the first five) / 2^9.
    const left = (extra: number): number => 1 / 32 + 5 / 512 + extra
    expect(follow('bcccccccc', left(1e-9)).proven).toBe(true)
    expect(follow('bcccccccc', left(-1e-6)).proven).toBe(false)
  })

  test('attempts in which both failed, or neither, change nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('c', 'b', 'x', '.'), { maxLength: 40 }), (all) => {
        const some = all.filter((who) => who === 'c' || who === 'b')
        expect(follow(all.join(''), 0.03).proven).toBe(follow(some.join(''), 0.03).proven)
      }),
    )
  })

  test('what was proven stays so, and both arms never are at once', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('c', 'b'), { maxLength: 60 }), (all) => {
        const worse = failureTest(20)
        const better = failureTest(20)
        let was = false
        for (const who of all) {
          worse.add(attempt(who), 0.05)
          better.add(attempt(who === 'c' ? 'b' : 'c'), 0.05)
          expect(worse.proven || !was).toBe(true)
          was = worse.proven
        }
        if (all.every((who) => who === 'c')) expect(better.proven).toBe(false)
      }),
    )
  })

  test('one attempt with many trials is Fisher’s exact test', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 12 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (baselineTrials, candidateTrials, b, c) => {
          const counts = {
            baselineTrials,
            candidateTrials,
            baselineValid: Math.round(b * baselineTrials),
            candidateValid: Math.round(c * candidateTrials),
          }
          const one = failureTest(1)
          one.add(counts, 0.05)
          expect(one.proven).toBe(fisherOneSided(counts) <= 0.05)
        },
      ),
    )
  })

  test('alpha is released with the trials: seven failures early are proof only where their share allows it', () => {
    expect(follow('ccccc', 1 / 31, 20).proven).toBe(false)
    expect(follow('ccccc...............', 1 / 31, 20).proven).toBe(true)
  })

  test('arms that fail alike are told apart no more often than alpha allows, however often one looks', () => {
    for (const share of [0.02, 0.2, 0.5]) {
      const random = createRandom(7)
      let proven = 0
      for (let run = 0; run < 2000; run++) {
        const test = failureTest(20)
        for (let i = 0; i < 40; i++) {
          const [b, c] = [random() < share, random() < share]
          test.add(attempt(b && c ? 'x' : b ? 'b' : c ? 'c' : '.'), 0.05)
        }
        if (test.proven) proven++
      }
      expect(proven / 2000).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / 2000))
    }
  })

  test('refuses impossible counts and horizons', () => {
    expect(() => failureTest(0)).toThrow('Invalid horizon')
    expect(() => failureTest(1).add({ ...attempt('.'), candidateValid: 2 }, 0.05)).toThrow('Invalid counts')
  })
})
