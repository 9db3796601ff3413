import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Attempt,
  createRandom,
  decideSequentially,
  defaultLooks,
  type MetricSeries,
  scale,
  type SequentialInput,
} from './index.ts'

const looks = defaultLooks(6, 20)
const alpha = 0.05

/** Blocks of a metric around 100 with the given noise; the candidate is `ratio` times the baseline. */
function series(
  ratio: number,
  noise: number,
  blocks = 20,
  seed = 1,
  rest: Partial<MetricSeries> = {},
): MetricSeries {
  const random = createRandom(seed)
  const value = (factor: number): number => 100 * factor * Math.exp(noise * (2 * random() - 1))
  return {
    baseline: Array.from({ length: blocks }, () => value(1)),
    candidate: Array.from({ length: blocks }, () => value(ratio)),
    better: 'lower',
    threshold: 0.05,
    gated: true,
    ...rest,
  }
}

describe('decideSequentially', () => {
  test('decides at the first look that can, and freezes what it saw there', () => {
    const { decisions, done } = decideSequentially({
      metrics: { slower: series(1.2, 0.02), same: series(1, 0.02, 20, 2), wild: series(1.03, 0.5, 20, 3) },
      looks,
      alpha,
    })
    // Three tests share .05: no interval with 6 blocks.
    expect(decisions.slower).toMatchObject({ verdict: 'regressed', n: 8 })
    expect(decisions.same).toMatchObject({ verdict: 'unchanged', n: 8 })
    expect(decisions.wild).toMatchObject({ n: 20, alpha: 0.025 })
    expect(decisions.wild).not.toHaveProperty('verdict')
    expect(decisions.wild.blocksNeeded).toBeGreaterThan(20)
    expect(done).toBe(true)
  })

  test('says when to go on', () => {
    const wild = series(1, 0.5, 12)
    expect(decideSequentially({ metrics: { wild }, looks, alpha }).done).toBe(false)
    expect(decideSequentially({ metrics: { wild: { ...wild, gated: false } }, looks, alpha }).done).toBe(true)
  })

  test('has only an estimate before the first look and where the plan is too small to decide', () => {
    const early = decideSequentially({ metrics: { m: series(2, 0.01, 3) }, looks, alpha })
    expect(early.decisions.m).toEqual({
      estimate: expect.closeTo(Math.log(2), 1),
      n: 3,
      alpha,
      blocksNeeded: 6,
    })
    // Nothing is decided before the first look, however few blocks would do.
    const late = decideSequentially({ metrics: { m: series(2, 0.01, 7) }, looks: [20, 30], alpha })
    expect(late.decisions.m).toMatchObject({ n: 7, blocksNeeded: 20 })
    const small = decideSequentially({ metrics: { m: series(2, 0.01, 3) }, looks: [3], alpha })
    expect(small.decisions.m).toEqual({
      estimate: expect.closeTo(Math.log(2), 1),
      n: 3,
      alpha,
      blocksNeeded: 6,
    })
    expect(small.done).toBe(true)
  })

  test('a regression hands its alpha on within the same look', () => {
    const plan = { looks: [8], alpha: 0.012 }
    const certain = series(1.5, 0.01, 8)
    // One block of eight points the other way by the least: P(T <= 1) = 2 / 256, above .006 and below .012.
    const nearly: MetricSeries = {
      ...certain,
      candidate: certain.baseline.map((value, i) => value * (i === 3 ? 0.99 : 1.2 + i / 100)),
    }
    expect(decideSequentially({ metrics: { nearly }, ...plan }).decisions.nearly.verdict).toBe('regressed')
    const pair = decideSequentially({ metrics: { nearly, certain }, ...plan }).decisions
    expect(pair.certain).toMatchObject({ verdict: 'regressed', alpha: 0.006 })
    expect(pair.nearly).toMatchObject({ verdict: 'regressed', alpha: 0.012 })
    const calm = decideSequentially({ metrics: { nearly, calm: series(1, 0.01, 8) }, ...plan }).decisions
    expect(calm.nearly).not.toHaveProperty('verdict')
  })

  test('ungated metrics neither get nor take alpha', () => {
    const gated = series(1.02, 0.1)
    const alone = decideSequentially({ metrics: { gated }, looks, alpha })
    const beside = decideSequentially({
      metrics: { shown: series(1.5, 0.01, 20, 5, { gated: false }), gated },
      looks,
      alpha,
    })
    expect(beside.decisions.gated).toEqual(alone.decisions.gated)
    expect(beside.decisions.shown).toMatchObject({ verdict: 'regressed', alpha })
  })

  describe('valid_rate', () => {
    const one = (failed: 'baseline' | 'candidate' | undefined, blocks: number): Attempt => ({
      counts: {
        baselineValid: failed === 'baseline' ? 0 : 1,
        baselineTrials: 1,
        candidateValid: failed === 'candidate' ? 0 : 1,
        candidateTrials: 1,
      },
      blocks,
    })
    /** `invalid` attempts of the candidate before block `before`, then as many whole blocks as there may be. */
    const at = (
      invalid: number,
      before = 0,
      failed: 'baseline' | 'candidate' = 'candidate',
    ): SequentialInput<'m'> => ({
      metrics: { m: series(1, 0.5) },
      looks,
      alpha,
      validity: {
        attempts: [
          ...Array.from({ length: before }, (_, i) => one(undefined, i + 1)),
          ...Array.from({ length: invalid }, () => one(failed, before)),
          ...Array.from({ length: 20 - before }, (_, i) => one(undefined, before + i + 1)),
        ],
        gated: true,
      },
    })

    test('takes a share once so many trials are invalid that it could reject', () => {
      expect(decideSequentially(at(4)).decisions.m.alpha).toBe(alpha)
      const input = at(5)
      const attempts = [one('baseline', 0), ...input.validity!.attempts]
      const { decisions, validity } = decideSequentially({ ...input, validity: { attempts, gated: true } })
      expect(decisions.m.alpha).toBeCloseTo(alpha / 3, 12)
      expect(validity).toEqual({ alpha: expect.closeTo((2 / 3) * alpha, 12) })
    })

    test('hands all of it on once it has regressed', () => {
      const { decisions, validity } = decideSequentially(at(12))
      expect(validity).toEqual({ proven: 'worse', alpha: expect.closeTo((2 / 3) * alpha, 12) })
      expect(decisions.m.alpha).toBe(alpha)
    })

    test('is told in either direction', () => {
      expect(decideSequentially(at(12, 0, 'baseline')).validity.proven).toBe('better')
      expect(decideSequentially(at(2)).validity).toEqual({ alpha })
    })

    test('failures after a look change nothing that it decided', () => {
      const calm = { ...at(0), metrics: { m: series(1.12, 0.01) } }
      const then = decideSequentially(calm).decisions.m
      expect(then).toMatchObject({ verdict: 'regressed', n: 6 })
      expect(decideSequentially({ ...at(12, 6), metrics: calm.metrics }).decisions.m).toEqual(then)
    })

    test('takes nothing where it is not gated', () => {
      const input = at(5)
      const found = decideSequentially({ ...input, validity: { ...input.validity!, gated: false } })
      expect(found.decisions.m.alpha).toBe(alpha)
      expect(found.validity).toEqual({ proven: 'worse', alpha })
    })
  })

  test('judges a prefix as it judged it when it was all there was', () => {
    const noisy = fc.record({
      ratio: fc.double({ min: 0.7, max: 1.4, noNaN: true }),
      noise: fc.double({ min: 0.01, max: 0.4, noNaN: true }),
      seed: fc.integer(),
    })
    fc.assert(
      fc.property(noisy, noisy, fc.integer({ min: 6, max: 20 }), (a, b, blocks) => {
        const metrics = (n: number) => ({
          a: cut(series(a.ratio, a.noise, 20, a.seed), n),
          b: cut(series(b.ratio, b.noise, 20, b.seed), n),
        })
        const then = decideSequentially({ metrics: metrics(blocks), looks, alpha }).decisions
        const later = decideSequentially({ metrics: metrics(20), looks, alpha }).decisions
        for (const name of ['a', 'b'] as const) {
          if (then[name].verdict !== undefined) expect(later[name]).toEqual(then[name])
        }
      }),
    )
  })

  test('names what it cannot compare', () => {
    const broken = { ...series(1, 0.1), candidate: [Number.NaN] }
    expect(() => decideSequentially({ metrics: { broken }, looks, alpha })).toThrow('Invalid candidate')
  })
})

function cut(one: MetricSeries, n: number): MetricSeries {
  return { ...one, baseline: one.baseline.slice(0, n), candidate: one.candidate.slice(0, n) }
}

/** Normal values by the method of Box and Muller. */
function normalValues(seed: number): () => number {
  const random = createRandom(seed)
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

describe('calibration', () => {
  test('scale is the sd of normal values and ignores a wild one', () => {
    const normal = normalValues(8)
    const d = Array.from({ length: 4000 }, () => 0.03 * normal())
    expect(scale(d) / 0.03).toBeCloseTo(1, 1)
    expect(scale([...d, 1e6]) / scale(d)).toBeCloseTo(1, 2)
    expect(scale([1, 1, 1])).toBe(0)
  })
})
