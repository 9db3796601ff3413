import { expect, test } from 'vitest'
import { pictured } from '../../../test/support/pictured.ts'
import { pagesOf } from '../../../test/support/sample-runs.ts'
import { trialsOf } from './trials.ts'

/** Two suites of one name in one file, and their trials one suite after the other. */
function alike() {
  const [cool, hot] = [pictured({ blocks: 6, calls: 1 }), pictured({ blocks: 8, calls: 1 })]
  const [first] = cool.report.suites
  const [second] = hot.report.suites
  const arms = second!.arms.map((arm) => (arm.role === 'candidate' ? { ...arm, name: 'hot' } : arm))
  const renamed = hot.trials.map((trial) => (trial.role === 'candidate' ? { ...trial, arm: 'hot' } : trial))
  const suites = [first!, { ...second!, arms }] as const
  return { report: { ...cool.report, suites: [...suites] }, suites, trials: [cool.trials, renamed] as const }
}

test('suites that share a name and a file have the trials beside their own candidates', () => {
  const { report, suites, trials } = alike()
  const all = trials.flat()
  expect(trialsOf(suites[0], all)).toEqual(trials[0])
  expect(trialsOf(suites[1], all)).toEqual(trials[1])
  expect(trialsOf({ ...suites[0], file: 'other.bench.ts' }, all)).toEqual([])
  const page = pagesOf(report, all).get('agents/made 1/baseline.md')
  expect(page?.match(/Medians over \d+ valid trials/g)).toEqual([
    'Medians over 6 valid trials',
    'Medians over 8 valid trials',
  ])
})

test('of code comparisons, whose arms are all called alike, the config tells them apart', () => {
  const { suites, trials } = alike()
  const inCode = suites.map((suite, i) => ({
    ...suite,
    arms: suite.arms.map((arm) => ({ ...arm, name: arm.role, config: `config-${i}` })),
  }))
  const ran = trials.map((own, i) =>
    own.map((trial) => ({ ...trial, arm: trial.role, config: `config-${i}` })),
  )
  for (const [i, suite] of inCode.entries()) expect(trialsOf(suite, ran.flat())).toEqual(ran[i])
})
