/** What becomes of verdict, reports and exit code when the output cannot be written, or something else fails the run. */
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startScriptedOllama, type ScriptedOllama } from '../scripted-ollama/index.ts'
import { benchFile, createFixture } from './fixture.ts'

const MORE =
  'blocks: { min: 6, max: 6 }, thresholds: { ttft: false, output_throughput: false, reported_throughput: true },'

let server: ScriptedOllama
beforeAll(async () => {
  server = await startScriptedOllama({ call: { ttft: 5, per_token: 0.5, tokens: 20 } })
})
afterAll(() => server.close())

test('the terminal has verdict and table, and the other files are written, whatever is in the way of one', async () => {
  await using project = await createFixture({ 'suites/one.bench.ts': benchFile({ more: MORE }) })
  await mkdir(join(project.dir, 'reports/report.md'), { recursive: true })
  const env = { OLLAMA_HOST: server.url, GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: '/dev/full' }
  const blocked = await project.bench([], env)
  expect(blocked.output).toMatch(/reported_throughput/)
  expect(blocked.output.match(/Could not write report\.md/g)).toHaveLength(1)
  expect(blocked.report!.gate.status).toBe('passed')
  expect(blocked.trials.length).toBeGreaterThanOrEqual(14)
  // A step that reads report.md would read that of another run.
  expect(blocked.exitCode).not.toBe(0)

  await rm(join(project.dir, 'reports'), { recursive: true })
  const unsummarized = await project.bench([], env)
  expect(unsummarized.output).toMatch(/the step summary \(ENOSPC.*does not fail the run/)
  expect(unsummarized.report!.gate.status).toBe('passed')
  expect(unsummarized.exitCode).toBe(0)
})

describe('a run that measured nothing leaves the reports as they are', () => {
  const typo = benchFile({ candidate: `{ name: 'c', model: 'tiny', options: { num_gpus: 1 } }` })
  test.each([
    ['a filter that matches no suite', ['-t', 'nothing'], benchFile({ more: MORE })],
    ['a filter that matches no file', ['nowhere'], benchFile({ more: MORE })],
    ['a suite that is refused', [], typo],
  ])('%s', async (_, args, file) => {
    const kept = ['report.json', 'report.md', 'report.html', 'trials.jsonl'].map((name) => `reports/${name}`)
    await using project = await createFixture({
      'suites/one.bench.ts': file,
      ...Object.fromEntries(kept.map((path) => [path, '{"kept":true}'])),
      'reports/comment.md': 'passed',
      'reports/summary.json': '{}',
    })
    const { exitCode, output } = await project.bench(args, { OLLAMA_HOST: server.url })
    expect(exitCode).not.toBe(0)
    expect(output).toMatch(/Nothing was measured, so the reports in .* are left as they were/)
    for (const path of kept) expect(await project.read(path)).toBe('{"kept":true}')
    expect(await readdir(join(project.dir, 'reports'))).toHaveLength(kept.length)
  })
})

test('what fails the run but no suite is among the failures of the gate', async () => {
  const agent = `async ({ generate }) => { void Promise.reject(new Error('nobody waits')); await generate({ prompt: 'Say something.' }) }`
  await using project = await createFixture({
    'suites/one.bench.ts': `import { expect, test } from 'vitest'
${benchFile({ more: MORE })}
test('my own', () => { expect(1).toBe(2) })
test.fails('upside down', () => {})
`,
    'suites/stray.bench.ts': benchFile({ name: 'stray', agent, more: MORE }),
  })
  const { report, output, exitCode } = await project.bench([], { OLLAMA_HOST: server.url })
  const messages = report!.gate.failures.map(({ message }) => message)
  expect(messages).toContainEqual(
    expect.stringMatching(/Test "my own" in suites\/one\.bench\.ts failed: .*1.*2/),
  )
  expect(messages).toContainEqual(expect.stringMatching(/Test "upside down"/))
  expect(messages).toContainEqual(expect.stringMatching(/outside of any test: .*nobody waits/))
  expect(report!.gate.status).toBe('invalid')
  expect(output).toMatch(/failed.*my own/)
  expect(report!.suites.map(({ name }) => name).toSorted()).toEqual(['one', 'stray'])
  expect(exitCode).not.toBe(0)
})
