import { expect, test } from 'vitest'
import { sampleRun } from '../../test/support/sample-runs.ts'
import { finding, pairings, validity } from './pairings.ts'

test('a pairing without a comparison is still one', () => {
  const [suite] = sampleRun('regressed').report.suites
  expect(pairings({ ...suite!, comparisons: [] })).toEqual([
    { baseline: 'baseline', candidate: 'chimera', comparisons: [] },
  ])
})

test('findings carry interval, verdict and blocks; validity its shares', () => {
  const [suite] = sampleRun('regressed').report.suites
  const { comparisons } = pairings(suite!)[0]!
  const of = (metric: string): string =>
    finding(comparisons.find((one) => one.metric === metric && one.stage === null)!)
  expect(of('output_throughput')).toMatch(/^-12\.\d % \[-1\d\.\d, -1\d\.\d\] regressed \(\d+ blocks\)$/)
  expect(of('valid_rate')).toMatch(
    /^94\.4 % against 100\.0 %: ~ -5\.6 points \[-23\.8, \+10\.7\] inconclusive$/,
  )
})

test('validity counts every trial started', () => {
  const [, chimera] = sampleRun('regressed').report.suites[0]!.arms
  expect(validity(chimera!)).toEqual({
    trials: chimera!.trials,
    valid: chimera!.trials - 1,
    reasons: [['no_done', 1]],
  })
})

test('the count beside a row is the count in it, interrupted trials left out of both', () => {
  for (const suite of sampleRun('regressed').report.suites) {
    for (const { metric, baseline, candidate, baseline_value, candidate_value } of suite.comparisons) {
      if (metric !== 'valid_rate') continue
      const rates = [baseline, candidate].map((name) => {
        const { valid, trials } = validity(suite.arms.find((arm) => arm.name === name)!)
        return valid / trials
      })
      expect(rates).toEqual([baseline_value, candidate_value])
    }
  }
  const [arm] = sampleRun('regressed').report.suites[0]!.arms
  expect(validity({ ...arm!, trials: 9, invalid: { interrupted: 2, busy: 1 } })).toMatchObject({
    trials: 7,
    valid: 6,
  })
})
