import { describe, expect, test } from 'vitest'
import { judge } from '../../test/support/judge.ts'
import { faithful } from './faithful.ts'

const truth = {
  total: 101,
  counts: { csv: 28, json: 44, markdown: 29 },
  latest: ['2025-11-14T18:53:30Z', '2025-10-08T17:20:51Z'],
}
const check = faithful(truth)

describe('faithful', () => {
  test.each([
    ['a list', '* **File Types:** 71 JSON, 28 CSV, 2 Markdown', 'json files: Expected 44 but received 71'],
    [
      'brackets',
      '* **File Types:** Predominantly JSON (44 files) and Markdown (28 files)',
      'markdown files: Expected 29 but received 28',
    ],
    ['a list item', '* JSON (72 files - 71.7%)', 'json files: Expected 44 but received 72'],
    ['n =', 'Markdown Files (n=425): prose', 'markdown files: Expected 29 but received 425'],
    ['a table', '| JSON | 31 | 30.7 % |', 'json files: Expected 44 but received 31'],
    [
      'more than there are, of a part',
      'The 65 CSV files on tuning are many.',
      'csv files: Expected 28 but received 65',
    ],
    ['a wrong total', '**Total Files Analyzed:** 98', 'files in all: Expected 101 but received 98'],
    [
      'a wrong total in prose',
      'This report analyzes 250 benchmark files.',
      'files in all: Expected 101 but received 250',
    ],
    [
      'a wrong day',
      '* **Last Modified:** November 20, 2025',
      'latest change: Expected 2025-11-14 or 2025-10-08 but received 2025-11-20',
    ],
    [
      'the end of a range',
      'Last Modified Dates: October 27, 2025 – November 22, 2025',
      'received 2025-11-22',
    ],
  ])('fails %s', async (_, output, message) => {
    expect(await judge(check, output)).toContain(message)
  })

  test.each([
    [
      'true statements',
      'Total files analyzed: 101\n\nCSV Files (28)\nJSON Files (44)\nMARKDOWN Files (29)\n  Latest modified: 2025-11-14 18:53:30 UTC',
    ],
    ['a part of the files', 'Compilation benchmarks (17 JSON + 17 Markdown) stand out.'],
    ['a subject with its own number', 'Model execution (CSV Files – 3 Files) is rare.'],
    ['shares', 'JSON (72%) and Markdown: 28 %'],
    ['measures', '| run.json | JSON | 850 | and | **Latency** | JSON: 15.58 | CSV: 12 ms'],
    ['file names', '`bench_20.json`: 44.5, conv_bench_12.csv (6 occurrences)'],
    ['dates of something else', '**Date:** December 1, 2025'],
    ['a month', 'The last modified files are from November 2025.'],
    ['two types that share a number', 'The CSV and Markdown files (10 files) are recent.'],
    ['no statement at all', 'Fast enough.'],
  ])('passes %s', async (_, output) => {
    expect(await judge(check, output)).toBeUndefined()
  })

  test('counts what else is wrong', async () => {
    expect(await judge(check, 'JSON: 1\nCSV: 2\nMarkdown: 3')).toContain(', and 2 more such statements')
  })

  test('judges only what it is told', async () => {
    expect(
      await judge(faithful({ counts: { json: 44 } }), 'Total files: 7\nCSV: 99\nJSON: 44'),
    ).toBeUndefined()
  })

  test('may take the truth from the trial', async () => {
    const ofTrial = faithful(({ output }) => ({ counts: { json: (output as { json: number }).json } }))
    expect(await judge(ofTrial, { json: 2, report: 'JSON: 3 files' })).toContain('Expected 2 but received 3')
  })
})
