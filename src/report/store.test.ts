import { execFile } from 'node:child_process'
import fileSystem, { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { codeSuite, sampleRun } from '../../test/support/sample-runs.ts'
import { asReport } from '../schema/validate.ts'
import { hasReports, removeAnswers, writeReports, writeWhole } from './store.ts'

let dir: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'chimera-reports-'))
  vi.stubEnv('GITHUB_ACTIONS', '')
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(dir, { recursive: true, force: true })
})

const files = async (): Promise<string[]> =>
  (await readdir(dir, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
    .toSorted()

test('writes every report, whole, and nothing else', async () => {
  const { report, trials } = sampleRun('regressed')
  const written = await writeReports(dir, report, trials)
  expect(written.failures).toEqual([])
  expect(written.files.map((path) => relative(dir, path)).toSorted()).toEqual(await files())
  expect(await files()).toEqual([
    'agents/report-agent/baseline-again.md',
    'agents/report-agent/baseline.md',
    'agents/report-agent/chimera.md',
    'report.html',
    'report.json',
    'report.md',
    'summary.json',
    'trace.json',
    'trials.jsonl',
  ])
  expect(asReport(JSON.parse(await readFile(join(dir, 'report.json'), 'utf8')), 'report.json')).toEqual(
    report,
  )
})

test('a file that could not be written whole stays as it was, and nothing is left beside it', async () => {
  const path = join(dir, 'report.md')
  await writeWhole(path, 'old')
  function* cutOff(): Iterable<string> {
    yield 'half'
    throw new Error('the disk is full')
  }
  await expect(writeWhole(path, cutOff())).rejects.toThrow('the disk is full')
  expect(await readFile(path, 'utf8')).toBe('old')
  expect(await files()).toEqual(['report.md'])
})

test('removes the pages of an earlier run, and nothing that is not ours', async () => {
  const first = sampleRun('embedded')
  await writeReports(dir, first.report, first.trials)
  await writeFile(join(dir, 'agents/concurrent/notes.md'), '# my notes\n')
  await mkdir(join(dir, 'outside'))
  await symlink(join(dir, 'outside'), join(dir, 'agents/link'))
  const second = sampleRun('invalid')
  await writeReports(dir, second.report, second.trials)
  expect((await files()).filter((file) => file.startsWith('agents/'))).toEqual([
    'agents/concurrent/notes.md',
    'agents/report-agent/baseline.md',
    'agents/report-agent/chimera.md',
  ])
})

test('removes the comment and the summary of an earlier run, but not where it renders a stored report', async () => {
  const { report, trials } = sampleRun('regressed')
  const code = { ...report, suites: report.suites.slice(0, 1).map((suite) => codeSuite(suite, {})) }
  await writeReports(dir, code, trials)
  expect(await files()).toContain('comment.md')
  await writeReports(dir, { ...report, suites: [] }, [], { again: true })
  expect(await files()).toEqual(expect.arrayContaining(['comment.md', 'summary.json']))
  await writeReports(dir, { ...report, suites: [] }, [])
  expect(await files()).toEqual(['report.html', 'report.json', 'report.md', 'trace.json', 'trials.jsonl'])
})

test('hostile names write nothing outside the folder', async () => {
  const { report, trials } = sampleRun('hostile')
  const written = await writeReports(join(dir, 'a/b/c'), report, trials)
  expect(written.files.filter((path) => !path.startsWith(join(dir, 'a/b/c/')))).toEqual([])
  expect((await files()).filter((file) => !file.startsWith('a/b/c/'))).toEqual([])
})

test('appends the Markdown to the step summary of GitHub Actions', async () => {
  const summary = join(dir, 'summary.md')
  await writeFile(summary, 'before\n')
  vi.stubEnv('GITHUB_STEP_SUMMARY', summary)
  const { report, trials } = sampleRun('invalid')
  await writeReports(join(dir, 'out'), report, trials)
  expect(await readFile(summary, 'utf8')).toBe('before\n')
  vi.stubEnv('GITHUB_ACTIONS', 'true')
  await writeReports(join(dir, 'out'), report, trials)
  expect(await readFile(summary, 'utf8')).toBe(
    `before\n${await readFile(join(dir, 'out/report.md'), 'utf8')}\n`,
  )
})

test('a step summary keeps within what GitHub takes', async () => {
  const { report, trials } = sampleRun('invalid')
  const suites = Array.from({ length: 1400 }, () => report.suites[0]!)
  vi.stubEnv('GITHUB_ACTIONS', 'true')
  vi.stubEnv('GITHUB_STEP_SUMMARY', join(dir, 'summary.md'))
  await writeReports(join(dir, 'out'), { ...report, suites }, trials)
  const text = await readFile(join(dir, 'summary.md'), 'utf8')
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1024 * 1024)
  expect(text).toMatch(/\d+ more sections are in report\.md/)
})

describe('what cannot be written is said once, with its cure, and costs nothing else', () => {
  const { report, trials } = sampleRun('invalid')
  const REST = [
    'agents/report-agent/baseline.md',
    'agents/report-agent/chimera.md',
    'report.html',
    'report.json',
    'summary.json',
    'trace.json',
    'trials.jsonl',
  ]

  test('a folder that has the name of a file', async () => {
    await mkdir(join(dir, 'report.md'))
    const { failures } = await writeReports(dir, report, trials)
    expect(failures).toEqual([expect.stringMatching(/^Could not write report\.md \(EISDIR.*\)\. .*move it/)])
    expect(await files()).toEqual(REST)
  })

  test.each([
    ['a file where the folder is to be', async (out: string) => writeFile(out, ''), /EEXIST.*move it/],
    ['a file on the way', async (out: string) => writeFile(join(out, '..'), ''), /ENOTDIR.*move it/],
    ['a loop of links', async (out: string) => symlink(out, out), /ELOOP.*loop/],
  ])('%s', async (_, prepare, cure) => {
    const way = join(dir, 'way')
    const out = cure.source.startsWith('ENOTDIR') ? join(way, 'out') : way
    await prepare(out)
    const { failures, files: written } = await writeReports(out, report, trials)
    expect(written).toEqual([])
    expect(failures).toEqual([expect.stringMatching(cure)])
    expect(failures[0]).toMatch(
      /trials\.jsonl, report\.json, summary\.json, report\.md, report\.html, trace\.json, agents\//,
    )
  })

  test('a full disk, from the second file on', async () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      syscall: 'write',
    })
    const { writeFile: real } = fileSystem
    const spy = vi.spyOn(fileSystem, 'writeFile').mockImplementation(async (path, ...rest) => {
      if (typeof path !== 'string' || !path.includes('trials.jsonl')) throw full
      return real(path, ...rest)
    })
    syncBuiltinESMExports()
    const { failures } = await writeReports(dir, report, trials).finally(() => {
      spy.mockRestore()
      syncBuiltinESMExports()
    })
    expect(failures).toEqual([expect.stringMatching(/report\.json, .*ENOSPC.*Free some disk space/)])
    expect(await files()).toEqual(['trials.jsonl'])
  })

  test('a text that is too long for a string', async () => {
    const stringify = vi.spyOn(JSON, 'stringify').mockImplementationOnce(() => {
      throw new RangeError('Invalid string length')
    })
    const { failures } = await writeReports(dir, report, []).finally(() => stringify.mockRestore())
    expect(failures).toEqual([
      expect.stringMatching(/^Could not write report\.json \(Invalid string length\).*return less/),
    ])
    expect(await files()).toContain('report.md')
  })

  test.each([
    ['on a full disk', '/dev/full', /ENOSPC/],
    ['a folder', '.', /EISDIR/],
    ['nowhere', '/nowhere/at/all', /ENOENT/],
  ])('a step summary %s is no failure of the reports', async (_, path, cause) => {
    vi.stubEnv('GITHUB_ACTIONS', 'true')
    vi.stubEnv('GITHUB_STEP_SUMMARY', path)
    const { failures, summaryFailure } = await writeReports(dir, report, trials)
    expect(failures).toEqual([])
    expect(summaryFailure).toMatch(cause)
  })

  test('a step summary that is a pipe is not waited for', async () => {
    const pipe = join(dir, 'pipe')
    await promisify(execFile)('mkfifo', [pipe])
    vi.stubEnv('GITHUB_ACTIONS', 'true')
    vi.stubEnv('GITHUB_STEP_SUMMARY', pipe)
    expect((await writeReports(join(dir, 'out'), report, trials)).summaryFailure).toMatch(/ENXIO/)
  })
})

test('only a regular report.json is a report that may be kept; a comment is not kept', async () => {
  expect(await hasReports(dir)).toBe(false)
  await mkdir(join(dir, 'report.json'))
  expect(await hasReports(dir)).toBe(false)
  await writeFile(join(dir, 'comment.md'), 'passed')
  await removeAnswers(dir)
  await removeAnswers(dir)
  expect(await files()).toEqual([])
})
