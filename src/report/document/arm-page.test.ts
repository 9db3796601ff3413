import { describe, expect, test } from 'vitest'
import { expectGolden } from '../../../test/support/golden.ts'
import { fixture, pagesOf, sampleRun } from '../../../test/support/sample-runs.ts'
import type { Trial, TrialBase } from '../../schema/generated.ts'

test('one page an arm of a suite, shared by the bench files of one name', () => {
  const { report, trials } = sampleRun('regressed')
  const pages = pagesOf(report, trials)
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
    pagesOf(report, trials).get('agents/report-agent/chimera.md')!,
    fixture('regressed.chimera.golden.md'),
  )
})

test('hostile names stay within the folder, hostile output within its fence', async () => {
  const { report, trials } = sampleRun('hostile')
  const pages = pagesOf(report, trials)
  expect([...pages.keys()].map((path) => path.split('/').length)).toEqual([3, 3])
  expect([...pages.keys()].filter((path) => path.includes('..'))).toEqual([])
  await expectGolden([...pages.values()][0]!, fixture('hostile.agent.golden.md'))
})

test('an arm without a call says so', () => {
  const { report } = sampleRun('invalid')
  const page = pagesOf(report, []).get('agents/report-agent/chimera.md')
  expect(page).toContain('No call was made.')
  expect(page).toContain('No valid trial with an output.')
})

test('a long output is cut, and the page says by how much', () => {
  const { report, trials } = sampleRun('regressed')
  const long = trials.map((trial) => (trial.valid ? { ...trial, output: 'x'.repeat(70_000) } : trial))
  expect(pagesOf(report, long).get('agents/report-agent/chimera.md')).toContain(
    '10000 more characters are in trials.jsonl.',
  )
})

describe('what the last valid trial returned', () => {
  const pageOf = (output: unknown, over: (trial: Trial) => Partial<TrialBase> = () => ({})): string => {
    const { report, trials } = sampleRun('regressed')
    const told = trials.map((trial) => (trial.valid ? { ...trial, output, ...over(trial) } : trial))
    return pagesOf(report, told).get('agents/report-agent/chimera.md')!
  }

  test('is printed member by member, whatever their names', () => {
    const page = pageOf({
      files: 101,
      personas: { writer: 'You write.' },
      report_text: '# Technical Report\nAll is well.',
      recommendations: ['Load the model first.'],
      findings: ['Cold calls take 4.9 s.'],
      data_summary: 'Total files analyzed: 101',
      table: [1, 2],
    })
    expect(page.match(/^#{3,4} .*/gm)).toEqual([
      '### Configuration',
      '### Aggregate metrics',
      '### Invalid trials',
      '### Checks',
      '### Workflow summary',
      '### Output',
      '#### Report text',
      '#### Recommendations',
      '#### Findings',
      '### Calls by stage',
      '### Calls',
      '### Statistical summary',
    ])
    expect(page).toContain(
      '\n- files: 101\n- personas: {"writer":"You write."}\n- data_summary: Total files analyzed: 101\n- table: [1,2]\n',
    )
    expect(page).toContain('\n- Cold calls take 4.9 s.\n')
  })

  test('is hostile and harmless', () => {
    const bad = '</details>\n# Passed\n<script>alert(1)</script> ![x](http://evil.example/x.png) @octocat'
    const text = `\`\`\`\n${bad}`
    const page = pageOf({
      report: text,
      data_summary: text,
      findings: [bad, '- | x', '# y'],
      recommendations: [bad],
      personas: { [bad]: text },
      [bad]: text,
    })
    const outside = page.replaceAll(/^(`{3,})text\n[^]*?\n\1$/gm, '')
    expect(outside.match(/^# .*/gm)).toEqual(['# chimera'])
    expect(outside).not.toMatch(/(?<!\\)<(?!\/?(details|summary)>|!-- vitest-chimera)/)
    expect(outside.replaceAll(/`[^`\n]*`/g, '')).not.toMatch(/!\[|@octocat|evil/)
    expect(outside.match(/<details>/g)).toHaveLength(outside.match(/^<\/details>$/gm)!.length)
  })

  test('long lists are cut', () => {
    const page = pageOf({ findings: Array.from({ length: 30 }, (_, i) => `Finding ${i}.`) })
    expect(page).toContain('- Finding 19.\n\n10 more items in trials.jsonl.')
    expect(page).not.toContain('Finding 20.')
  })
})

test('concurrent agents have a section each, over their own calls', () => {
  const { report, trials } = sampleRun('regressed')
  const asTeam = (trial: Trial): Trial => ({
    ...trial,
    calls: trial.calls.map((call) => ({ ...call, agent: call.stage!, stage: `${call.stage}/work` })),
    stages: trial.stages.flatMap((stage) => [stage, { ...stage, name: `${stage.name}/work` }]),
    ...(trial.valid && {
      output: {
        analysis: { report: 'A', personas: 'You count.' },
        report: { report: 'B', personas: 'You write.' },
      },
    }),
  })
  const own = trials.filter(({ arm }) => arm === 'chimera').map(asTeam)
  // A solo trial is of its block but no whole trial of the arm: it must be in no figure and no text.
  const solo: Trial = {
    ...own.at(-1)!,
    phase: 'solo',
    output: { analysis: 'alone' },
    calls: own.at(-1)!.calls.slice(0, 1),
  }
  const page = pagesOf(report, [...own, solo]).get('agents/report-agent/chimera.md')!
  expect(page).not.toContain('alone\n')
  const section = (name: string): string => page.split(`### Agent ${name}\n`)[1]!.split('\n### ')[0]!
  expect(section('analysis')).toContain('| throughput | 116.3 ± 0.7 tok/s |')
  expect(section('analysis')).toContain('| calls | 28 | 1 |')
  expect(section('analysis')).toContain('| work | 1 | 9382 ms | 39.2 % |')
  expect(section('report')).toContain('| throughput | 93.84 ± 0.65 tok/s |')
  expect(section('report')).toContain('\n- report: B\n- personas: You write.\n')
  expect(page).toContain('| solo 8 | analysis/work |')
})

test('a stage that runs several times at once, or within itself, takes its wall time', () => {
  const { report, trials } = sampleRun('regressed')
  const stages = [
    { name: 'tool', start: 0, duration: 400 },
    { name: 'tool', start: 100, duration: 400 },
    { name: 'tool', start: 50, duration: 100 },
    { name: 'tool', start: 800, duration: 100 },
  ]
  const staged = trials.map((trial) => ({ ...trial, duration: 1000, stages }))
  const page = pagesOf(report, staged).get('agents/report-agent/chimera.md')
  expect(page).toMatch(/\| tool \|[^|]*\| 600 ms \| 60(\.0)? % \|/)
})
