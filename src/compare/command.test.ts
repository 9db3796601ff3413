import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { sampleRun } from '../../test/support/sample-runs.ts'
import { keep, variedReport, withArms } from '../../test/support/stored-reports.ts'
import { run } from './command.ts'
import type { ReportComparison } from './model.ts'

const dir = await mkdtemp(join(tmpdir(), 'chimera-compare-'))
afterAll(() => rm(dir, { recursive: true }))

const { report, trials } = sampleRun('regressed')
const old = await keep(dir, 'old', report, trials)
const newer = await keep(dir, 'new', variedReport({ days: 1, factors: { ttft: 1.1 } }))
const otherModel = await keep(
  dir,
  'model',
  withArms(report, () => ({ digest: 'b'.repeat(64) })),
)

async function compare(...args: string[]): Promise<string> {
  const lines: string[] = []
  const code = await run(args, { stdout: (text) => lines.push(text), stderr: (text) => expect.fail(text) })
  expect(code).toBe(0)
  return lines.join('\n')
}

describe('compares', () => {
  test('files and folders, in three formats', async () => {
    const text = await compare(old, join(dir, 'new'))
    expect(text).toMatch(/^Advisory: .*\n/)
    expect(text).toContain('+10.0 % [')
    expect(await compare(old, newer, '--format', 'markdown')).toContain('## ttft (ms, lower is better)')
    const json = JSON.parse(
      await compare(old, newer, '-f', 'json', '--metric', 'ttft,tpot', '-m', 'valid_rate'),
    ) as ReportComparison
    expect(json).toMatchObject({ advisory: true, mode: 'runs', level: 0.95 })
    expect(json.tables.map(({ metric }) => metric)).toEqual(['ttft', 'tpot', 'valid_rate'])
    expect(json.reports.map(({ path }) => path)).toEqual([old, newer])
  })

  test('with the trials beside a report', async () => {
    const again = await keep(dir, 'again', { ...report, started_at: '2026-04-01T00:00:00.000Z' }, trials)
    const { tables } = JSON.parse(await compare(old, again, '-f', 'json')) as ReportComparison
    expect(tables[0]!.rows[0]!.changes![0]).toMatchObject({ test: 'mann-whitney', p: 1 })
    await writeFile(join(dir, 'again', 'trials.jsonl'), '{"suite":1}\n')
    expect(await compare(old, again)).toContain('is not used: Invalid trial from line 1:')
  })

  test('into a file', async () => {
    const out = join(dir, 'out', 'comparison.md')
    expect(await compare(old, newer, '-f', 'markdown', '--out', out)).toBe('')
    expect(await readFile(out, 'utf8')).toMatch(/^# Stored reports compared\n[^]*\S\n$/)
  })

  test('other models only when told so', async () => {
    await expect(compare(old, otherModel)).rejects.toMatchObject({
      code: 'not_comparable',
      message: expect.stringContaining('`--compare models`'),
    })
    for (const flag of [['--compare', 'models'], ['--models'], ['--compare=hosts,models']]) {
      expect(await compare(old, otherModel, ...flag)).toContain('(meant: --compare models)')
    }
  })
})

describe('refuses with a cure', () => {
  test.each<[string, string[], RegExp]>([
    ['one report', [old], /at least two reports.* received one/],
    ['an unknown option', [old, newer, '--fail'], /Unknown option '--fail'.*--help/],
    [
      'an unknown metric',
      [old, newer, '-m', 'speed'],
      /Unknown metric "speed": Expected all or some of output_throughput,/,
    ],
    [
      'an unknown format',
      [old, newer, '-f', 'xml'],
      /Invalid --format: Expected text, markdown, json but received "xml"/,
    ],
    ['an unknown word', [old, newer, '--compare', 'tags'], /Expected models or hosts but received "tags"/],
    ['a missing file', [old, join(dir, 'nowhere')], /There is no report at .*nowhere.*npx vitest bench/],
    ['a folder without a report', [old, join(dir, 'out')], /There is no report at .*out.report\.json/],
    ['an output that is a report', [old, newer, '-o', newer], /is one of the reports to be compared/],
    ['an output that cannot be', [old, newer, '-o', join(old, 'x')], /could not be written/],
  ])('%s', async (_, args, message) => {
    await expect(compare(...args)).rejects.toMatchObject({
      name: 'ChimeraError',
      message: expect.stringMatching(message),
    })
  })

  test.each<[string, string, RegExp]>([
    ['no JSON', '{', /is not JSON \(.*Give the path/],
    [
      'an older version',
      '{"schema_version":0}',
      /unsupported schema_version: Expected 2 but received 0\. Create it again/,
    ],
    ['no report', '{"schema_version":2}', /Invalid report from .*\n.*is missing.*\n[^]*Create it again/],
    ['null', 'null', /report: must be object but received null/],
    [
      'commands to the terminal',
      JSON.stringify({ ...report, '\u001b[2J': 1 }),
      /"␛\[2J" is not a known property/,
    ],
  ])('%s', async (_, text, message) => {
    const path = join(dir, 'bad.json')
    await writeFile(path, text)
    await expect(compare(old, path)).rejects.toMatchObject({
      name: 'ChimeraError',
      message: expect.stringMatching(message),
    })
  })
})

test('the command itself: exit code 0 whatever it finds, 2 when it cannot compare', async () => {
  const cli = fileURLToPath(new URL('../cli.ts', import.meta.url))
  const start = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      execFile(process.execPath, [cli, 'compare', ...args], (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
      })
    })
  expect(await start(old, newer)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Advisory: /),
    stderr: '',
  })
  expect(await start(old, otherModel)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^The reports are not comparable:/),
  })
  expect(await start('--help')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Usage: vitest-chimera compare/),
  })
})
