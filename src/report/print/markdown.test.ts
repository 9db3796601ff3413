import { expect, test } from 'vitest'
import { expectGolden } from '../../../test/support/golden.ts'
import { fixture, htmlOf, markdownOf, sampleRun, sampleRuns } from '../../../test/support/sample-runs.ts'
import { reportFaults, trialFaults } from '../../schema/validate.ts'

test.each(sampleRuns)('the sample run "%s" is one that could be', (name) => {
  const { report, trials } = sampleRun(name)
  expect(reportFaults(report)).toEqual([])
  expect(trials.flatMap(trialFaults)).toEqual([])
})

test.each(sampleRuns)('report.md of "%s"', async (name) => {
  const { report, trials } = sampleRun(name)
  await expectGolden(markdownOf(report, trials), fixture(`${name}.golden.md`))
})

test('one line a suite says what decides', () => {
  expect(markdownOf(sampleRun('regressed').report)).toMatch(
    /^- ❌ \*\*report-agent\*\* · chimera vs baseline: output_throughput −12\.\d % \[−1\d\.\d, −1\d\.\d\] regressed · ttft unchanged · valid \d+\/\d+ vs \d+\/\d+$/m,
  )
})

test('nobody is told that something is significant', () => {
  for (const name of sampleRuns) expect(markdownOf(sampleRun(name).report)).not.toMatch(/significan/i)
})

test('a run without a suite still answers', () => {
  const { report } = sampleRun('invalid')
  const gate = {
    status: 'invalid' as const,
    failures: [{ suite: '', message: 'No agentBench ran.' }],
    notices: [],
  }
  expect(markdownOf({ ...report, suites: [], gate })).toContain('# ❌ Invalid: do not merge')
})

test('failures come first, then what is open, and the first screen has no stray backslash', () => {
  const { report } = sampleRun('embedded')
  const worst = report.suites.at(-1)!
  const comparisons = worst.comparisons.map((one) => ({
    ...one,
    ...(one.gated && { verdict: 'regressed' as const }),
  }))
  const suites = [...report.suites.slice(0, -1), { ...worst, comparisons }]
  const markdown = markdownOf({ ...report, suites })
  expect(markdown.match(/^- (?:❌|⚠️|✅) \*\*([\w-]+)/gm)).toEqual([
    '- ❌ **concurrent',
    '- ✅ **report-agent',
    '- ✅ **summarize',
  ])
  expect(markdown.match(/^## .*/gm)!.slice(0, 3)).toEqual([
    '## concurrent · two-agents against baseline',
    '## report-agent · chimera against baseline ⁴',
    '## summarize · short-prompt against baseline',
  ])
  expect(markdown.split('\n## ')[0]).not.toContain('\\')
})

test('a metric that is not gated is never called inconclusive', () => {
  const { report } = sampleRun('regressed')
  const suites = report.suites.map((suite) => ({
    ...suite,
    comparisons: suite.comparisons.map((one) => ({
      ...one,
      verdict: one.gated ? ('unchanged' as const) : ('inconclusive' as const),
    })),
  }))
  const markdown = markdownOf({ ...report, suites, gate: { status: 'passed', failures: [], notices: [] } })
  expect(markdown).not.toContain('inconclusive')
  expect(markdown).toMatch(/^Not gated, change detected: reported_throughput −12\.3 % \[−13\.1, −11\.9\]; /m)
})

test('a metric that is not gated and did not change detectably is on the page alone', () => {
  const { report, trials } = sampleRun('regressed')
  expect(report.suites[0]!.comparisons.some(({ metric }) => metric === 'prompt_throughput')).toBe(true)
  expect(markdownOf(report, trials)).not.toContain('prompt_throughput')
  expect(htmlOf(report, trials)).toContain('prompt_throughput')
})
