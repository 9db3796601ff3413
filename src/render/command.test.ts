import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sampleRun } from '../../test/support/sample-runs.ts'
import { writeReports } from '../report/index.ts'
import { run } from './command.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chimera-render-'))
  const { report, trials } = sampleRun('regressed')
  await writeReports(folder, report, trials)
})
afterEach(() => rm(folder, { recursive: true }))

const read = (file: string): Promise<string> => readFile(join(folder, file), 'utf8')

async function render(...args: string[]): Promise<{ code: number; output: string }> {
  let output = ''
  const take = (text: string): void => void (output += `${text}\n`)
  return { code: await run(args, { stdout: take, stderr: take }), output }
}

test('the documents are those of the run, and the data stay', async () => {
  const files = (await readdir(folder)).toSorted()
  const before = await Promise.all(['report.md', 'report.html', 'summary.json', 'trials.jsonl'].map(read))
  for (const file of ['report.md', 'report.html', 'summary.json']) await rm(join(folder, file))
  const { code, output } = await render(folder)
  expect(code).toBe(0)
  expect(output).toMatch(/^Regressed: do not merge\n7 documents in /)
  expect((await readdir(folder)).toSorted()).toEqual(files)
  expect(await Promise.all(['report.md', 'report.html', 'summary.json', 'trials.jsonl'].map(read))).toEqual(
    before,
  )
})

test('another folder gets documents alone, also without usable trials', async () => {
  await writeFile(join(folder, 'trials.jsonl'), 'no trial\n')
  const { code, output } = await render(join(folder, 'report.json'), '--out', join(folder, 'again'))
  expect(code).toBe(0)
  expect(output).toContain('trials.jsonl next to the report is not used')
  expect((await readdir(join(folder, 'again'))).toSorted()).toEqual([
    'agents',
    'report.html',
    'report.md',
    'summary.json',
    'trace.json',
  ])
})

test('what is no report is refused', async () => {
  await writeFile(join(folder, 'report.json'), '{ "schema_version": 2 }')
  await expect(render(folder)).rejects.toThrow('is missing')
  await writeFile(join(folder, 'report.json'), '{ "schema_version": 9 }')
  await expect(render(folder)).rejects.toThrow('unsupported schema_version')
  await expect(render('a', 'b')).rejects.toThrow('Expected one report')
})
