import { expect, test } from 'vitest'
import { sampleRun } from '../../test/support/sample-runs.ts'
import { comparisonsOf } from './read.ts'

const { report, trials } = sampleRun('regressed')
const settings = { decode: 0, first_token: {} }
const [suite] = report.suites
const gated = suite!.comparisons.filter((one) => one.gated && one.stage === null)

test('equal arms: every gated metric that regressed, the most blocks, first trial to last', () => {
  const [found, ...others] = comparisonsOf(report, trials, { planted: 'nothing', step: 0 }, settings)
  expect(others).toHaveLength(report.suites.length - 1)
  expect(found).toMatchObject({
    at: report.started_at,
    suite: suite!.name,
    planted: 'nothing',
    step: 0,
    change: 0,
    gated: gated.map(({ metric }) => metric),
    regressed: gated.filter(({ verdict }) => verdict === 'regressed').map(({ metric }) => metric),
    blocks: Math.max(...gated.map(({ blocks }) => blocks)),
  })
  expect(found!.regressed.length).toBeGreaterThan(0)
  const own = trials.filter((trial) => trial.suite === suite!.name && trial.file === suite!.file)
  expect(found!.duration).toBeGreaterThanOrEqual(Math.max(...own.map(({ duration }) => duration)))
})

test('a slowed first token: what was added, relative to the baseline; a suite of which nothing was known is equal', () => {
  const ttft = gated.find(({ metric }) => metric === 'ttft')!
  const one = { planted: 'ttft', step: 2 } as const
  const amounts = { decode: 0, first_token: { [suite!.name]: 10 } }
  const [found] = comparisonsOf(report, trials, one, amounts)
  expect(found).toMatchObject({
    planted: 'ttft',
    step: 2,
    ms: 10,
    change: 10 / ttft.baseline_value!,
    blocks: ttft.blocks,
  })
  expect(found!.ttft_threshold).toBeCloseTo(ttft.floor ?? ttft.threshold * ttft.baseline_value!, 9)
  expect(comparisonsOf(report, trials, one, settings)[0]).toMatchObject({
    planted: 'nothing',
    step: 0,
    change: 0,
  })
})

test('a suite that does not gate what was slowed, or compared nothing, gives no comparison', () => {
  const without = (keep: (metric: string) => boolean) => ({
    ...report,
    suites: [{ ...suite!, comparisons: suite!.comparisons.filter(({ metric }) => keep(metric)) }],
  })
  const one = { planted: 'decode', step: 0.1 } as const
  expect(
    comparisonsOf(
      without(() => true),
      trials,
      one,
      settings,
    ),
  ).toHaveLength(1)
  expect(
    comparisonsOf(
      without((metric) => metric !== 'output_throughput'),
      trials,
      one,
      settings,
    ),
  ).toEqual([])
  expect(
    comparisonsOf(
      without(() => false),
      trials,
      { planted: 'nothing', step: 0 },
      settings,
    ),
  ).toEqual([])
  const failures = [{ suite: suite!.name, message: 'interrupted before a verdict' }]
  const broken = { ...without(() => true), gate: { ...report.gate, failures } }
  expect(comparisonsOf(broken, trials, one, settings)).toEqual([])
})
