import { describe, expect, test } from 'vitest'
import { sampleRun } from '../../test/support/sample-runs.ts'
import { variedReport, withArms } from '../../test/support/stored-reports.ts'
import type { Report } from '../schema/generated.ts'
import { compareReports, type Selection } from './build.ts'
import type { ReportComparison } from './model.ts'
import type { StoredReport } from './read.ts'

const all: Selection = { metrics: [], stages: false, meant: new Set() }

function stored(report: Report, name: string): StoredReport {
  return { path: `${name}/report.json`, report }
}

function pair(older: Report, newer: Report, selection: Partial<Selection> = {}): ReportComparison {
  return compareReports([stored(older, 'old'), stored(newer, 'new')], { ...all, ...selection })
}

function row(comparison: ReportComparison, metric: string, label: string) {
  return comparison.tables.find((table) => table.metric === metric)!.rows.find((one) => one.label === label)!
}

const old = variedReport()
const slower = variedReport({ days: 1, factors: { 'chimera ttft': 1.5 } })

describe('two reports', () => {
  test('what decides over a gate is shown, arm by arm', () => {
    const comparison = pair(old, slower)
    expect(comparison.tables.map(({ metric }) => metric)).toEqual(['output_throughput', 'ttft', 'valid_rate'])
    expect(comparison.tables[1]!.rows.map(({ label }) => label)).toEqual([
      'report-agent · baseline (beside chimera)',
      'report-agent · chimera',
      'report-agent · baseline (beside baseline-again)',
      'report-agent · baseline-again',
    ])
    const change = row(comparison, 'ttft', 'report-agent · chimera').changes![0]!
    expect(change).toMatchObject({
      report: 1,
      against: 0,
      ratio: expect.closeTo(1.5, 9),
      test: 'welch',
      n: [28, 28],
    })
    expect(row(comparison, 'ttft', 'report-agent · baseline-again').changes![0]).toMatchObject({
      ratio: 1,
      p: 1,
    })
  })

  test('no row has a verdict, and the notes say why', () => {
    const comparison = pair(old, slower, { metrics: ['ttft'], stages: true })
    expect(comparison.mode).toBe('runs')
    expect(JSON.stringify(comparison.tables)).not.toMatch(/verdict|regressed|improved/)
    expect(comparison.notes.join(' ')).toMatch(
      /one run is one sample.* there is no verdict\..*verdict takes 20 earlier reports/,
    )
  })

  test('stages have rows of their own', () => {
    const { tables } = pair(old, slower, { metrics: ['ttft', 'stage_duration'], stages: true })
    expect(tables[0]!.rows.slice(0, 3).map(({ stage }) => stage)).toEqual([null, 'analysis', 'report'])
    expect(tables[1]!.rows.slice(0, 2).map(({ stage }) => stage)).toEqual(['analysis', 'report'])
  })

  test('suites and arms of one report only are listed', () => {
    const renamed = {
      ...slower,
      suites: slower.suites.slice(0, 1).map((suite) => ({ ...suite, name: 'other' })),
    }
    const { tables } = pair(old, renamed, { metrics: ['ttft_cold'] })
    expect(tables[0]!.rows.map((one) => [one.label, one.only_in])).toEqual([
      ['report-agent · baseline (beside chimera)', [0]],
      ['report-agent · chimera', [0]],
      ['report-agent · baseline (beside baseline-again)', [0]],
      ['report-agent · baseline-again', [0]],
      ['other · baseline', [1]],
      ['other · chimera', [1]],
    ])
  })
})

describe('what is not alike', () => {
  const otherModel = withArms(slower, () => ({ digest: `sha256:${'b'.repeat(64)}` }))
  const otherServer = withArms(slower, () => ({ server: { kind: 'ollama', version: '0.13.0' } }))
  const otherMachine = {
    ...slower,
    environment: { ...slower.environment, cpu: 'Another (8 threads)', os: 'darwin 25 arm64' },
  }

  test('other models are refused, unless that is meant', () => {
    expect(() => pair(old, otherModel)).toThrow(
      /not comparable:\n  - model digest a\w{11} \(old\) against b{12} \(new\), for report-agent · baseline \(beside chimera\) and report-agent · chimera and 2 more\n.*`--compare models`/,
    )
    expect(() => pair(old, otherModel, { meant: new Set(['hosts']) })).toThrow('not comparable')
    expect(pair(old, otherModel, { meant: new Set(['models']) }).differences).toHaveLength(1)
  })

  test('other servers too, by a word of their own', () => {
    expect(() => pair(old, otherServer)).toThrow(
      /server version 0.12.10 \(old\) against 0.13.0 \(new\).*\n.*`--compare hosts`/,
    )
    expect(pair(old, otherServer, { meant: new Set(['hosts']) }).advice).toContain('from different servers:')
  })

  test('another machine is compared, and named', () => {
    const { advice, differences } = pair(old, otherMachine)
    expect(advice).toMatch(/^Advisory: .*from different machines:/)
    expect(differences.map(({ part, from, to }) => [part, from, to])).toEqual([
      ['operating system', 'linux 6.8.0 x64', 'darwin 25 arm64'],
      ['processor', 'AMD Ryzen 9 7950X 16-Core Processor (32 threads)', 'Another (8 threads)'],
    ])
    expect(pair(old, slower).advice).toBe('Advisory: a stored report is never a gate.')
  })

  test('another address of the server says nothing of the machine', () => {
    const moved = withArms(slower, () => ({ host: 'http://127.0.0.1:11435' }))
    const { advice, differences } = pair(old, moved)
    expect(differences.map(({ part }) => part)).toEqual(['host'])
    expect(advice).toMatch(/these come from different server addresses:/)
  })

  test('a report in between that does not know the digest hides no other model', () => {
    const unknown = withArms(variedReport({ days: 2 }), () => ({}))
    for (const arm of unknown.suites.flatMap((suite) => suite.arms)) delete arm.digest
    const three = [stored(old, 'a'), stored(unknown, 'b'), stored(otherModel, 'c')]
    expect(() => compareReports(three, all)).toThrow(/model digest a\w{11} \(a\) against b{12} \(c\)/)
  })
})

describe('a history', () => {
  const runs = Array.from({ length: 20 }, (_, i) =>
    stored(variedReport({ days: i, noise: 0.02 }), `run-${i}`),
  )
  const latest = stored(variedReport({ days: 30, factors: { 'chimera output_throughput': 0.8 } }), 'new')

  test('of twenty runs gives the new one a prediction interval and a verdict', () => {
    const comparison = compareReports([...runs, latest], all)
    expect(comparison.mode).toBe('history')
    const { history } = row(comparison, 'output_throughput', 'report-agent · chimera')
    expect(history).toMatchObject({
      runs: 20,
      position: 'below',
      verdict: 'regressed',
      ratio: expect.closeTo(0.8, 1),
    })
    expect(row(comparison, 'output_throughput', 'report-agent · baseline-again').history).toMatchObject({
      position: 'inside',
      verdict: 'unchanged',
    })
    expect(row(comparison, 'valid_rate', 'report-agent · chimera').history).toBeUndefined()
  })

  test('takes runs of one setup only', () => {
    const machines = runs.map((run, i) =>
      i < 3
        ? { ...run, report: { ...run.report, environment: { ...run.report.environment, cpu: 'Another' } } }
        : run,
    )
    const { history } = row(compareReports([...machines, latest], all), 'ttft', 'report-agent · chimera')
    expect(history).toEqual({ runs: 17, needed: 20 })
    const elsewhere = {
      ...latest,
      report: { ...latest.report, environment: { ...latest.report.environment, cpu: 'Another' } },
    }
    expect(row(compareReports([...runs, elsewhere], all), 'ttft', 'report-agent · chimera').history).toEqual({
      runs: 0,
      needed: 20,
    })
    const meant = { ...all, meant: new Set(['hosts' as const]) }
    expect(
      row(compareReports([...runs, elsewhere], meant), 'ttft', 'report-agent · chimera').history,
    ).toMatchObject({ runs: 20, position: 'inside' })
  })

  test('counts a run once, however often its report was copied, and never the new one', () => {
    const comparison = compareReports([...runs, runs[0]!, latest, latest], all)
    expect(row(comparison, 'ttft', 'report-agent · chimera').history).toMatchObject({ runs: 20 })
    expect(comparison.notes.join(' ')).toContain('counted once: run-0, new.')
  })
})

test('the trials beside a report are used as far as they are its own', () => {
  const { report, trials } = sampleRun('regressed')
  const compared = (mine: typeof trials) =>
    compareReports(
      [
        { ...stored(report, 'old'), trials: mine },
        { ...stored(report, 'new'), trials },
      ],
      { ...all, metrics: ['ttft'] },
    )
  expect(compared(trials).tables[0]!.rows.map(({ changes }) => changes![0]!.test)).toEqual(
    Array.from({ length: 4 }, () => 'mann-whitney'),
  )
  const foreign = compared(trials.slice(0, -2))
  expect(foreign.tables[0]!.rows.map(({ changes }) => changes![0]!.test)).toEqual([
    'mann-whitney',
    'mann-whitney',
    'welch',
    'welch',
  ])
  expect(foreign.notes.join(' ')).toContain('trials.jsonl next to old may be from another run')
})
