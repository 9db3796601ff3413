import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { expectGolden } from '../../../test/support/golden.ts'
import { fixture, sampleRun, sampleRuns } from '../../../test/support/sample-runs.ts'
import type { Report } from '../../schema/generated.ts'
import { align, columns } from '../../text/index.ts'
import { summaryDocument } from '../document/summary.ts'
import { printTerminal } from './terminal.ts'

interface Options {
  color?: boolean
  outputDir?: string
  width?: number
}

const summaryOf = (report: Report, { color = false, outputDir = 'reports', width }: Options = {}): string =>
  printTerminal(summaryDocument(report, outputDir), { color, ...(width !== undefined && { width }) })

test.each(sampleRuns)('summary of "%s"', async (name) => {
  const text = summaryOf(sampleRun(name).report)
  await expectGolden(`${text}\n`, fixture(`${name}.golden.txt`))
})

test.each(sampleRuns)('color adds nothing but color to "%s"', (name) => {
  const { report } = sampleRun(name)
  const plain = summaryOf(report)
  const colored = summaryOf(report, { color: true })
  expect(colored).toContain('\u001b[')
  expect(stripVTControlCharacters(colored)).toBe(plain)
})

test('nothing in a report reaches the terminal as a control character', () => {
  const text = summaryOf(sampleRun('hostile').report, { outputDir: 'out\u001b[2J\nx' })
  expect(text).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u)
  expect(text.split('\n').at(-1)).toContain('out␛[2J x')
})

test.each(sampleRuns)('the tables of "%s" are whole at 80 columns', (name) => {
  const rows = summaryOf(sampleRun(name).report, { width: 80 }).match(/^ {2}\S+ .* → .*$/gm) ?? []
  for (const row of rows) expect(row.length, row).toBeLessThanOrEqual(80)
  const { suites } = sampleRun(name).report
  const gated = suites.flatMap(({ comparisons }) =>
    comparisons.filter(({ gated, metric }) => gated && metric !== 'valid_rate'),
  )
  expect(rows).toHaveLength(gated.length)
})

test('a narrow terminal has a line a metric, without intervals', () => {
  const lines = summaryOf(sampleRun('regressed').report, { width: 40 }).split('\n')
  expect(lines.slice(1, 3)).toEqual([
    '  output_throughput  −12.5 %  regressed',
    '  ttft  ~ −0.7 %  unchanged',
  ])
})

test('a wide one has the blocks as well, and what a verdict would take', () => {
  const { report } = sampleRun('embedded')
  expect(summaryOf(report, { width: 140 })).toMatch(/inconclusive +10 blocks +about \d+ blocks needed$/m)
})

test('columns line up by their width on a terminal', () => {
  expect(
    align(
      [
        ['報告', '1'],
        ['a', '22'],
      ],
      ['left', 'right'],
    ),
  ).toEqual(['報告   1', 'a     22'])
  expect(['é', 'e\u0301', '報', '👍', 'ab'].map(columns)).toEqual([1, 1, 2, 2, 2])
})
