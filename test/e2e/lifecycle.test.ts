import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startScriptedOllama, type CallPlan } from '../scripted-ollama/index.ts'
import { benchFile, createFixture } from './fixture.ts'

const QUICK: CallPlan = { ttft: 25, per_token: 1, tokens: 24 }
/** So many blocks of this take ten seconds: a signal meets a run in full swing. */
const SLOW: CallPlan = { ttft: 60, per_token: 5, tokens: 40 }
const LONG = 'blocks: { min: 20, max: 20 },'
/** No test's verdict may hang on how busy the machine is. */
const PAIRS =
  'blocks: { min: 6, max: 10 }, thresholds: { ttft: false, output_throughput: false, reported_throughput: true },'

test('shards measure and exit 0; the merge judges once and writes the reports', async () => {
  await using server = await startScriptedOllama({
    call: QUICK,
    rules: [{ when: { prompt: 'slow', options: { temperature: 0.5 } }, ...QUICK, per_token: 1.2 }],
  })
  const agent = `async ({ generate }) => (await generate({ prompt: 'slow' })).response`
  await using project = await createFixture({
    'suites/same.bench.ts': benchFile({ name: 'same', more: PAIRS }),
    'suites/slow.bench.ts': benchFile({ name: 'slow', agent, more: PAIRS }),
  })
  const env = { OLLAMA_HOST: server.url }
  for (const shard of ['1/2', '2/2']) {
    const { exitCode, report, output } = await project.bench([`--shard=${shard}`, '--reporter=blob'], env)
    expect(output).toMatch(/gives no verdict/)
    expect(exitCode).toBe(0)
    expect(report).toBeUndefined()
  }
  const calls = server.requests.length
  const merged = await project.bench(['--merge-reports', '--reporter=github-actions'])
  expect(server.requests.length).toBe(calls)
  expect(merged.report!.suites.map(({ name }) => name).toSorted()).toEqual(['same', 'slow'])
  expect(merged.report!.gate.failures).toMatchObject([{ suite: 'slow', metric: 'reported_throughput' }])
  expect(merged.trials.length).toBeGreaterThanOrEqual(2 * 2 * 7)
  expect(merged.exitCode).not.toBe(0)
  expect(merged.output.match(/^::error .*$/gm)).toEqual([
    expect.stringMatching(/^::error file=suites\/slow\.bench\.ts,title=slow::.*reported_throughput/),
  ])
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s: what was measured is in the reports, marked interrupted',
  async (signal) => {
    await using server = await startScriptedOllama({ call: SLOW })
    await using project = await createFixture({ 'suites/one.bench.ts': benchFile({ more: LONG }) })
    const { exitCode, report, trials } = await project.bench([], { OLLAMA_HOST: server.url }, (child) => {
      const watch = setInterval(() => {
        if (server.requests.filter(({ path }) => path === '/api/generate').length < 14) return
        clearInterval(watch)
        child.kill(signal)
      }, 20)
    })
    expect(report!.status).toBe('interrupted')
    expect(report!.gate.status).not.toBe('passed')
    expect(trials.filter((trial) => trial.valid).length).toBeGreaterThanOrEqual(4)
    expect(exitCode).not.toBe(0)
  },
)

test('a killed worker: what was measured is in the reports, marked interrupted', async () => {
  await using server = await startScriptedOllama({ call: SLOW })
  const agent = `async ({ generate }) => {
    globalThis.count = (globalThis.count ?? 0) + 1
    if (globalThis.count === 6) process.kill(process.pid, 'SIGKILL')
    return (await generate({ prompt: 'Say something.' })).response
  }`
  await using project = await createFixture({ 'suites/one.bench.ts': benchFile({ agent, more: PAIRS }) })
  const { exitCode, report, trials } = await project.bench([], { OLLAMA_HOST: server.url })
  expect(report!.status).toBe('interrupted')
  expect(trials).toHaveLength(5)
  expect(exitCode).not.toBe(0)
})

test('a signal that ends a worker before its suite begins is no error of the suite', async () => {
  await using project = await createFixture({
    'suites/one.bench.ts': `process.kill(process.ppid, 'SIGINT')
await new Promise((resolve) => setTimeout(resolve, 500))
process.kill(process.pid, 'SIGKILL')
`,
  })
  const { report, exitCode } = await project.bench([], { OLLAMA_HOST: '127.0.0.1:1' })
  expect(report).toMatchObject({ status: 'interrupted', gate: { status: 'invalid' } })
  expect(report!.gate.failures).toMatchObject([
    { suite: '', message: expect.stringMatching(/interrupted/i) as string },
  ])
  expect(exitCode).not.toBe(0)
})

test('a retry does not erase a regression, and repeats do not pool runs; both sides load this package natively', async () => {
  await using server = await startScriptedOllama({
    call: QUICK,
    rules: [{ when: { options: { temperature: 0.5 } }, ...QUICK, per_token: 1.3 }],
  })
  const repeated = benchFile({ more: PAIRS }).replace(
    /^agentBench/m,
    "describe('all', { repeats: 2 }, () => agentBench",
  )
  await using project = await createFixture({
    'vitest.config.ts': `import { defineConfig } from 'vitest/config'
import chimera from 'vitest-chimera/plugin'
const isTransformed = ({ constructor }) => String(constructor).includes('__vite_ssr')
const told = { onInit: ({ reporters }) => console.log('reporters transformed: ' + reporters.filter(isTransformed).length) }
export default defineConfig({ plugins: [chimera()], test: { reporters: ['default', told] } })
`,
    'suites/one.bench.ts': `import { describe } from 'vitest'
console.log('suites transformed: ' + String(agentBench).includes('__vite_ssr'))
${repeated.trimEnd()})
`,
  })
  const { report, trials, exitCode, output } = await project.bench(['--retry=1'], { OLLAMA_HOST: server.url })
  expect(output.match(/^\w+ transformed: \w+$/gm)).toEqual([
    'reporters transformed: 0',
    'suites transformed: false',
  ])
  const measured = trials.filter((trial) => trial.phase === 'measure' && trial.role === 'baseline')
  expect(new Set(measured.map((trial) => trial.block)).size).toBe(measured.length)
  expect(trials.filter(({ phase }) => phase === 'warmup')).toHaveLength(2)
  expect(report!.gate).toMatchObject({
    status: 'regressed',
    notices: [{ suite: '', message: expect.stringContaining('ignores `retry`') as string }],
  })
  expect(exitCode).not.toBe(0)
})

test('the plugin twice, projects with their own plugin, and the provider of another tool: one report', async () => {
  await using server = await startScriptedOllama({ call: QUICK })
  const config = (body: string): string => `import { defineConfig } from 'vitest/config'
import chimera from 'vitest-chimera/plugin'
export default defineConfig(${body})
`
  const inner = config(
    `{ plugins: [chimera(), chimera()], test: { benchmark: { provider: './provider.js' } } }`,
  )
  const plain = `import { test } from 'vitest'
test('plain', async ({ bench }) => { await bench('plain', () => {}).run() })
`
  const provider = `export default { run: async ({ registrations }) => {
  console.log('named provider: ' + registrations.map(({ name }) => name))
  return []
} }
`
  await using project = await createFixture({
    'vitest.config.ts': config(`{ test: { projects: ['a', 'b'] } }`),
    'a/vitest.config.ts': inner,
    'b/vitest.config.ts': inner,
    'a/provider.js': provider,
    'b/provider.js': provider,
    'a/one.bench.ts': benchFile({ name: 'same', more: PAIRS }),
    'b/one.bench.ts': benchFile({ name: 'same', more: PAIRS }),
    'b/plain.bench.ts': plain,
    'b/broken.bench.ts': 'throw new Error("broken")',
  })
  const { report, trials, output } = await project.bench([], { OLLAMA_HOST: server.url })
  // Of projects that name files and suites alike, nothing is taken for the other's.
  expect(report!.suites.map(({ file }) => file).toSorted()).toEqual(['a/one.bench.ts', 'b/one.bench.ts'])
  expect(new Set(trials.map(({ file }) => file))).toEqual(new Set(['a/one.bench.ts', 'b/one.bench.ts']))
  expect(report!.gate.failures).toMatchObject([
    { suite: 'b/broken.bench.ts' },
    { suite: 'plain', message: expect.stringContaining('in b/plain.bench.ts') as string },
  ])
  expect(output.match(/report\.md/g)).toHaveLength(1)
  expect(output).toContain('of project "a (bench)" more than once; the first one counts')
  expect(output).toContain('named provider: plain')
})

test('-t and a path filter choose suites, and reports are written of them; nothing chosen is a failure', async () => {
  await using server = await startScriptedOllama({ call: QUICK })
  await using project = await createFixture({
    'suites/a/a.bench.ts': benchFile({ name: 'alpha', more: PAIRS }),
    'suites/b/b.bench.ts': benchFile({ name: 'beta', more: PAIRS }),
  })
  const env = { OLLAMA_HOST: server.url }
  const byPath = await project.bench(['suites/b'], env)
  expect(byPath.report!.suites.map(({ name }) => name)).toEqual(['beta'])
  expect(byPath.exitCode).toBe(0)
  const written = await readdir(join(project.dir, 'reports'), { recursive: true })
  expect(written.toSorted()).toEqual([
    'agents',
    'agents/beta',
    'agents/beta/baseline.md',
    'agents/beta/candidate.md',
    'history',
    'history/runs.jsonl',
    'report.html',
    'report.json',
    'report.md',
    'summary.json',
    'trace.json',
    'trials.jsonl',
  ])
  const byName = await project.bench(['-t', 'alpha'], env)
  expect(byName.report!.suites.map(({ name }) => name)).toEqual(['alpha'])
  const none = await project.bench(['-t', 'gamma'], env)
  expect(none.exitCode).not.toBe(0)
})

test('a bench file that does not load and a definition that cannot run are told and fail; the others are judged', async () => {
  await using server = await startScriptedOllama({ call: QUICK })
  await using project = await createFixture({
    'suites/good.bench.ts': benchFile({ name: 'good', more: PAIRS }),
    'suites/broken.bench.ts': `import './missing.ts'\n`,
    'suites/typo.bench.ts': benchFile({
      name: 'typo',
      candidate: `{ name: 'c', model: 'tiny', options: { num_gpus: 1 } }`,
    }),
  })
  const { exitCode, report } = await project.bench([], { OLLAMA_HOST: server.url })
  expect(report!.suites.map(({ name }) => name)).toContain('good')
  const messages = report!.gate.failures.map(({ message }) => message).join('\n')
  expect(messages).toMatch(/broken\.bench\.ts/)
  expect(messages).toMatch(/num_gpus.*num_gpu/)
  expect(report!.gate.status).toBe('invalid')
  expect(exitCode).not.toBe(0)
})

test('without the plugin agentBench says so instead of measuring nothing', async () => {
  await using project = await createFixture({
    'suites/one.bench.ts': benchFile(),
    'vitest.config.ts': 'export default {}\n',
  })
  const { exitCode, output } = await project.bench(['--run'])
  expect(output).toMatch(/ran without its plugin/)
  // No table of what an empty function takes.
  expect(output).not.toMatch(/\bsamples\b/)
  expect(exitCode).not.toBe(0)
})
