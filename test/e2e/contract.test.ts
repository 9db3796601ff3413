import { describe, expect, test } from 'vitest'
import { startScriptedOllama, type CallPlan, type Script } from '../scripted-ollama/index.ts'
import { benchFile, createFixture, type BenchRun } from './fixture.ts'

const QUICK: CallPlan = { ttft: 25, per_token: 1, tokens: 24 }
/** No test's verdict may hang on how busy the machine is. */
const PAIRS = 'pairs: { min: 6, max: 8 }, thresholds: { ttft: 5 },'
const MODEL = { name: 'tiny:latest', block_count: 26 }

interface Asked {
  script?: Partial<Script>
  candidate?: string
  agent?: string
  more?: string
  env?: Record<string, string>
}

async function bench({
  script = {},
  env = {},
  more = '',
  ...file
}: Asked): Promise<BenchRun & { requests: { path: string; body: Record<string, unknown> }[] }> {
  await using server = await startScriptedOllama({ call: QUICK, ...script })
  await using project = await createFixture({
    'suites/one.bench.ts': benchFile({ ...file, more: `${PAIRS}${more}` }),
  })
  const run = await project.bench([], { OLLAMA_HOST: server.url, ...env })
  const requests = server.requests.map(({ path, body }) => ({ path, body: body ?? {} }))
  return { ...run, requests }
}

const warningsOf = (run: BenchRun) =>
  run.report!.suites[0]!.warnings.map(({ code, arm }) => (arm === undefined ? code : `${code}:${arm}`))

describe('what leaves with a request', { timeout: 60_000 }, () => {
  test('nonce, seed and keep_alive: fresh for every trial, shared by a block, longer than the run', async () => {
    const { trials, requests } = await bench({})
    expect(new Set(trials.map((trial) => trial.nonce)).size).toBe(trials.length)
    const calls = requests.filter(({ path, body }) => path === '/api/generate' && body['prompt'])
    expect(calls).toHaveLength(trials.length)
    for (const [index, { body }] of calls.entries()) {
      expect(String(body['prompt']).startsWith(trials[index]!.nonce!)).toBe(true)
      expect(body['options']).toMatchObject({ seed: trials[index]!.seed })
      expect(body['keep_alive']).toMatch(/^\d+m$/)
    }
    for (const block of [1, 2, 3]) {
      expect(
        new Set(
          trials
            .filter((trial) => trial.phase === 'measure' && trial.block === block)
            .map(({ seed }) => seed),
        ).size,
      ).toBe(1)
    }
  })

  test('code that takes an Ollama is measured unchanged, streamed or not', async () => {
    const agent = `async ({ ollama, model }) => {
      const chat = await ollama.chat({ model, messages: [{ role: 'user', content: 'Say something.' }] })
      let text = chat.message.content
      for await (const part of await ollama.generate({ model, prompt: 'More.', stream: true })) text += part.response
      return text
    }`
    const { trials, requests, exitCode } = await bench({ agent })
    const [whole, streamed] = trials[3]!.calls
    expect(whole).toMatchObject({ endpoint: 'chat', streamed: false, valid: true, eval_count: 24 })
    expect(whole).not.toHaveProperty('ttft')
    expect(streamed).toMatchObject({ endpoint: 'generate', streamed: true, valid: true })
    expect(streamed!.ttft).toBeGreaterThan(20)
    const chat = requests.find(({ path }) => path === '/api/chat')!
    expect(JSON.stringify(chat.body['messages'])).toContain(trials[0]!.nonce)
    expect(
      requests.filter(
        ({ body }) => (body['options'] as Record<string, unknown> | undefined)?.['temperature'] === 0.5,
      ).length,
    ).toBeGreaterThan(10)
    expect(exitCode).toBe(0)
  })

  test('CHIMERA_SEED fixes schedule and sampling seeds', async () => {
    const order = (run: BenchRun) =>
      run.trials
        .filter(({ phase }) => phase === 'measure')
        .slice(0, 12)
        .map(({ arm, seed }) => [arm, seed])
    const first = await bench({ env: { CHIMERA_SEED: '42' } })
    const second = await bench({ env: { CHIMERA_SEED: '42' } })
    expect(order(second)).toEqual(order(first))
    expect(first.report!.suites[0]!.seed).toBe(42)
  })
})

describe('requested is not effective', { timeout: 60_000 }, () => {
  test('arms that reload each other run in turns, each loaded with its own options, and no load enters ttft', async () => {
    const { report, trials, requests } = await bench({
      script: { models: [{ ...MODEL, cold_load: 400 }] },
      candidate: `{ name: 'chimera', model: 'tiny', options: { num_gpu: 80, num_ctx: 1024 } }`,
    })
    const [baseline, chimera] = report!.suites[0]!.arms
    expect(baseline!.effective.num_ctx).toBe(4096)
    expect(chimera!.effective.num_ctx).toBe(1024)
    expect(requests.filter(({ body }) => body['keep_alive'] === 0).length).toBeGreaterThan(4)
    expect(
      trials
        .filter((trial) => trial.phase === 'measure')
        .flatMap(({ calls }) => calls)
        .every(({ cold }) => !cold),
    ).toBe(true)
    expect(chimera!.samples['ttft']!.max).toBeLessThan(300)
    expect(trials.filter((trial) => trial.phase === 'warmup').length).toBeGreaterThan(4)
    expect(report!.gate.status).toBe('passed')
  })

  test('options without effect are named: num_ctx clamped, num_gpu beyond the layers, arms that got the same', async () => {
    const run = await bench({
      script: { models: [{ ...MODEL, min_ctx: 2048, default_ctx: 2048 }] },
      candidate: `{ name: 'chimera', model: 'tiny', options: { num_gpu: 80, num_ctx: 512 } }`,
    })
    expect(warningsOf(run)).toEqual(
      expect.arrayContaining(['num_ctx_clamped:chimera', 'num_gpu_no_effect:chimera', 'identical_arms']),
    )
  })

  test('part of the model outside video memory is named', async () => {
    const run = await bench({
      script: { models: [MODEL] },
      candidate: `{ name: 'c', model: 'tiny', options: { num_gpu: 5 } }`,
    })
    expect(warningsOf(run)).toContain('partial_offload:c')
  })

  test('a call that loads the model in mid-run is cold: its block is run again and its TTFT stays out', async () => {
    const { report, trials } = await bench({
      script: {
        models: [{ ...MODEL, cold_load: 400 }],
        rules: [{ when: { calls: 6 }, ...QUICK, cold: true }],
      },
    })
    expect(trials.flatMap(({ calls }) => calls).filter(({ cold }) => cold)).toHaveLength(1)
    expect(report!.suites[0]!.requeued).toBe(1)
    expect(report!.suites[0]!.arms.every((arm) => arm.samples['ttft']!.max < 300)).toBe(true)
    expect(report!.suites[0]!.arms.map((arm) => arm.invalid)).toEqual([{}, {}])
  })

  test('a prompt cache hit is a warning, and prompt_throughput is not measured', async () => {
    const run = await bench({ script: { call: { ...QUICK, prompt_tokens: 400, cached_tokens: 390 } } })
    expect(warningsOf(run)).toContain('prompt_cache_hit:candidate')
    expect(run.report!.suites[0]!.arms[0]!.samples).not.toHaveProperty('prompt_throughput')
  })
})

describe('comparable or not', { timeout: 60_000 }, () => {
  const two = (digest: string): Partial<Script> => ({
    models: [
      { ...MODEL, digest: `sha256:${'a'.repeat(64)}` },
      { ...MODEL, name: 'other:latest', digest: `sha256:${digest.repeat(64)}` },
    ],
  })
  const candidate = `{ name: 'other', model: 'other' }`

  test('two tags of one digest are the same model', async () => {
    const { exitCode, report } = await bench({ script: two('a'), candidate })
    expect(report!.gate.status).toBe('passed')
    expect(exitCode).toBe(0)
  })

  test('two models are refused, unless the suite says that it compares models', async () => {
    const refused = await bench({ script: two('b'), candidate })
    expect(refused.report!.gate.status).toBe('invalid')
    expect(refused.report!.gate.failures[0]!.message).toMatch(/not comparable.*digest.*compare: 'models'/)
    expect(refused.exitCode).not.toBe(0)
    const meant = await bench({ script: two('b'), candidate, more: `compare: 'models',` })
    expect(meant.report!.gate.status).toBe('passed')
  })
})

describe('validity', { timeout: 60_000 }, () => {
  test('a faster config that answers worse fails the gate', async () => {
    const { exitCode, report } = await bench({
      script: {
        rules: [{ when: { options: { temperature: 0.5 } }, ...QUICK, per_token: 0.8, text: ['ผิด '] }],
      },
      more: `checks: [function thai({ output }) { if (/\\p{Script=Thai}/u.test(output)) return 'opens in Thai' }],`,
    })
    expect(report!.gate.status).toBe('invalid')
    expect(report!.gate.failures[0]!.message).toMatch(/no valid trial.*check_failed.*thai: opens in Thai/)
    expect(exitCode).not.toBe(0)
  })

  test('a gated metric that cannot exist is a warning, and the others judge', async () => {
    const agent = `async ({ ollama, model }) => (await ollama.generate({ model, prompt: 'Hi.' })).response`
    const run = await bench({ agent })
    expect(run.report!.suites[0]!.warnings).toContainEqual(
      expect.objectContaining({ code: 'metric_absent', metric: 'ttft' }),
    )
    expect(run.report!.gate.status).toBe('passed')
    expect(run.exitCode).toBe(0)
  })

  test('an agent that throws or never calls is told apart from a broken server', async () => {
    const thrown = await bench({ agent: `async () => { throw new TypeError('oh no') }` })
    expect(thrown.report!.gate.failures[0]!.message).toMatch(/agent_error.*oh no/)
    const idle = await bench({ agent: `async () => 'nothing'` })
    expect(idle.report!.gate.failures[0]!.message).toMatch(/no_calls/)
  })

  test('the token bound makes a call runaway and ends it at the server', async () => {
    const { trials, report } = await bench({
      script: { call: { ...QUICK, tokens: 400 } },
      more: 'bound: { tokens: 30 },',
    })
    expect(trials.every((trial) => trial.invalid_reason === 'runaway')).toBe(true)
    expect(report!.gate.failures[0]!.message).toMatch(/bound of 30 tokens/)
  })
})
