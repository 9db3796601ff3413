/** Agents that never come to an end, a pipe in the way, and a good suite next to them. */
import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { startScriptedOllama } from '../scripted-ollama/index.ts'
import { benchFile, createFixture, type BenchRun } from './fixture.ts'

const MORE =
  'blocks: { min: 6, max: 8 }, thresholds: { ttft: false, output_throughput: false, reported_throughput: true },'
const SAY = `await generate({ prompt: 'Say something.' })`
/** The fifth trial and all that follow. */
const FROM_FIFTH = `globalThis.trials = (globalThis.trials ?? 0) + 1; const isLate = globalThis.trials > 4;`

let run: BenchRun
let threads: BenchRun

// Both wait most of their time.
beforeAll(async () => {
  ;[run, threads] = await Promise.all([runInProcesses(), runInThreads()])
})

async function runInProcesses(): Promise<BenchRun> {
  await using server = await startScriptedOllama({ call: { ttft: 5, per_token: 0.5, tokens: 20 } })
  await using project = await createFixture({
    // For tests; suites have a worker each all the same.
    'vitest.config.ts': `import { defineConfig } from 'vitest/config'
import chimera from 'vitest-chimera/plugin'
export default defineConfig({ plugins: [chimera()], test: { isolate: false } })
`,
    'suites/good.bench.ts': benchFile({ name: 'good', more: MORE }),
    'suites/hangs.bench.ts': benchFile({
      name: 'hangs',
      agent: `async ({ generate }) => { ${FROM_FIFTH} ${SAY}; if (isLate) await new Promise(() => {}) }`,
      more: `${MORE} trialTimeout: 2000, timeBudget: 7000, timeout: 1000, bound: { ms: 1000 },`,
    }),
    'suites/loops.bench.ts': benchFile({
      name: 'loops',
      agent: `async ({ generate }) => { ${FROM_FIFTH} ${SAY}; while (isLate) {} }`,
      more: `${MORE} trialTimeout: 2000,`,
    }),
  })
  await mkdir(join(project.dir, 'reports'))
  await promisify(execFile)('mkfifo', [join(project.dir, 'reports/report.json')])
  return await project.bench([], { OLLAMA_HOST: server.url })
}

async function runInThreads(): Promise<BenchRun> {
  await using server = await startScriptedOllama({ call: { ttft: 5, per_token: 0.5, tokens: 20 } })
  const loops = `async ({ generate }) => {
    globalThis.trials = (globalThis.trials ?? 0) + 1
    await generate({ prompt: 'Say something.' })
    while (globalThis.trials > 4) {}
  }`
  await using project = await createFixture({
    // The largest file runs first.
    'suites/good.bench.ts': benchFile({ name: 'good', more: `${MORE} // ${'first '.repeat(200)}` }),
    'suites/loops.bench.ts': benchFile({ name: 'loops', agent: loops, more: `${MORE} trialTimeout: 2000,` }),
  })
  return await project.bench(['--pool=threads', '--maxWorkers=1'], { OLLAMA_HOST: server.url })
}

const failureOf = (name: string) => run.report!.gate.failures.find(({ suite }) => suite === name)?.message
const trialsOf = (name: string) => run.trials.filter(({ suite }) => suite === name)

test('a loop without a pause: its worker is ended, the arm named, what was measured kept', () => {
  expect(failureOf('loops')).toMatch(/arm "(baseline|candidate)" kept its thread busy.*2000 ms.*endless loop/)
  expect(run.output).toMatch(/endless loop/)
  expect(trialsOf('loops')).toHaveLength(4)
  expect(trialsOf('loops').every(({ valid }) => valid)).toBe(true)
})

test('an agent that never settles: its trials are invalid as timeout, and the suite ends', () => {
  const broken = trialsOf('hangs').filter(({ valid }) => !valid)
  expect(broken.length).toBeGreaterThanOrEqual(2)
  expect(new Set(broken.map((trial) => trial.invalid_reason))).toEqual(new Set(['timeout']))
  expect(broken[0]!.message).toMatch(/limit of 2000 ms.*`trialTimeout`/)
})

test('the suite next to them has its verdict, and the run fails', () => {
  expect(failureOf('good')).toBeUndefined()
  expect(run.report!.suites.find(({ name }) => name === 'good')!.comparisons.length).toBeGreaterThan(0)
  expect(trialsOf('good').length).toBeGreaterThanOrEqual(14)
  expect(run.report!.gate.status).toBe('invalid')
  expect(run.exitCode).not.toBe(0)
})

// A thread cannot be ended from outside while it never pauses, so it takes the process with it.
test('threads: a loop without a pause ends the run, with what was measured', () => {
  const { report, exitCode, output, trials } = threads
  const failures = Object.fromEntries(report!.gate.failures.map(({ suite, message }) => [suite, message]))
  expect(failures['loops']).toMatch(/arm "(baseline|candidate)" kept its thread busy.*2000 ms.*endless loop/)
  expect(output).toMatch(/endless loop/)
  expect(trials.filter(({ suite }) => suite === 'loops')).toHaveLength(4)
  expect(failures['good']).toBeUndefined()
  const good = report!.suites.find(({ name }) => name === 'good')!
  expect(good.comparisons.map(({ verdict }) => verdict)).toContain('unchanged')
  expect(report!.status).toBe('interrupted')
  expect(exitCode).toBe(1)
})
