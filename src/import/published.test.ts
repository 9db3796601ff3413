import { describe, expect, test } from 'vitest'
import { olderImport, type OlderFile } from '../../test/support/older-files.ts'
import { htmlOf, markdownOf, sampleRun } from '../../test/support/sample-runs.ts'
import { headline } from '../report/headline.ts'
import {
  armDocuments,
  printHtml,
  printMarkdown,
  printTerminal,
  runDocument,
  type Inline,
} from '../report/index.ts'
import type { Report, Trial } from '../schema/generated.ts'
import { importDocument, published } from './document.ts'
import { armRows, pairRows } from './published.ts'
import { toReport } from './to-report.ts'

const markdown = (report: Report, trials: Trial[]): string =>
  printMarkdown(runDocument(report, trials, published))
const html = (report: Report, trials: Trial[]): string => printHtml(runDocument(report, trials, published))
const page = (path: string, { report, trials }: { report: Report; trials: Trial[] }): string =>
  printMarkdown(armDocuments(report, trials, published).get(path)!)
const text = (inline: Inline): string => printMarkdown([{ kind: 'prose', text: inline }]).trimEnd()

const imported = (name: OlderFile) => toReport([olderImport(name)], [], '0.0.0')

test('a single agent: every older figure with ours and why they differ', () => {
  const { report, trials } = imported('single')
  const [suite] = report.suites
  const rows = armRows(suite!.arms[1]!, suite!, trials).map(({ figure, published, ours, why }) => [
    figure,
    published,
    text(ours),
    why,
  ])
  expect(rows).toEqual([
    [
      'throughput',
      '96.69 ± 47.37 tok/s (CV 49.0 %)',
      '116.02 ± 0.91 tok/s (CV 0.8 %), 5 calls',
      '1 broken call averaged in as 0',
    ],
    [
      'TTFT',
      '1259.81 ± 1797.39 ms (CV 142.7 %)',
      'warm 526 ± 20 ms (CV 3.7 %), 5 calls; cold 4929 ms, 1 call',
      '1 call that loaded the model in the mean; warm without broken calls 530 ± 20 ms (CV 3.8 %), 4 calls',
    ],
    ['broken call', 'not published', 'run 1, report: no_done', ''],
    ['tokens, sum', '5530', '5530, 5 calls', ''],
    ['call duration, sum', '66951.18 ms', '56913.74 ms, 5 calls', ''],
    ['prompt eval, sum', '1106.38 ms', '1106.38 ms, 5 calls', ''],
    ['eval, sum', '47684.83 ms', '47684.83 ms, 5 calls', ''],
    ['load, sum', '5896.49 ms', 'warm 1060.87 ms, 4 calls; cold 4835.62 ms, 1 call', ''],
    [
      'throughput improvement',
      '−15.9 % (−18.29 tok/s)',
      'change ~ +1.0 %, inconclusive',
      'published without a test',
    ],
    ['TTFT reduction', '+3.8 % (+50.39 ms)', 'change ~ −10.0 %, inconclusive', 'published without a test'],
  ])
  expect(pairRows(suite!)).toEqual([])
})

describe('two agents at once', () => {
  const row = (name: OlderFile, figure: RegExp) =>
    pairRows(imported(name).report.suites[0]!)
      .map((one) => ({ ...one, ours: text(one.ours) }))
      .find((one) => figure.test(one.figure))

  test('what was called a speedup stands under its right name', () => {
    expect(row('concurrent', /^load balance, published as "concurrency speedup"/)).toMatchObject({
      published: '2.00',
      ours: '2.00 of 2',
    })
    expect(row('concurrent', /^speedup/)).toMatchObject({
      published: '–',
      ours: expect.stringMatching(/^not measured/),
    })
    expect(row('concurrent', /^contention/)).toMatchObject({ published: 'not detected', ours: 'not tested' })
  })

  test('agents that took turns are seen to', () => {
    expect(row('serialized', /^load balance/)).toMatchObject({ published: '1.00', ours: '1.93 of 2' })
    expect(row('serialized', /^overlap/)).toMatchObject({
      ours: "0.0 % of the shorter agent's time",
      why: 'the agents ran one after the other',
    })
    expect(row('serialized', /^contention/)).toMatchObject({ published: 'detected' })
  })

  test('a summary has its averages', () => {
    expect(row('summary', /^load balance/)).toMatchObject({
      published: '2.00',
      ours: '–',
      why: 'mean of 1 run; it says nothing about gain',
    })
  })
})

test('every report of an import has the section, those of a run have not', () => {
  const { report, trials } = imported('single')
  expect(markdown(report, trials)).toMatch(/### As published[\s\S]*Ours, in this table: single calls/)
  expect(markdown(report, trials)).not.toContain('CHIMERA_SEED')
  expect(html(report, trials)).toContain('<h3>As published</h3>')
  expect(html(report, trials)).not.toContain('CHIMERA_SEED')
  expect(page('agents/single/chimera.md', { report, trials })).toMatch(
    /### As published[\s\S]*### Workflow summary[\s\S]*### Output\n[\s\S]*It took 20\.67 s: ingest 25\.8 ms[\s\S]*- files: 12/,
  )
  const run = sampleRun('regressed')
  expect(markdownOf(run.report, run.trials) + htmlOf(run.report, run.trials)).not.toContain('As published')
})

test('nobody is told to merge an archive', () => {
  expect(headline(imported('single').report)).toMatchObject({
    word: 'Inconclusive',
    answer: 'imported, nothing was run',
  })
})

test('outputs of several texts read as texts', () => {
  const concurrent = page('agents/concurrent/insight.md', imported('concurrent'))
  expect(concurrent).toContain('\n```text\n# Made-up report\nAll is well.\n```\n')
})

test('the terminal shows the figures that lead, published beside ours', () => {
  const { report, trials } = imported('single')
  const lines = printTerminal(importDocument(report, trials, 'reports'), { color: false }).split('\n')
  expect(lines).toContainEqual(
    expect.stringMatching(/^ {2}chimera +throughput +96\.69 ± 47\.37 tok\/s .* 116\.02 ± 0\.91/),
  )
  expect(lines).toContainEqual(
    expect.stringMatching(/^ {2}chimera +broken call +not published +run 1, report: no_done$/),
  )
  expect(lines.join('\n')).not.toContain('tokens, sum')
})
