import { expect, test } from 'vitest'
import { expectGolden } from '../../test/support/golden.ts'
import { fixture, sampleRun } from '../../test/support/sample-runs.ts'
import { agentPages } from './agent-page.ts'

test('one page an arm of a suite, shared by the bench files of one name', () => {
  const { report, trials } = sampleRun('regressed')
  const pages = agentPages(report, trials)
  expect([...pages.keys()]).toEqual([
    'agents/report-agent/baseline.md',
    'agents/report-agent/chimera.md',
    'agents/report-agent/baseline-again.md',
  ])
  expect(pages.get('agents/report-agent/baseline.md')!.match(/^## `.*/gm)).toEqual([
    '## `suites/report-agent/chimera.bench.ts` (baseline)',
    '## `suites/report-agent/baseline.bench.ts` (baseline)',
  ])
})

test('a page', async () => {
  const { report, trials } = sampleRun('regressed')
  await expectGolden(
    agentPages(report, trials).get('agents/report-agent/chimera.md')!,
    fixture('regressed.chimera.golden.md'),
  )
})

test('hostile names stay within the folder, hostile output within its fence', async () => {
  const { report, trials } = sampleRun('hostile')
  const pages = agentPages(report, trials)
  expect([...pages.keys()].map((path) => path.split('/').length)).toEqual([3, 3])
  expect([...pages.keys()].filter((path) => path.includes('..'))).toEqual([])
  await expectGolden([...pages.values()][0]!, fixture('hostile.agent.golden.md'))
})

test('an arm without a call says so', () => {
  const { report } = sampleRun('invalid')
  const page = agentPages(report, []).get('agents/report-agent/chimera.md')
  expect(page).toContain('No call was made.')
  expect(page).toContain('No valid trial with an output.')
})

test('a long output is cut, and the page says by how much', () => {
  const { report, trials } = sampleRun('regressed')
  const long = trials.map((trial) => (trial.valid ? { ...trial, output: 'x'.repeat(70_000) } : trial))
  expect(agentPages(report, long).get('agents/report-agent/chimera.md')).toContain(
    '10000 more characters are in trials.jsonl.',
  )
})
