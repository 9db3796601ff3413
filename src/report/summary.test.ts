import { describe, expect, test } from 'vitest'
import { codeSuite, sampleRun, sampleRuns } from '../../test/support/sample-runs.ts'
import type { Report, RunSummary, SuiteReport } from '../schema/generated.ts'
import { summaryFaults } from '../schema/validate.ts'
import { summaryText } from './summary.ts'

/** The summary, held to its schema and its size. */
function summaryOf(report: Report): RunSummary {
  const text = summaryText(report)
  expect(Buffer.byteLength(text)).toBeLessThan(4096)
  const summary: unknown = JSON.parse(text)
  expect(summaryFaults(summary)).toEqual([])
  return summary as RunSummary
}

test.each(sampleRuns)('of the %s run is valid, with the verdict of its gate', (name) => {
  const { report } = sampleRun(name)
  const { status, gate } = report
  expect(summaryOf(report).verdict).toBe(status === 'interrupted' ? status : gate.status)
})

test('of a regression names the worst comparison and how to run it again', () => {
  const { report } = sampleRun('regressed')
  const [failure] = report.gate.failures
  expect(summaryOf(report)).toMatchObject({
    may_merge: false,
    cause: { suite: failure!.suite, metric: failure!.metric, file: 'suites/report-agent/chimera.bench.ts' },
    reproduce: "npx vitest bench 'suites/report-agent/chimera.bench.ts' -t 'report-agent'",
    next: expect.stringContaining('options of the two arms'),
  })
})

const regressedCode = (has: Partial<Extract<SuiteReport, { kind: 'code' }>> = {}): Report => {
  const { report } = sampleRun('regressed')
  const [suite] = report.suites
  const code = codeSuite(suite!, {
    trees: { modules: 3, changed: ['src/prompt.ts'], is_new: false },
    attribution: {
      baseline_value: 1000,
      candidate_value: 1300,
      change: 300,
      blocks: 8,
      parts: [
        { stage: 'report', part: 'calls', change: 250, interval: [200, 300], count: 2 },
        { stage: null, part: 'own_code', change: 400, interval: [-100, 900] },
        { stage: 'analysis', part: 'load', change: 50, interval: [40, 60] },
      ],
    },
    ...has,
  })
  code.arms[0]!.code = { ref: 'origin/main', sha: 'a'.repeat(40), dirty: false }
  return { ...report, suites: [code] }
}

test('of a code comparison names the part that is detected to have changed most, with its files', () => {
  expect(summaryOf(regressedCode())).toMatchObject({
    cause: { stage: 'report', part: { name: 'calls', change_ms: 250 }, changed_files: ['src/prompt.ts'] },
    reproduce: expect.stringContaining(`CHIMERA_BASE=${'a'.repeat(40)} npx vitest bench`),
    next: expect.stringContaining('makes more or fewer calls'),
  })
})

test('of an inconclusive run says how many blocks would decide it', () => {
  const { report } = sampleRun('embedded')
  const [suite] = report.suites
  const [comparison] = suite!.comparisons.filter(({ gated }) => gated)
  Object.assign(comparison!, { verdict: 'inconclusive', blocks_needed: 42 })
  report.suites = [suite!]
  report.gate = { status: 'inconclusive', failures: [], notices: [] }
  const { cause, next } = summaryOf(report)
  expect(cause).toMatchObject({ suite: suite!.name, metric: comparison!.metric })
  expect(next).toContain('CHIMERA_BLOCKS_MAX=42')
})

describe('hostile names', () => {
  const hostile = "'; rm -rf ~ \u202e\u001b[2J"

  test('are cut to fit', () => {
    const report = regressedCode({
      name: hostile.repeat(900),
      file: '🐉'.repeat(5000),
      trees: { modules: 9, changed: Array.from({ length: 9 }, () => '\u0000\\"'.repeat(999)), is_new: false },
    })
    report.gate.failures = [{ suite: hostile.repeat(900), message: '"\\\n'.repeat(9000) }]
    const { cause, reproduce } = summaryOf(report)
    expect(cause!.suite).toMatch(/…$/)
    expect(JSON.stringify(cause)).not.toMatch(/\\u001b|\u202e/)
    expect(reproduce).toBe('npx vitest bench')
  })

  test('reach no shell', () => {
    const { reproduce } = summaryOf(regressedCode({ name: 'a$(reboot)' }))
    expect(reproduce).not.toContain('reboot')
  })
})
