import { expect, test } from 'vitest'
import { expectGolden } from '../../test/support/golden.ts'
import { fixture, sampleRun, sampleRuns } from '../../test/support/sample-runs.ts'
import { reportFaults, trialFaults } from '../schema/validate.ts'
import { reportMarkdown } from './markdown.ts'

test.each(sampleRuns)('the sample run "%s" is one that could be', (name) => {
  const { report, trials } = sampleRun(name)
  expect(reportFaults(report)).toEqual([])
  expect(trials.flatMap(trialFaults)).toEqual([])
})

test.each(sampleRuns)('report.md of "%s"', async (name) => {
  const { report, trials } = sampleRun(name)
  await expectGolden(reportMarkdown(report, trials), fixture(`${name}.golden.md`))
})

test('one line a suite says what decides', () => {
  expect(reportMarkdown(sampleRun('regressed').report)).toMatch(
    /^- report-agent · chimera vs baseline: output_throughput -12\.\d % \[-1\d\.\d, -1\d\.\d\] regressed \(\d+ blocks\) · ttft ~ .* · valid 17\/18 vs 18\/18 inconclusive$/m,
  )
})

test('nobody is told that something is significant', () => {
  for (const name of sampleRuns) expect(reportMarkdown(sampleRun(name).report)).not.toMatch(/significan/i)
})

test('a run without a suite still answers', () => {
  const { report } = sampleRun('invalid')
  const gate = {
    status: 'invalid' as const,
    failures: [{ suite: '', message: 'No agentBench ran.' }],
    notices: [],
  }
  expect(reportMarkdown({ ...report, suites: [], gate })).toContain('# ❌ Invalid: do not merge')
})
