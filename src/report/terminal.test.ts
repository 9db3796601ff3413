import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { expectGolden } from '../../test/support/golden.ts'
import { fixture, sampleRun, sampleRuns } from '../../test/support/sample-runs.ts'
import { align, columns } from './terminal-table.ts'
import { terminalSummary } from './terminal.ts'

test.each(sampleRuns)('summary of "%s"', async (name) => {
  const text = terminalSummary(sampleRun(name).report, { color: false, outputDir: 'reports' })
  await expectGolden(`${text}\n`, fixture(`${name}.golden.txt`))
})

test.each(sampleRuns)('colour adds nothing but colour to "%s"', (name) => {
  const { report } = sampleRun(name)
  const plain = terminalSummary(report, { color: false, outputDir: 'reports' })
  const colored = terminalSummary(report, { color: true, outputDir: 'reports' })
  expect(colored).toContain('\u001b[')
  expect(stripVTControlCharacters(colored)).toBe(plain)
})

test('nothing in a report reaches the terminal as a control character', () => {
  const text = terminalSummary(sampleRun('hostile').report, { color: false, outputDir: 'out\u001b[2J\nx' })
  expect(text).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u)
  expect(text.split('\n').at(-1)).toContain('out␛[2J x')
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
