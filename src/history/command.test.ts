import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sampleRun } from '../../test/support/sample-runs.ts'
import type { Report } from '../schema/generated.ts'
import { run } from './command.ts'
import { entriesOf, parseEntry } from './entry.ts'
import { seriesOf } from './series.ts'
import { appendHistory } from './store.ts'

let folder: string

/** The sample run as the nth of a history: from the 12th on, the candidate is 20 % slower. */
function nth(i: number, has: Partial<Report['environment']> = {}): Report {
  const { report } = sampleRun('regressed')
  const [suite] = report.suites
  const arm = suite!.arms.find(({ name }) => name === 'chimera')!
  arm.samples.output_throughput!.median = (i < 12 ? 100 : 80) + ((i * 7) % 5) / 10
  report.finished_at = new Date(Date.UTC(2026, 0, 1 + i)).toISOString()
  report.environment = {
    ...report.environment,
    git: { sha: i.toString(16).padStart(40, 'a'), dirty: false },
    ...has,
  }
  return { ...report, suites: [suite!] }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chimera-history-'))
  for (let i = 0; i < 24; i++) expect(await appendHistory(folder, nth(i))).toBeUndefined()
  await appendHistory(folder, nth(24, { cpu: 'another (8 logical)' }))
})
afterAll(() => rm(folder, { recursive: true }))

async function history(...args: string[]): Promise<string> {
  let output = ''
  const take = (text: string): void => void (output += `${text}\n`)
  expect(await run([...args, folder], { stdout: take, stderr: take })).toBe(0)
  return output
}

describe('the table', () => {
  test('has a series for each arm and machine, with the change in it', async () => {
    const output = await history('--arm', 'chimera')
    expect(output.match(/report-agent · chimera/g)).toHaveLength(2)
    expect(output).toMatch(/24 runs, 2026-01-01 to 2026-01-24/)
    expect(output).toMatch(
      /output_throughput +[▁-█]{20} +80\.\d+ tok\/s +−\d+\.\d % at aaaaaaaa \(2026-01-13\)/,
    )
    expect(output).toMatch(/ttft +▄{20} .* none/)
  })

  test('names the bench file of a series', async () => {
    expect(await history('--arm', 'chimera')).toContain('suites/report-agent/chimera.bench.ts · 24 runs')
    expect(await history('--file', 'suites/report-agent/chimera.bench.ts')).toContain('chimera')
    await expect(history('--file', 'suites/other.bench.ts')).rejects.toThrow('There is no such run')
  })

  test('has the metrics that are asked for, also as Markdown', async () => {
    const output = await history('--markdown', '-m', 'e2e_latency', '--suite', 'report-agent')
    expect(output).toContain('| e2e_latency |')
    expect(output).not.toContain('| ttft |')
  })
})

describe('exports', () => {
  test('CSV is one series, without an empty cell', async () => {
    const [{ arms }] = entriesOf(nth(0)) as [ReturnType<typeof entriesOf>[number]]
    const { fingerprint } = arms.find(({ name }) => name === 'chimera')!
    const lines = (await history('--csv', '--arm', 'chimera', '--fingerprint', fingerprint))
      .trim()
      .split('\n')
    expect(lines).toHaveLength(25)
    expect(lines[0]).toMatch(/^time,commit,output_throughput,/)
    expect(lines[13]).toMatch(/^2026-01-13T00:00:00\.000Z,a{39}c,80\.4,/)
    for (const line of lines) expect(line.split(',')).not.toContain('')
    await expect(history('--csv')).rejects.toThrow(/holds one series, but \d fit/)
  })

  test('JSON lines are the entries', async () => {
    const stored = await readFile(join(folder, 'history/runs.jsonl'), 'utf8')
    expect(await history('--jsonl')).toBe(stored)
  })

  test('the format of Go benchmarks has a line a run, its units with a direction', async () => {
    const output = await history('--benchstat')
    expect(output).toContain('Unit output_throughput-tok/s better=higher\n')
    expect(output).toMatch(
      /^file: suites\/report-agent\/chimera\.bench\.ts\nmachine: \w{12}\ncommit: a{12}\nBenchmarkAgent\/suite=report-agent\/arm=chimera 1 80\.4 output_throughput-tok\/s /m,
    )
  })
})

describe('bench files that share the name of a suite', () => {
  /** Four runs of two files, of which the first `older` are as an earlier version wrote them. */
  const entries = (older: number, files = ['a.bench.ts', 'b.bench.ts']) =>
    [0, 1, 2, 3].flatMap((i) => {
      const report = nth(i)
      const suites = files.map((file) => ({ ...report.suites[0]!, file }))
      const lines = entriesOf({ ...report, suites }).map((entry) => JSON.stringify(entry))
      return lines.flatMap((line) => parseEntry(i < older ? line.replace(/"file":"[^"]*",/, '') : line) ?? [])
    })
  const found = (...given: Parameters<typeof entries>) =>
    seriesOf(entries(...given))
      .filter(({ arm }) => arm === 'chimera')
      .map(({ file, runs }) => [file, runs.length])

  test('have a series each, in which a run counts once', () => {
    expect(found(0)).toEqual([
      ['a.bench.ts', 4],
      ['b.bench.ts', 4],
    ])
    expect(found(0, ['a.bench.ts', 'a.bench.ts'])).toEqual([['a.bench.ts', 4]])
  })

  test('in lines without a file are one series with one line a run', () => {
    expect(found(2)).toEqual([
      ['a.bench.ts', 2],
      ['b.bench.ts', 2],
      [undefined, 2],
    ])
    expect(found(4)).toEqual([[undefined, 4]])
  })

  test('a line without a file belongs to the only one of its suite and arm', () => {
    expect(found(2, ['a.bench.ts'])).toEqual([['a.bench.ts', 4]])
  })
})

describe('an entry', () => {
  test('is small, and of complete runs of the project alone', () => {
    const report = nth(0)
    expect(JSON.stringify(entriesOf(report)[0]).length).toBeLessThan(4000)
    expect(entriesOf({ ...report, status: 'interrupted' })).toEqual([])
    expect(entriesOf({ ...report, suites: [] })).toEqual([])
    report.suites[0]!.name = '\u001b'.repeat(5000)
    expect(entriesOf(report)[0]!.suite).toHaveLength(100)
  })

  test('that is none is left out and counted; hostile names move no cursor', async () => {
    const own = await mkdtemp(join(tmpdir(), 'chimera-history-'))
    await appendHistory(own, nth(0))
    const path = join(own, 'history/runs.jsonl')
    const [line] = (await readFile(path, 'utf8')).split('\n')
    await writeFile(path, `${line}\n{}\nno json\n${line!.replaceAll('report-agent', 'a\\u001b[2J|<b>')}\n`)
    let output = ''
    const take = (text: string): void => void (output += text)
    await run([own], { stdout: take, stderr: take })
    expect(output).toContain('2 lines of the history could not be read.')
    expect(output).not.toContain('\u001b')
    await rm(own, { recursive: true })
  })

  test('pushes out the oldest of many', async () => {
    const own = await mkdtemp(join(tmpdir(), 'chimera-history-'))
    await appendHistory(own, nth(0))
    const path = join(own, 'history/runs.jsonl')
    await writeFile(path, (await readFile(path, 'utf8')).repeat(2100))
    await appendHistory(own, nth(1))
    const lines = (await readFile(path, 'utf8')).trim().split('\n')
    expect(lines).toHaveLength(2000)
    expect(lines.at(-1)).toContain('2026-01-02')
    await rm(own, { recursive: true })
  })
})

test.each([
  [['--metric', 'speed'], 'Unknown metric "speed"'],
  [['--suite', 'absent'], 'There is no such run'],
  [['--nothing'], '--help'],
])('%j is refused', async (args, message) => {
  await expect(history(...args)).rejects.toThrow(message)
})
