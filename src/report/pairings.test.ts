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
  expect(of('valid_rate')).toMatch(/^\d+\.\d % against 100\.0 % \(p = 0\.\d+ \(Fisher\)\) unchanged$/)
})

test('validity counts every trial started', () => {
  const [, chimera] = sampleRun('regressed').report.suites[0]!.arms
  expect(validity(chimera!)).toEqual({
    trials: chimera!.trials,
    valid: chimera!.trials - 1,
    reasons: [['no_done', 1]],
  })
})
