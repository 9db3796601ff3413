import { expect, test } from 'vitest'
import { codeSuite, sampleRun } from '../../test/support/sample-runs.ts'
import type { ChangedRequest, Report, SuiteReport } from '../schema/generated.ts'
import { commentMarkdown } from './comment.ts'

const calls: ChangedRequest[] = [
  {
    index: 1,
    stage: 'report',
    changes: [{ field: 'prompt', kind: 'text', removed: 0, added: 1, lines: ['+Be brief.'] }],
  },
]

/** A regressed code comparison of so many suites. */
function comparisonOf(count: number, has: (suite: SuiteReport, i: number) => Partial<SuiteReport>): Report {
  const { report } = sampleRun('regressed')
  const [first] = report.suites
  const suites = Array.from({ length: count }, (_, i) => {
    const suite = codeSuite(structuredClone(first!), { requests: { block: 1, calls, counts: [] } })
    return { ...suite, ...has(suite, i) } as SuiteReport
  })
  const [failure] = report.gate.failures
  report.gate.failures = suites.map(({ name }) => ({
    ...failure!,
    suite: name,
    message: `${name}: ${failure!.message}`,
  }))
  return { ...report, suites }
}

const twenty = comparisonOf(2, (_, i) => ({ name: `suite-${i}` }))

test('folds the requests that differ', () => {
  const comment = commentMarkdown(twenty, [], {})
  expect(comment).toMatch(
    /<details><summary>Requests differ in 2 suites<\/summary>\n\n\*\*suite-0\*\*[^]*\+Be brief\.[^]*<\/details>\n$/,
  )
})

test.each([
  [
    { GITHUB_SERVER_URL: 'https://github.test', GITHUB_REPOSITORY: 'a/b', GITHUB_RUN_ID: '7' },
    'https://github.test/a/b/actions/runs/7',
  ],
  [{ CI_JOB_URL: 'https://gitlab.test/a/-/jobs/7' }, 'https://gitlab.test/a/-/jobs/7'],
])('links the page of the run in CI', (env, url) => {
  expect(commentMarkdown(twenty, [], env)).toContain(
    `\n\n[Full report in the artifacts of the run](${url})\n`,
  )
})

test('tells the configs of one agent apart, and the files of one config', () => {
  const configs = ['small', 'large', 'large']
  const report = comparisonOf(3, ({ arms }, i) => ({
    name: 'agent',
    file: `${i}.bench.ts`,
    arms: arms.map((arm) => ({ ...arm, config: configs[i]! })),
  }))
  for (const [i, failure] of report.gate.failures.entries()) failure.file = `${i}.bench.ts`
  const comment = commentMarkdown(report, [], {})
  for (const name of ['agent (small)', 'agent (large, 1.bench.ts)', 'agent (large, 2.bench.ts)']) {
    expect(comment).toContain(`- ❌ **${name}** · `)
    expect(comment).toContain(`- **${name}**: `)
    expect(comment).toContain(`| ${name} | `)
    expect(comment).toContain(`\n**${name}**\n`)
  }
})

test('has no link elsewhere', () => {
  expect(commentMarkdown(twenty, [], { CI_JOB_URL: 'no url' })).not.toContain('](')
})

test('has one table of what gates and is not unchanged, in five columns', () => {
  const lines = commentMarkdown(twenty, [], {}).split('\n')
  const at = lines.findIndex((line) => line.startsWith('| suite '))
  expect(lines[at]).toBe('| suite | metric | baseline → candidate | change | verdict |')
  const rows = lines.slice(at + 2, lines.indexOf('', at))
  expect(rows.length).toBeGreaterThanOrEqual(2)
  expect(rows[0]).toMatch(
    /^\| suite-0 \| output_throughput \| \S+ → \S+ tok\/s \| −.* slower \| \*\*regressed\*\* \|$/,
  )
  expect(rows.join()).not.toContain('unchanged')
})

test('names suites that are new, and those that are removed', () => {
  const report = comparisonOf(1, () => ({ name: 'young', trees: { modules: 1, changed: [], is_new: true } }))
  report.gate.notices = [
    { suite: '', message: 'old.bench.ts exists at base but not at head, so its suites were not measured.' },
  ]
  const comment = commentMarkdown(report, [], {})
  expect(comment).toContain('New, measured and not gated: **young**.')
  expect(comment).toContain('old.bench.ts exists at base but not at head')
})

test.each([
  ['plain', (i: number) => `a suite with a name of its own, number ${i}`],
  ['hostile', (i: number) => `${i} </details> ![x](y) @team \u202e <!-- ${'|`*_#<🐉'.repeat(700)}`],
])('of 40 suites with %s names is under 8 KB, the failures first', (_, nameOf) => {
  const report = comparisonOf(40, (_, i) => ({ name: nameOf(i) }))
  const comment = commentMarkdown(report, [], { CI_JOB_URL: 'https://gitlab.test/a/-/jobs/7' })
  expect(Buffer.byteLength(comment)).toBeLessThanOrEqual(8192)
  expect(comment).toMatch(/^# ❌ Regressed: do not merge\n/)
  expect(comment).toMatch(/- and \d+ more, see report\.md/)
  expect(comment).toContain('[Full report')
  expect(comment).not.toMatch(/\u202e|(?<!\\)<!--|!\[x\]/)
  expect(comment.match(/(?<!\\)<\/?details>/g)).toEqual(
    comment.includes('<summary>') ? ['<details>', '</details>'] : null,
  )
})
