import { describe, expect, test } from 'vitest'
import { expectGolden } from '../../test/support/golden.ts'
import { sampleRun } from '../../test/support/sample-runs.ts'
import { variedReport } from '../../test/support/stored-reports.ts'
import { printMarkdown, printTerminal } from '../report/index.ts'
import { compareReports } from './build.ts'
import { comparisonDocument } from './document.ts'
import type { ReportComparison } from './model.ts'

const comparisonMarkdown = (comparison: ReportComparison): string =>
  printMarkdown(comparisonDocument(comparison))
const comparisonText = (comparison: ReportComparison, width?: number): string =>
  printTerminal(comparisonDocument(comparison), { color: false, ...(width !== undefined && { width }) })

const selection = { metrics: [], stages: false, meant: new Set<never>() }

/** Two machines, the trials of one run, a suite that is gone. */
function machines(): ReportComparison {
  const { report, trials } = sampleRun('regressed')
  const later = variedReport({ days: 1, factors: { ttft: 1.2 } })
  const newer = {
    ...later,
    environment: { ...later.environment, cpu: 'Apple M4 Pro (14 logical)', os: 'Darwin 25.0.0 arm64' },
    suites: later.suites.slice(0, 1),
  }
  return compareReports(
    [
      { path: 'main/report.json', report, trials },
      { path: 'change/report.json', report: newer },
    ],
    { ...selection, stages: true },
  )
}

function history(): ReportComparison {
  const runs = Array.from({ length: 20 }, (_, i) => ({
    path: `kept/${i}.json`,
    report: variedReport({ days: i, noise: 0.03 }),
  }))
  const latest = {
    path: 'reports/report.json',
    report: variedReport({ days: 21, factors: { 'chimera output_throughput': 0.85 } }),
  }
  return compareReports([...runs, latest], selection)
}

function hostile(): ReportComparison {
  const { report, trials } = sampleRun('hostile')
  return compareReports(
    [
      { path: 'a\u001b[2J|<b>/report.json', report, trials },
      { path: '@octocat/report.json', report, unusable: 'line 1' },
    ],
    selection,
  )
}

const samples = { machines, history, hostile }

describe.each(Object.entries(samples))('%s', (name, make) => {
  test('as text', async () => {
    await expectGolden(`${comparisonText(make())}\n`, new URL(`fixtures/${name}.golden.txt`, import.meta.url))
  })

  test('as Markdown', async () => {
    await expectGolden(comparisonMarkdown(make()), new URL(`fixtures/${name}.golden.md`, import.meta.url))
  })
})

test('nothing hostile reaches a terminal or a page as more than text', () => {
  // oxlint-disable-next-line no-control-regex -- they are what must not be there
  const control = /[\0-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/
  expect(comparisonText(hostile())).not.toMatch(control)
  const page = comparisonMarkdown(hostile())
  expect(page).not.toMatch(control)
  expect(page).not.toMatch(/(?<!\\)<(script|img|b)\b/)
  // Every row of a table has as many bars as its rule, whatever stands in its cells.
  const bars = (line: string): number => line.replaceAll('\\|', '').split('|').length
  for (const table of page.split('\n\n').filter((block) => block.startsWith('|'))) {
    expect(new Set(table.split('\n').map(bars)).size).toBe(1)
  }
})
