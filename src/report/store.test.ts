import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { sampleRun } from '../../test/support/sample-runs.ts'
import { asReport } from '../schema/validate.ts'
import { writeReports } from './store.ts'

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
  expect(written.map((path) => relative(dir, path)).toSorted()).toEqual(await files())
  expect(await files()).toEqual([
    'agents/report-agent/baseline-again.md',
    'agents/report-agent/baseline.md',
    'agents/report-agent/chimera.md',
    'report.html',
    'report.json',
    'report.md',
    'trials.jsonl',
  ])
  expect(asReport(JSON.parse(await readFile(join(dir, 'report.json'), 'utf8')), 'report.json')).toEqual(
    report,
  )
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

test('hostile names write nothing outside the folder', async () => {
  const { report, trials } = sampleRun('hostile')
  const written = await writeReports(join(dir, 'a/b/c'), report, trials)
  expect(written.filter((path) => !path.startsWith(join(dir, 'a/b/c/')))).toEqual([])
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

test('a step summary keeps within what GitHub takes', { timeout: 20_000 }, async () => {
  const { report, trials } = sampleRun('invalid')
  const suites = Array.from({ length: 1400 }, () => report.suites[0]!)
  vi.stubEnv('GITHUB_ACTIONS', 'true')
  vi.stubEnv('GITHUB_STEP_SUMMARY', join(dir, 'summary.md'))
  await writeReports(join(dir, 'out'), { ...report, suites }, trials)
  const text = await readFile(join(dir, 'summary.md'), 'utf8')
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1024 * 1024)
  expect(text).toMatch(/\d+ more sections are in report\.md/)
})

test('a folder that cannot be written is a failure with a cure', async () => {
  await writeFile(join(dir, 'file'), '')
  const { report, trials } = sampleRun('invalid')
  await expect(writeReports(join(dir, 'file'), report, trials)).rejects.toMatchObject({
    code: 'report_unwritable',
    message: expect.stringContaining('outputDir') as string,
  })
})
