import { expect, test } from 'vitest'
import { htmlOf, markdownOf } from '../../../test/support/sample-runs.ts'
import { namesOf, sweepFor, sweepTrials, type Rate } from '../../../test/support/sweeps.ts'
import type { Facts } from '../../judge/plan.ts'
import type { AgentSweepOptions } from '../../run/candidates.ts'
import type { Report, Trial } from '../../schema/generated.ts'
import { asReport } from '../../schema/validate.ts'
import { armDocuments, buildReport, printTerminal, summaryDocument } from '../index.ts'

function reportOf(
  definition: Partial<AgentSweepOptions>,
  rate: Rate,
  blocks = 12,
  facts: Facts = {},
): { report: Report; trials: Trial[] } {
  const sweep = sweepFor(definition)
  const measured = namesOf(sweep).filter((arm) => facts[arm]?.same_as === undefined)
  const trials = sweepTrials(sweep, 1, blocks, rate, measured)
  const report = buildReport({
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: '2026-01-01T00:01:00.000Z',
    interrupted: false,
    version: '0.0.0',
    environment: { node: '24', vitest: '5', os: 'linux', cpu: 'two cores', ci: true },
    suites: [{ plan: sweep, facts, trials, ending: { stopped: 'budget', requeued: 0, warnings: [] } }],
    refusals: [],
    failOn: new Set(['regressed']),
  })
  return { report: asReport(report, 'the test'), trials }
}

const terminalOf = (report: Report): string =>
  printTerminal(summaryDocument(report, 'reports'), { color: false })

const rate: Rate = (arm) => (arm.endsWith('0.8') ? 80 : arm === 'baseline' ? 90 : 100)
const { report, trials } = reportOf({}, rate)

test('one suite with all arms and all comparisons, valid against the schema', () => {
  const [suite] = report.suites
  expect(suite!.arms.map(({ name, trials }) => `${name} ${trials}`)).toEqual(
    ['baseline', ...namesOf(sweepFor())].map((name) => `${name} 12`),
  )
  expect(suite!.arms[0]!.samples['output_throughput']).toMatchObject({ n: 12, median: expect.closeTo(90, 9) })
  const throughput = suite!.comparisons.filter(({ metric }) => metric === 'output_throughput')
  expect(throughput.map(({ candidate }) => candidate)).toEqual(namesOf(sweepFor()))
  for (const row of suite!.sweep!.ranking) {
    const compared = throughput.find(({ candidate }) => candidate === row.arm)!
    expect([row.value, row.ratio, row.verdict]).toEqual([
      compared.candidate_value,
      compared.ratio,
      compared.verdict,
    ])
  }
  expect(report.gate).toEqual({ status: 'passed', failures: [], notices: [] })
})

test('a baseline trial counts once, however many candidates it was held against', () => {
  const { report } = reportOf({ grid: { top_k: [1, 2] } }, (arm, block) =>
    arm === 'top_k=2' && block > 9 ? undefined : 100,
  )
  const [baseline, first, second] = report.suites[0]!.arms
  expect([baseline, first, second].map((arm) => arm!.samples['output_throughput']!.n)).toEqual([12, 12, 9])
  expect(second!.invalid).toEqual({ no_done: 3 })
})

test('the same table in every format', () => {
  const markdown = markdownOf(report, trials)
  expect(markdown).toContain('# ✅ Passed: may merge\n\nNo gated metric regressed: a sweep gates nothing.')
  expect(markdown).toContain(
    '**swept** · 6 candidates by output_throughput, 84 trials: best **num_ctx=2048 temperature=0.2**, tied with 2 others: +11.1 %',
  )
  expect(markdown).toContain(
    '| 1= | num_ctx=2048 temperature=0.2 | 100.0 tok/s | +11.1 % [+11.1, +11.1] | improved | leads | 8 | 100.0 % |',
  )
  expect(markdown).toContain(
    '| 4= | num_ctx=8192 temperature=0.8 | 80.0 tok/s | −11.1 % [−11.1, −11.1] | **regressed** | −20.0 % [−20.0, −20.0] behind | 8 | 100.0 % |',
  )
  expect(markdown).toMatch(/^- num_ctx had no effect on output_throughput that matters/m)
  const text = terminalOf(report)
  expect(text).toMatch(/^swept · 6 candidates by output_throughput, 84 trials; baseline 90\.00 tok\/s/m)
  expect(text).toMatch(/^ {4}1= {2}num_ctx=2048 temperature=0\.2 +100\.0 tok\/s .* improved +leads/m)
  const html = htmlOf(report, trials)
  expect(html).toMatch(
    />4=<\/td>\s*<th[^>]*>num_ctx=8192 temperature=0\.8|>4=<\/td>\s*<th[^>]*>num_ctx=2048 temperature=0\.8/,
  )
  expect(html.match(/<svg class="forest" /g)!.length).toBeGreaterThanOrEqual(6)
  expect([...armDocuments(report, trials).keys()]).toHaveLength(7)
})

test('what was measured once is listed as the same in every format, and the note says why', () => {
  const effective = { num_ctx: 4096, block_count: 26, size: 9, size_vram: 9, gpu_fraction: 1 }
  const facts: Facts = {
    'num_gpu=99': { server: { kind: 'ollama' }, effective },
    'num_gpu=120': { server: { kind: 'ollama' }, effective, same_as: 'num_gpu=99' },
  }
  const grid = { grid: { num_gpu: [10, 99, 120] } }
  const { report, trials } = reportOf(grid, (arm) => (arm.endsWith('10') ? 80 : 100), 12, facts)
  const why =
    'was not measured: the server runs it the same as "num_gpu=99" (num_gpu puts all 27 layers on the GPU).'
  const markdown = markdownOf(report, trials)
  expect(markdown).toContain('3 candidates (2 distinct) by output_throughput')
  expect(markdown).toContain('| 1= | num_gpu=120 |  | same as num_gpu=99 |  |  |  |  |')
  expect(markdown).toContain(`\`measured_once\` "num_gpu=120" ${why}`)
  const text = terminalOf(report)
  expect(text).toMatch(/^ {4}1= {2}num_gpu=120 +same as num_gpu=99/m)
  expect(text).toContain(why)
  const narrow = printTerminal(summaryDocument(report, 'reports'), { color: false, width: 40 })
  expect(narrow).toMatch(/num_gpu=120 +same as num_gpu=99$/m)
  const html = htmlOf(report, trials)
  expect(html).toMatch(/num_gpu=120[\s\S]{0,400}same as num_gpu=99/)
  expect(html).toContain('rank 1, shared, same as num_gpu=99')
  expect(html).toContain('was not measured: the server runs it the same as')
  const page = armDocuments(report, trials).get('agents/swept/num_gpu=120.md')
  expect(JSON.stringify(page)).toContain('whose page has the figures')
})

test('a narrow terminal keeps rank, candidate and change', () => {
  const text = printTerminal(summaryDocument(report, 'reports'), { color: false, width: 40 })
  expect(text).toMatch(/^ {2}1= {2}num_ctx=2048 temperature=0\.2 {2}100\.0 tok\/s {2}\+11\.1 % {2}improved$/m)
})

test('long sweeps are cut on the terminal and whole in report.md', () => {
  const many = reportOf({ grid: { top_k: Array.from({ length: 20 }, (_, i) => i + 1) } }, () => 100, 6)
  const text = terminalOf(many.report)
  expect(text.match(/^ +1= /gm)).toHaveLength(12)
  expect(text).toContain('and 8 more in report.md')
  expect(markdownOf(many.report).match(/^\| 1= /gm)).toHaveLength(20)
})

test('halving is told: who was dropped, after how many blocks', () => {
  const { report } = reportOf(
    { grid: { top_k: [1, 2, 3, 4] }, blocks: { min: 6, max: 20 }, halving: true },
    (arm) => 100 - 5 * (Number(arm.slice(-1)) || 0),
    8,
  )
  expect(report.suites[0]!.sweep!.ranking.map(({ eliminated_after }) => eliminated_after)).toEqual([
    undefined,
    undefined,
    8,
    8,
  ])
  expect(markdownOf(report)).toContain('- after 8 blocks 2 dropped: top_k=3; top_k=4')
})

test('names are hostile text', () => {
  const name = '<script>|`\u001b[31m\n# x'
  const { report, trials } = reportOf({ grid: {}, candidates: [{ name, model: 'tiny' }] }, () => 100)
  expect(htmlOf(report, trials)).not.toContain('<script>')
  expect(terminalOf(report)).not.toContain('\u001b')
  const row = markdownOf(report)
    .split('\n')
    .find((line) => line.startsWith('| 1 |'))!
  expect(row.split(/(?<!\\)\|/)).toHaveLength(10)
})
