import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sampleRun } from '../../test/support/sample-runs.ts'
import type { Report } from '../schema/generated.ts'
import { run } from './command.ts'
import { entriesOf } from './entry.ts'
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
      /^machine: \w{12}\ncommit: a{12}\nBenchmarkAgent\/suite=report-agent\/arm=chimera 1 80\.4 output_throughput-tok\/s /m,
    )
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
