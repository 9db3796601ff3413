import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { olderFile, olderText } from '../../test/support/older-files.ts'
import { run, suiteNames } from './command.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chimera-import-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function runImport(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const code = await run(args, {
    stdout: (text) => (out += `${text}\n`),
    stderr: (text) => (err += `${text}\n`),
  })
  return { code, out, err }
}

const single = fileURLToPath(olderFile('single'))
const concurrent = fileURLToPath(olderFile('concurrent'))
const read = (file: string): Promise<string> => readFile(join(folder, 'out', file), 'utf8')

test('writes every report, with what was published beside ours', async () => {
  const { code, out, err } = await runImport(single, concurrent, '--out', join(folder, 'out'))
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toMatch(/chimera +throughput +96\.69 ± 47\.37 tok\/s \(CV 49\.0 %\) +116\.02 ± 0\.91 tok\/s/)
  expect((await readdir(join(folder, 'out'), { recursive: true })).toSorted()).toEqual([
    'agents',
    'agents/concurrent',
    'agents/concurrent/collector.md',
    'agents/concurrent/insight.md',
    'agents/single',
    'agents/single/baseline.md',
    'agents/single/chimera.md',
    'report.html',
    'report.json',
    'report.md',
    'trace.json',
    'trials.jsonl',
  ])
  for (const file of ['report.md', 'report.html', 'agents/single/chimera.md']) {
    const text = (await read(file)).replaceAll('−', '-').replaceAll('\u00a0', ' ')
    for (const figure of [
      '1259.81 ± 1797.39 ms (CV 142.7 %)',
      '526 ± 20 ms',
      '-15.9 %',
      'no_done',
      '31 identical pieces',
      'inconclusive',
    ]) {
      expect(text, file).toContain(figure)
    }
  }
})

test('a file that cannot be read loses none of the others', async () => {
  const broken = join(folder, 'broken.json')
  await writeFile(broken, '{"baseline": ')
  const missing = join(folder, 'missing.json')
  const { code, out, err } = await runImport(broken, single, missing, '--out', join(folder, 'out'))
  expect(code).toBe(1)
  expect(err).toMatch(
    /broken\.json was not imported\. It is not JSON[\s\S]*missing\.json was not imported\. It cannot be read/,
  )
  expect(out).toContain('1 imported')
  expect(await read('report.md')).toContain('broken.json was not imported')
  expect(await read('trials.jsonl')).toContain('"suite":"single"')
})

test('with nothing to import, nothing is written', async () => {
  const { code, err } = await runImport(join(folder, 'missing.json'), '--out', join(folder, 'out'))
  expect(code).toBe(1)
  expect(err).toContain('was not imported')
  expect(await readdir(folder)).toEqual([])
  await expect(runImport()).rejects.toThrow('No file to import')
  await expect(runImport('--what')).rejects.toThrow('--what')
})

test('the same file twice is one suite', async () => {
  expect((await runImport(single, single, '--out', join(folder, 'out'))).out).toContain('1 imported')
})

test('--help tells how', async () => {
  const { code, out } = await runImport('--help')
  expect(code).toBe(0)
  expect(out).toMatch(/^Usage: vitest-chimera import/)
})

test('hostile text stays text', async () => {
  const hostile = '</pre><script>alert(1)</script>\u202e\u001b[2J`|`'
  const file = JSON.parse(olderText('single'))
  for (const agent of [file.baseline, file.chimera]) {
    agent.model = hostile
    agent.agent_type = hostile
    for (const run of agent.workflow_runs) {
      Object.assign(run, { report_markdown: hostile, data_summary: hostile })
      Object.assign(run.analysis, { key_findings: [hostile], recommendations: [hostile] })
      for (const call of run.llm_calls) call.stage = hostile
    }
  }
  const path = join(folder, 'hostile.json')
  await writeFile(path, JSON.stringify(file))
  const { code, out } = await runImport(path, '--out', join(folder, 'out'))
  expect(code).toBe(0)
  const deceives = (text: string): boolean => ['\u001b', '\u202e'].some((char) => text.includes(char))
  expect(deceives(out)).toBe(false)
  expect(await read('report.html')).not.toContain('<script')
  for (const page of ['report.html', 'report.md', 'agents/hostile/chimera.md'])
    expect(deceives(await read(page))).toBe(false)
  // Left aside: fences, and the model, which stands as code.
  const page = (await read('agents/hostile/chimera.md')).replace(
    /^(`{3,}).*\n[\s\S]*?\n\1$|^\| model .*$/gm,
    '',
  )
  expect(page.replaceAll('\\<', '')).not.toContain('<script')
})

test('a file is called by what says something', () => {
  expect(
    suiteNames([
      '/a/gpu80.json',
      '/a/gpu60/data/metrics.json',
      '/a/test1/run_2/metrics.json',
      '/a/test1/summary.json',
    ]),
  ).toEqual(['gpu80', 'gpu60', 'test1/run_2', 'test1/summary'])
})

test('files that would be called alike take as many folders as it needs', () => {
  expect(suiteNames(['/a/x/same.json', '/a/y/same.json', '/b/y/same.json'])).toEqual([
    'x/same',
    'a/y/same',
    'b/y/same',
  ])
})

test('a file without a telling name keeps the one it has', () => {
  expect(suiteNames(['/metrics.json'])).toEqual(['metrics'])
})
