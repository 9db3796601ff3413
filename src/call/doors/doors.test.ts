import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startScriptedOllama } from '../../../test/scripted-ollama/index.ts'
import { recording } from '../../../test/scripted-ollama/recording.ts'
import { serve } from '../../../test/support/serve.ts'
import { validateTrialCalls } from '../../../test/scripted-ollama/schema.ts'
import { holdListener, installGlobalDoor, variablesFor } from './index.ts'

const run = promisify(execFile)

let closeListener: () => void
beforeAll(async () => {
  installGlobalDoor()
  closeListener = await holdListener()
})
afterAll(() => closeListener())

const body = (prompt: string): string => JSON.stringify({ model: 'tiny', prompt, stream: false })

/** One generate call with the process's own `fetch`, as any client makes it. */
async function generate(url: string, prompt: string): Promise<unknown> {
  return (await fetch(`${url}/api/generate`, { method: 'POST', body: body(prompt) })).json()
}

describe("the process's own fetch", () => {
  test('a trial sees its own calls, however deep and however many trials go on', async () => {
    await using server = await startScriptedOllama({ call: { ttft: 20, tokens: 5, per_token: 1 } })
    const [one, other] = [recording(server.url), recording(server.url)]
    const work = (prompts: string[]) => async (): Promise<unknown> =>
      Promise.all(prompts.map(async (prompt) => (await sleep(1), generate(server.url, prompt))))
    await Promise.all([
      one.inside(() => one.stage('a', work(['1', '2']))),
      other.inside(work(['3'])),
      generate(server.url, 'outside'),
    ])
    const [calls, others] = [await one.finish(), await other.finish()]
    validateTrialCalls([...calls, ...others])
    expect(calls.map(({ via, stage, valid }) => [via, stage, valid])).toEqual([
      ['global', 'a', true],
      ['global', 'a', true],
    ])
    expect(others).toHaveLength(1)
    const prompts = server.requests
      .map(({ body }) => body['prompt'])
      .map(String)
      .toSorted((a, b) => a.localeCompare(b))
    // What comes from outside is left as it is, without a nonce.
    expect(prompts).toEqual(['[n0nce]\n1', '[n0nce]\n2', '[n0nce]\n3', 'outside'])
  })

  test('other servers, other endpoints and other methods pass untouched', async () => {
    await using server = await startScriptedOllama()
    await using other = await startScriptedOllama()
    const recorder = recording(server.url)
    await recorder.inside(async () => {
      await generate(other.url, 'elsewhere')
      await (await fetch(`${server.url}/api/version`)).json()
      await (await fetch(`${server.url}/api/generate`)).text()
    })
    expect(await recorder.finish()).toEqual([])
    expect(other.requests.map(({ body }) => body['prompt'])).toEqual(['elsewhere'])
    await expect(recorder.inside(() => fetch('not a url', { method: 'POST' }))).rejects.toThrow(/parse URL/)
  })

  test('the names of the loopback interface are one host, and a Request is read', async () => {
    await using server = await startScriptedOllama()
    const recorder = recording(server.url)
    const request = new Request(`${server.url}/api/generate`, { method: 'post', body: body('Request') })
    const names = ['localhost', '0.0.0.0', '[::]', '[::1]']
    await recorder.inside(async () => {
      for (const name of names)
        await generate(server.url.replace('127.0.0.1', name), name).catch(() => undefined)
      await (await fetch(request)).json()
    })
    const calls = await recorder.finish()
    expect(calls.map(({ via }) => via)).toEqual([...names, 'Request'].map(() => 'global'))
    expect(calls.at(-1)?.valid).toBe(true)
  })

  test('a call that outlives its trial is in that trial, broken off, and never settles', async () => {
    await using server = await startScriptedOllama({ call: { ttft: 60_000 } })
    const [one, next] = [recording(server.url), recording(server.url)]
    const settled = vi.fn()
    let later: Promise<unknown> | undefined
    await one.inside(async () => {
      void generate(server.url, 'long').then(settled, settled)
      await vi.waitFor(() => expect(server.requests).toHaveLength(1))
      later = sleep(50).then(() => void generate(server.url, 'late').then(settled, settled))
    })
    const calls = await one.finish()
    expect(calls).toMatchObject([{ valid: false, reason: 'truncated_stream' }])
    await vi.waitFor(() => expect(server.log.map(({ event }) => event)).toContain('disconnect'))
    await next.inside(async () => later)
    expect(await next.finish()).toEqual([])
    expect(settled).not.toHaveBeenCalled()
    expect(server.requests).toHaveLength(1)
  })
})

describe('the recording proxy', () => {
  test('curl and Node: measured at the server, byte for byte, in the stage that is open', async () => {
    await using server = await startScriptedOllama({ call: { tokens: 20, reply: 'Grüße 🙂 – '.repeat(9) } })
    const recorder = recording(server.url, { nonce: undefined })
    const env = recorder.variables()
    expect(recorder.variables()['OLLAMA_HOST']).toBe(env['OLLAMA_HOST'])
    const chat = JSON.stringify({ model: 'tiny', messages: [{ role: 'user', content: 'Hi' }], stream: true })
    const through = (base: string): Promise<{ stdout: string }> =>
      run('curl', ['-sS', '--compressed', '-d', chat, `${base}/v1/chat/completions`])
    const { stdout } = await recorder.stage('child', () => through(env['OLLAMA_HOST'] ?? ''))
    const direct = await through(server.url)
    const script = `fetch(process.env.OPENAI_BASE_URL + '/completions', { method: 'POST', body: ${JSON.stringify(body('Hi'))} })`
    await run(process.execPath, ['-e', script], { env: { ...process.env, ...env } })
    const calls = await recorder.finish()
    validateTrialCalls(calls)
    expect(calls).toMatchObject([
      {
        via: 'proxy',
        stage: 'child',
        endpoint: 'chat_completions',
        streamed: true,
        valid: true,
        eval_count: 20,
      },
      { via: 'proxy', stage: null, endpoint: 'completions', streamed: false, valid: true },
    ])
    expect(calls[0]?.chunk_times).toHaveLength(20)
    expect(stdout).toBe(direct.stdout)
  })

  test('a reply without its usage has another length than the server said', async () => {
    const event = (object: object): string => `data: ${JSON.stringify(object)}\n\n`
    const [text, usage] = [
      event({ choices: [{ index: 0, delta: { content: 'hi' }, finish_reason: 'stop' }] }),
      event({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 9 } }),
    ]
    const recorder = recording(
      await serve((request, response) => {
        request.resume()
        response.setHeader('content-type', 'text/event-stream')
        response.end(`${text}${usage}data: [DONE]\n\n`)
      }),
    )
    const { OPENAI_BASE_URL: url = '' } = recorder.variables()
    const stream = JSON.stringify({ messages: [{ role: 'user', content: 'Hi' }], stream: true })
    const reply = await fetch(`${url}/chat/completions`, { method: 'POST', body: stream })
    expect(reply.headers.get('content-length')).toBeNull()
    expect(await reply.text()).toBe(`${text}data: [DONE]\n\n`)
    expect(await recorder.finish()).toMatchObject([{ via: 'proxy', valid: true, eval_count: 9 }])
  })

  test('other requests pass; errors keep their status', async () => {
    await using server = await startScriptedOllama()
    const recorder = recording(server.url)
    const { OLLAMA_HOST: url = '' } = recorder.variables()
    expect(await (await fetch(`${url}/api/version`)).json()).toEqual({ version: '0.24.0' })
    const missing = await fetch(`${url}/api/generate`, {
      method: 'POST',
      body: '{"model":"absent","prompt":"x"}',
    })
    expect([missing.status, await missing.json()]).toEqual([404, { error: "model 'absent' not found" }])
    expect(await recorder.finish()).toMatchObject([{ via: 'proxy', reason: 'model_missing' }])
  })

  test('who does not know its path, or comes after the trial, finds nothing', async () => {
    await using server = await startScriptedOllama()
    const recorder = recording(server.url)
    const { OLLAMA_HOST: url = '' } = recorder.variables()
    const { origin, hostname, pathname } = new URL(url)
    expect(hostname).toBe('127.0.0.1')
    expect(pathname).toMatch(/^\/[0-9a-f]{32}$/)
    await expect(fetch(`${origin}/api/version`)).rejects.toThrow('fetch failed')
    await expect(fetch(`${url}x/api/version`)).rejects.toThrow('fetch failed')
    await recorder.finish()
    await expect(fetch(`${url}/api/version`)).rejects.toThrow('fetch failed')
    const late = recording(server.url)
    await late.finish()
    const { OLLAMA_HOST: closed = '' } = late.variables()
    await expect(fetch(`${closed}/api/version`)).rejects.toThrow('fetch failed')
    expect(server.requests).toEqual([])
  })

  test('two trials at once have a path each, and the end of one leaves the other', async () => {
    await using server = await startScriptedOllama({ call: { ttft: 50 } })
    const [one, other] = [recording(server.url), recording(server.url)]
    const [{ OLLAMA_HOST: first = '' }, { OLLAMA_HOST: second = '' }] = [one.variables(), other.variables()]
    expect(new URL(first).port).toBe(new URL(second).port)
    const asked = [generate(first, 'one'), generate(second, 'other')]
    const settled = Promise.allSettled(asked)
    await vi.waitFor(() => expect(server.requests).toHaveLength(2))
    expect(await one.finish()).toMatchObject([{ via: 'proxy', reason: 'truncated_stream' }])
    expect(await settled).toMatchObject([{ status: 'rejected' }, { status: 'fulfilled' }])
    expect(await other.finish()).toMatchObject([{ via: 'proxy', valid: true }])
  })

  test('its listener is there for as long as one suite runs', async () => {
    await using server = await startScriptedOllama()
    const recorder = recording(server.url)
    const { OLLAMA_HOST: url = '' } = recorder.variables()
    const another = await holdListener()
    closeListener()
    expect(await (await fetch(`${url}/api/version`)).json()).toEqual({ version: '0.24.0' })
    another()
    await expect(fetch(`${url}/api/version`)).rejects.toThrow('fetch failed')
    closeListener = await holdListener()
    await recorder.finish()
  })

  test('a client that goes away breaks its call off at the server', async () => {
    await using server = await startScriptedOllama({ call: { ttft: 5, per_token: 20, tokens: 2000 } })
    const recorder = recording(server.url)
    const { OLLAMA_HOST: url = '' } = recorder.variables()
    const leave = new AbortController()
    const request = { method: 'POST', body: '{"model":"tiny","prompt":"x"}', signal: leave.signal }
    const reply = await fetch(`${url}/api/generate`, request)
    await reply.body?.getReader().read()
    leave.abort()
    await vi.waitFor(() => expect(server.log.map(({ event }) => event)).toContain('disconnect'))
    expect(await recorder.finish()).toMatchObject([
      { valid: false, reason: 'truncated_stream', via: 'proxy' },
    ])
  })
})

test('variables: a key only where there is none, and no proxy of the network in between', () => {
  expect(variablesFor('http://h/s', { OPENAI_API_KEY: 'own', NO_PROXY: 'a.b' })).toEqual({
    OLLAMA_HOST: 'http://h/s',
    OPENAI_BASE_URL: 'http://h/s/v1',
    OPENAI_API_BASE: 'http://h/s/v1',
    OPENAI_API_KEY: 'own',
    NO_PROXY: 'a.b,127.0.0.1',
    no_proxy: 'a.b,127.0.0.1',
  })
  expect(variablesFor('http://h', {})).toMatchObject({ OPENAI_API_KEY: 'unused', NO_PROXY: '127.0.0.1' })
})
