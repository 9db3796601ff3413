/** The ways in which Vitest may run the workers: they share a process, or a module graph, or neither. */
import { expect, test } from 'vitest'
import { startScriptedOllama } from '../scripted-ollama/index.ts'
import { benchFile, createFixture } from './fixture.ts'

const MORE =
  'blocks: { min: 6, max: 8 }, thresholds: { ttft: false, output_throughput: false, reported_throughput: true },'
const CALL = { ttft: 5, per_token: 0.5, tokens: 20 }

test('forks without isolation: each suite has its own verdict', { timeout: 120_000 }, async () => {
  await using server = await startScriptedOllama({ call: CALL })
  await using project = await createFixture({
    'suites/one.bench.ts': benchFile({ name: 'one', more: MORE }),
    'suites/two.bench.ts': benchFile({ name: 'two', more: MORE }),
  })
  const env = { OLLAMA_HOST: server.url }
  const { report, exitCode, trials } = await project.bench(['--pool=forks', '--no-isolate'], env)
  expect(report!.gate).toMatchObject({ status: 'passed', failures: [] })
  expect(report!.suites.map(({ name }) => name).toSorted()).toEqual(['one', 'two'])
  for (const name of ['one', 'two']) {
    // 1 warm-up and 6 blocks of 2 arms, at least.
    const own = trials.filter(({ suite }) => suite === name)
    expect(own.length).toBeGreaterThanOrEqual(14)
    expect(own.every(({ valid, calls }) => valid && calls.length === 1)).toBe(true)
  }
  expect(exitCode).toBe(0)
})

// A thread cannot be ended from outside while it never pauses, so it takes the process with it.
test(
  'threads: a loop without a pause ends the run, with what was measured',
  { timeout: 120_000 },
  async () => {
    await using server = await startScriptedOllama({ call: CALL })
    const loops = `async ({ generate }) => {
    globalThis.trials = (globalThis.trials ?? 0) + 1
    await generate({ prompt: 'Say something.' })
    while (globalThis.trials > 4) {}
  }`
    await using project = await createFixture({
      // The largest file runs first.
      'suites/good.bench.ts': benchFile({ name: 'good', more: `${MORE} // ${'first '.repeat(200)}` }),
      'suites/loops.bench.ts': benchFile({
        name: 'loops',
        agent: loops,
        more: `${MORE} trialTimeout: 500,`,
      }),
    })
    const { report, exitCode, output, trials } = await project.bench(['--pool=threads', '--maxWorkers=1'], {
      OLLAMA_HOST: server.url,
    })
    const failures = Object.fromEntries(report!.gate.failures.map(({ suite, message }) => [suite, message]))
    expect(failures['loops']).toMatch(/arm "(baseline|candidate)" kept its thread busy.*500 ms.*endless loop/)
    expect(output).toMatch(/endless loop/)
    expect(trials.filter(({ suite }) => suite === 'loops')).toHaveLength(4)
    expect(failures['good']).toBeUndefined()
    const good = report!.suites.find(({ name }) => name === 'good')!
    expect(good.comparisons.map(({ verdict }) => verdict)).toContain('unchanged')
    expect(report!.status).toBe('interrupted')
    expect(exitCode).toBe(1)
  },
)
