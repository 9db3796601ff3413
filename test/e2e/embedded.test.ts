import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { benchFile, createFixture, type Fixture } from './fixture.ts'

/** A config that leaves a note of the engine's process. */
const CONFIG = `import { writeFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'
import { embedded } from 'vitest-chimera/embedded'
import chimera from 'vitest-chimera/plugin'

const engine = embedded()
const server = {
  kind: engine.kind,
  async start() {
    const running = await engine.start()
    writeFileSync('engine.pid', String(running.pid))
    return running
  },
}
export default defineConfig({ plugins: [chimera({ server })] })
`

const GENERATE = `(await generate({ prompt: 'Name three rivers.', options: { num_predict: 32 } })).response`
/** No test's verdict may hang on how busy the machine is. */
const MORE =
  'blocks: { min: 6, max: 6 }, thresholds: { ttft: false, output_throughput: false, stall_share: false, output_tokens: true },'

function project(agent: string): Promise<Fixture> {
  const file = benchFile({
    agent,
    model: 'gemma3',
    candidate: `{ name: 'again', model: 'gemma3' }`,
    more: MORE,
  })
  return createFixture({ 'vitest.config.ts': CONFIG, 'suites/one.bench.ts': file })
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('a run on the embedded engine: real replies, and every report names the engine', async () => {
  await using fixture = await project(`async ({ generate }) => ${GENERATE}`)
  const { exitCode, output, report, trials } = await fixture.bench()
  expect(report!.gate).toMatchObject({ status: 'passed', failures: [] })
  expect(exitCode).toBe(0)

  const [suite] = report!.suites
  expect(suite!.calibration).toBe(true)
  const blocksOf = (name: string) => suite!.comparisons.find(({ metric }) => metric === name)!.blocks
  expect(blocksOf('output_tokens')).toBe(6)
  // A reader that a busy machine keeps waiting finds a short reply whole: then it has no rate.
  expect(blocksOf('output_throughput')).toBeGreaterThan(0)
  for (const { server, effective, invalid } of suite!.arms) {
    expect(server).toEqual({
      kind: 'embedded',
      version: '0.24.0-embedded',
      engine: expect.stringMatching(/^node-llama-cpp \S+ \(llama\.cpp \S+\)$/),
      model_file: expect.stringMatching(/^chimera-tiny.*sha256/),
    })
    expect(effective.num_ctx).toBeGreaterThan(0)
    expect(invalid).toEqual({})
  }
  const outputs = trials.map((trial) => String(trial.output))
  expect(outputs.every((text) => /[a-z]{3}/.test(text))).toBe(true)
  for (const trial of trials)
    expect(trial.calls[0]).toMatchObject({ valid: true, eval_count: 32, done_reason: 'length' })
  // Both trials of a block share their seed, and the nonce alone sets their prompts apart.
  expect(new Set(trials.filter(({ phase }) => phase === 'measure').map(({ seed }) => seed)).size).toBe(6)

  const named = /embedded engine.*llama\.cpp/s
  expect(output).toMatch(/on the embedded engine \(.*llama\.cpp.*\) at http:\/\/127\.0\.0\.1:\d+/)
  expect(await fixture.read('reports/report.md')).toMatch(named)
  expect(await fixture.read('reports/report.html')).toMatch(named)
  expect(isRunning(Number(await fixture.read('engine.pid')))).toBe(false)
})

test('an engine that dies in mid-run is told clearly, ends the run and fails it', async () => {
  await using fixture = await project(`async ({ generate }) => {
    globalThis.count = (globalThis.count ?? 0) + 1
    if (globalThis.count === 5) process.kill(Number((await import('node:fs')).readFileSync('engine.pid', 'utf8')), 'SIGKILL')
    return ${GENERATE}
  }`)
  const { exitCode, output, report, trials } = await fixture.bench()
  expect(output).toMatch(
    /The embedded engine at http:\S+ ended \(SIGKILL\) during the run; further calls to it will fail\./,
  )
  expect(report!.status).toBe('complete')
  expect(report!.gate.status).toBe('invalid')
  expect(report!.gate.failures).toMatchObject([
    {
      suite: 'one',
      message: expect.stringMatching(/^nothing usable was measured\. The embedded engine at/),
    },
  ])
  expect(trials.filter(({ valid }) => valid)).toHaveLength(4)
  expect(
    trials
      .filter(({ valid }) => !valid)
      .every(
        ({ invalid_reason }) => invalid_reason === 'unreachable' || invalid_reason === 'truncated_stream',
      ),
  ).toBe(true)
  expect(exitCode).not.toBe(0)
})

test('an engine that cannot start says why, and nothing is run', async () => {
  await using fixture = await project(`async ({ generate }) => ${GENERATE}`)
  await fixture.write({
    'vitest.config.ts': CONFIG.replace('embedded()', `embedded({ model: 'nowhere.gguf' })`),
  })
  await rm(join(fixture.dir, 'reports'), { recursive: true, force: true })
  const { exitCode, output, trials } = await fixture.bench()
  expect(output).toMatch(/found no model file at .*nowhere\.gguf\. Set `model` to the path of a GGUF file/)
  expect(trials).toEqual([])
  expect(exitCode).not.toBe(0)
})
