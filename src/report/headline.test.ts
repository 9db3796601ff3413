import { expect, test } from 'vitest'
import { sampleRun } from '../../test/support/sample-runs.ts'
import { judgeSweep, sweepFor, sweepTrials } from '../../test/support/sweeps.ts'
import type { Gate, Report, SuiteReport } from '../schema/generated.ts'
import { embeddedNote, headline } from './headline.ts'

function run(gate: Partial<Gate>, status: Report['status'] = 'complete'): Report {
  const { report } = sampleRun('embedded')
  return { ...report, status, gate: { status: 'passed', failures: [], notices: [], ...gate } }
}

const failures = [{ suite: 'report-agent', message: 'report-agent: slow.' }]

test.each([
  ['Passed', true, run({})],
  ['Inconclusive', true, run({ status: 'inconclusive' })],
  ['Inconclusive', false, run({ status: 'inconclusive', failures })],
  ['Regressed', false, run({ status: 'regressed', failures })],
  ['Regressed', false, run({ status: 'regressed' })],
  ['Regressed', false, run({ failures })],
  ['Invalid', false, run({ status: 'invalid', failures })],
  ['Interrupted', false, run({}, 'interrupted')],
  ['Interrupted', false, run({ status: 'invalid', failures }, 'interrupted')],
])('%s, may merge: %s', (word, mayMerge, report) => {
  expect(headline(report)).toMatchObject({ word, mayMerge, answer: mayMerge ? 'may merge' : 'do not merge' })
})

test('a passed gate says first what one arm lost', () => {
  const passed = run({})
  const [suite] = passed.suites
  const titleOf = (...warnings: SuiteReport['warnings']): string =>
    headline({ ...passed, suites: [{ ...suite!, warnings }] }).title
  const candidate = suite!.arms.find(({ role }) => role === 'candidate')!.name
  const absent = { code: 'metric_absent', metric: 'ttft', message: 'No call is streamed.' } as const
  const gated = { code: 'reported_gated', metric: 'reported_throughput', message: 'Likewise.' } as const
  expect(titleOf({ ...absent, arm: candidate })).toBe(
    'Passed, but ttft was not compared: the candidate has none',
  )
  expect(titleOf(absent, { ...gated, arm: candidate })).toBe(
    'Passed, but output_throughput was not compared: the candidate has none',
  )
  // What no arm has cannot have been lost.
  expect(titleOf(absent, gated)).toBe('Passed: may merge')
})

test('a sweep that ranks no candidate speaks of that, and not of gated metrics', () => {
  const { sweep } = judgeSweep(
    sweepFor(),
    {},
    sweepTrials(sweepFor(), 1, 6, () => 100),
    { stopped: 'decided', requeued: 0, warnings: [] },
  )
  const reasonOf = (rows: typeof sweep.ranking): string => {
    const open = run({ status: 'inconclusive' })
    const [suite] = open.suites
    return headline({
      ...open,
      suites: [{ ...suite!, kind: 'sweep', sweep: { ...sweep, ranking: rows }, comparisons: [] }],
    } as Report).reason
  }
  expect(reasonOf([])).toBe('No candidate could be ranked; the warnings say why.')
  expect(reasonOf(sweep.ranking)).toMatch(/^No regression was found/)
})

test('a passed gate says first what it does not watch and what got worse', () => {
  const passed = run({})
  const [suite] = passed.suites
  const slow = suite!.comparisons.map((one) =>
    one.metric === 'e2e_latency' && one.stage === null
      ? { ...one, ratio: 3.56, verdict: 'regressed' as const, gated: false }
      : one,
  )
  const report = { ...passed, suites: [{ ...suite!, comparisons: slow }] }
  expect(headline(report)).toMatchObject({
    title: 'Passed, but replies take 3.6 times as long: e2e_latency is not gated here',
    mayMerge: true,
    reason: expect.stringContaining('set `thresholds: { e2e_latency: true }`'),
  })
  expect(headline({ ...passed, suites: [{ ...suite!, calibration: true, comparisons: slow }] }).title).toBe(
    'Passed: may merge',
  )
  const gated = slow.map((one) => (one.metric === 'e2e_latency' ? { ...one, gated: true } : one))
  expect(headline({ ...passed, suites: [{ ...suite!, comparisons: gated }] }).title).toBe('Passed: may merge')
  expect(headline(passed).title).toBe('Passed: may merge')
})

test('the embedded engine is named with what its figures do not say', () => {
  expect(embeddedNote(sampleRun('embedded').report)).toBe(
    'Measured on the embedded engine (llama.cpp b7126 through node-llama-cpp 3.22.1, tiny-4x128.gguf): the figures say nothing about a GPU or about the real model named gemma3.',
  )
  expect(embeddedNote(sampleRun('regressed').report)).toBeUndefined()
})
