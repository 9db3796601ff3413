import { expect, test } from 'vitest'
import { sampleRun } from '../../../test/support/sample-runs.ts'
import type { Comparison, ComparisonBase, RatioComparison } from '../../schema/generated.ts'
import { validity } from './arms.ts'
import { changePart, needed, pairings, repeats, verdictPart } from './comparisons.ts'

const [suite] = sampleRun('regressed').report.suites

type Ratio = ComparisonBase & RatioComparison

function comparison(part: Partial<Ratio>): Ratio {
  return {
    kind: 'ratio',
    metric: 'output_throughput',
    stage: null,
    baseline: 'baseline',
    candidate: 'chimera',
    better: 'higher',
    unit: 'tok/s',
    threshold: 0.05,
    blocks: 10,
    verdict: 'unchanged',
    gated: true,
    ...part,
  }
}

test('a pairing without a comparison is still one', () => {
  expect(pairings({ ...suite!, comparisons: [] })).toEqual([
    { baseline: 'baseline', candidate: 'chimera', comparisons: [] },
  ])
})

test('a metric that says the same as another is not repeated, unless it decides', () => {
  const ttft = comparison({ metric: 'ttft', ratio: 1.1, interval: [1, 1.2] })
  const content = comparison({ ...ttft, metric: 'ttft_content', gated: false })
  const shown = (...some: Comparison[]): string[] =>
    pairings({ ...suite!, comparisons: some }).flatMap(({ comparisons }) =>
      comparisons.map(({ metric }) => metric),
    )
  expect(shown(ttft, content)).toEqual(['ttft'])
  expect(shown(ttft, { ...content, gated: true })).toEqual(['ttft', 'ttft_content'])
  expect(shown(ttft, { ...content, ratio: 1.2 })).toEqual(['ttft', 'ttft_content'])
  expect(shown(ttft, { ...content, stage: 'report' })).toEqual(['ttft', 'ttft_content'])
})

test('one figure of decoding speaks for those that moved as it did', () => {
  const [pace, tpot] = [
    comparison({ verdict: 'regressed' }),
    comparison({ metric: 'tpot', verdict: 'regressed', gated: false }),
  ]
  expect(repeats(tpot, [pace, tpot])).toBe(true)
  expect(repeats(tpot, [tpot])).toBe(false)
  expect(repeats({ ...tpot, gated: true }, [pace, tpot])).toBe(false)
  expect(repeats({ ...tpot, verdict: 'improved' }, [pace, tpot])).toBe(false)
  expect(repeats(pace, [pace, tpot])).toBe(false)
  expect(repeats({ ...tpot, metric: 'e2e_latency' }, [pace])).toBe(false)
})

test('what decides nothing has a verdict only where it moved', () => {
  expect(verdictPart(comparison({ gated: false, verdict: 'inconclusive' }))).toEqual([])
  expect(verdictPart(comparison({ gated: false, verdict: 'improved' }))).toMatchObject({ word: 'improved' })
  expect(verdictPart(comparison({ verdict: 'inconclusive', blocks_needed: 24 }))).toMatchObject({
    word: 'inconclusive',
    detail: 'about 24 blocks needed',
  })
  expect(needed(comparison({ verdict: 'inconclusive', blocks: 3 }))).toBe('at least 6 blocks needed')
  expect(needed(comparison({}))).toBeUndefined()
})

test('times and rates that differ are faster or slower', () => {
  const side = (part: Partial<Ratio>): unknown => changePart(comparison(part))
  expect(side({ ratio: 0.879, interval: [0.874, 0.885] })).toMatchObject({ side: 'slower' })
  expect(side({ ratio: 0.8, interval: [0.7, 0.9], better: 'lower', unit: 'ms' })).toMatchObject({
    side: 'faster',
  })
  for (const part of [{ interval: [0.7, 1.1] }, {}, { unit: 'fraction' }] satisfies Partial<Ratio>[])
    expect(side({ ratio: 0.9, ...part })).toMatchObject({ side: undefined })
})

test('validity counts every trial that counts, interrupted ones left out', () => {
  const [, chimera] = suite!.arms
  expect(validity(chimera!)).toEqual({
    trials: chimera!.trials,
    valid: chimera!.trials - 1,
    reasons: 'no_done 1',
  })
  expect(validity({ ...chimera!, trials: 9, invalid: { interrupted: 2, busy: 1 } })).toMatchObject({
    trials: 7,
    valid: 6,
    reasons: 'interrupted 2, busy 1',
  })
})

test('the count beside a row is the count in it', () => {
  for (const one of sampleRun('regressed').report.suites)
    for (const { metric, baseline, candidate, baseline_value, candidate_value } of one.comparisons) {
      if (metric !== 'valid_rate') continue
      const rates = [baseline, candidate].map((name) => {
        const { valid, trials } = validity(one.arms.find((arm) => arm.name === name)!)
        return valid / trials
      })
      expect(rates).toEqual([baseline_value, candidate_value])
    }
})
