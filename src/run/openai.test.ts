/** Arms whose server speaks OpenAI's protocol and manages no models. */
import { describe, expect, test } from 'vitest'
import { runOn } from '../../test/support/run-suite.ts'
import { startScriptedOllama, type Script } from '../../test/scripted-ollama/index.ts'
import type { Arm } from '../call/index.ts'
import { redacted } from '../secrets.ts'
import type { Agent } from './agent.ts'

const CANARY = 'sk-canary-0123456789'

/** One streamed chat by `fetch`. */
const ask: Agent = async ({ fetch, host, model }) => {
  const body = JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'Hi' }] })
  const headers = { authorization: 'Bearer none', 'content-type': 'application/json' }
  return (await fetch(`${host}/v1/chat/completions`, { method: 'POST', headers, body })).text()
}

async function runArms(script: Script, own: Partial<Arm> = {}, agent = ask) {
  await using server = await startScriptedOllama(script)
  const baseline: Arm = { name: 'baseline', model: 'tiny', api: 'openai', host: `${server.url}/v1/`, ...own }
  const candidate = { ...baseline, name: 'candidate', options: { temperature: 0.5 } }
  // Nobody answers at the run's own server.
  const outcome = await runOn('http://127.0.0.1:9', {
    baseline,
    candidate,
    agent,
    blocks: { min: 6, max: 6 },
  })
  return { ...outcome, requests: server.requests }
}

describe('what a server is and holds', () => {
  test('llama-server: its own clocks, its context, and nothing loaded or unloaded', async () => {
    const script: Script = { product: 'llama.cpp', call: { ttft: 20, tokens: 20, load: 0 } }
    const { facts, trials, requests, ending, plan } = await runArms(script)
    expect(facts['baseline']).toEqual({
      server: { kind: 'openai', product: 'llama.cpp', version: 'b6000-abc' },
      effective: { num_ctx: 4096 },
    })
    expect(trials.every(({ valid, calls }) => valid && calls[0]?.cold === false)).toBe(true)
    expect(trials[0]?.calls[0]).toMatchObject({
      prompt_eval_duration: 20,
      ttft_parts: { load: 0, prompt: 20 },
    })
    expect(new Set(requests.map(({ path }) => path))).toEqual(
      new Set(['/api/version', '/v1/models', '/props', '/version', '/v1/chat/completions']),
    )
    expect(ending.warnings).toMatchObject([
      { code: 'models_not_managed', message: expect.stringContaining(plan.baseline.host) },
    ])
  })

  test('vLLM: the length it serves is the context', async () => {
    const { facts } = await runArms({ product: 'vllm', models: [{ name: 'tiny', context_length: 2048 }] })
    expect(facts['baseline']).toEqual({
      server: { kind: 'openai', product: 'vllm', version: '0.25.0' },
      effective: { num_ctx: 2048 },
    })
  })

  test('Ollama is Ollama, whatever it is spoken to in', async () => {
    const { facts, requests, ending } = await runArms({})
    expect(facts['baseline']?.server).toEqual({ kind: 'ollama', version: '0.24.0' })
    expect(requests.map(({ path }) => path)).toContain('/api/generate')
    expect(ending.warnings).toEqual([])
  })

  test.each([
    [{ options: { num_ctx: 1024 } }, /"num_ctx"/],
    [{ think: false }, /"think".*Set it to "low", "medium" or "high"/],
    [{ api: 'grpc' as never }, /`api`.*"grpc"/],
    [{ headers: { 'not a name': CANARY } }, /`headers`/],
  ])('%o is refused before anything is sent', async (own, message) => {
    const refused = runArms({ product: 'vllm' }, own)
    await expect(refused).rejects.toThrow(message)
    await expect(refused).rejects.not.toThrow(CANARY)
  })
})

describe('secrets', () => {
  test("an arm's headers open its server, in place of the client's own", async () => {
    const { trials, requests, facts } = await runArms(
      { product: 'vllm', api_key: CANARY },
      { headers: { Authorization: `Bearer ${CANARY}` } },
    )
    expect(trials.every(({ valid }) => valid)).toBe(true)
    expect(facts['baseline']?.server.product).toBe('vllm')
    expect(requests.every(({ headers }) => headers['authorization'] === `Bearer ${CANARY}`)).toBe(true)
  })

  test('a header that repeats a name leaves the name as it is', async () => {
    const name = 'named-by-its-header'
    const { trials, plan } = await runArms(
      {},
      { name, headers: { 'x-variant': name, 'x-model': 'tiny', 'x-role': 'baseline' } },
    )
    expect(redacted({ plan, trials })).toMatchObject({ plan: { baseline: { name } } })
    expect(redacted(trials).some(({ arm }) => arm === name)).toBe(true)
  })

  test('no plan, fact or trial repeats them, though server and agent do', async () => {
    const echoing: Agent = async (context) => {
      const text = await ask(context)
      if (String(text).includes('key')) throw new Error(String(text))
      return { text, arm: context.arm }
    }
    for (const script of [{ api_key: 'another' }, {}]) {
      const outcome = await runArms(
        script,
        { headers: { authorization: `Bearer ${CANARY}`, 'x-api-key': CANARY } },
        echoing,
      )
      expect(outcome.trials.length).toBeGreaterThan(1)
      const { requests: _, ...told } = outcome
      // As everything leaves the worker.
      const kept = JSON.stringify(redacted(told))
      expect(kept).not.toContain(CANARY)
      expect(kept).toContain('***')
    }
  })

  test("a client's own key is kept as well", async () => {
    const { trials } = await runArms({ api_key: 'another' }, {}, async ({ fetch, host, model }) => {
      const headers = { authorization: `Bearer ${CANARY}` }
      await fetch(`${host}/v1/completions`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ model, prompt: 'x' }),
      })
      throw new Error(`refused ${CANARY}`)
    })
    expect(trials[0]).toMatchObject({
      valid: false,
      invalid_reason: 'http_error',
      message: expect.stringContaining('***'),
    })
    expect(JSON.stringify(trials)).not.toContain(CANARY)
  })
})
