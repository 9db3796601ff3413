import { describe, expect, test } from 'vitest'
import { expectGolden } from '../../test/support/golden.ts'
import { fixture, sampleRun } from '../../test/support/sample-runs.ts'
import type { Trial } from '../schema/generated.ts'
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

describe('what the last valid trial returned', () => {
  const pageOf = (output: unknown, over: (trial: Trial) => Partial<Trial> = () => ({})): string => {
    const { report, trials } = sampleRun('regressed')
    const told = trials.map((trial) => (trial.valid ? { ...trial, output, ...over(trial) } : trial))
    return agentPages(report, told).get('agents/report-agent/chimera.md')!
  }

  test('has its sections in the order people know', () => {
    const page = pageOf({
      files: 101,
      personas: { writer: 'You write.' },
      report: '# Technical Report',
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
      '### Data summary',
      '### Key findings',
      '### Recommendations',
      "### Report, in the model's words",
      '### Calls by stage',
      '### Calls',
      '### Statistical summary',
      '### Persona prompt',
      '#### writer',
    ])
    expect(page).toContain('\n- files: 101\n- table: \\[1,2]\n')
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
    expect(page).toContain('- Finding 19.\n\n10 more are in trials.jsonl.')
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
  const page = agentPages(report, [...own, solo]).get('agents/report-agent/chimera.md')!
  expect(page).not.toContain('alone\n')
  const section = (name: string): string => page.split(`### Agent ${name}\n`)[1]!.split('\n### ')[0]!
  expect(section('analysis')).toContain('| throughput | 116.2 ± 0.7 tok/s |')
  expect(section('analysis')).toContain('| calls | 16 | 1 |')
  expect(section('analysis')).toContain('| work | 1 | 9365 ms | 39.1 % |')
  expect(section('report')).toContain('| throughput | 93.87 ± 0.46 tok/s |')
  expect(section('report')).toContain("#### Report, in the model's words\n\n```text\nB\n```")
  expect(page).toContain('| solo 8 | analysis/work |')
  expect(page).toContain('### Persona prompts\n\n#### analysis\n\n```text\nYou count.\n```\n\n#### report\n')
})
