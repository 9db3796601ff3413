import { text as readText } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { expect, test, vi } from 'vitest'
import { startScriptedOllama } from '../../test/scripted-ollama/index.ts'
import { recording } from '../../test/scripted-ollama/recording.ts'
import { validateTrialCalls } from '../../test/scripted-ollama/schema.ts'
import { serve } from '../../test/support/serve.ts'
import { redact } from '../secrets.ts'
import type { MadeRequest } from './protocol/index.ts'

test('a streamed call is measured, its counters taken over exactly', async () => {
  await using server = await startScriptedOllama({
    call: { ttft: 30, per_token: 3, tokens: 24, load: 5, prompt_tokens: 11, final_delay: 4 },
  })
  const recorder = recording(server.url)
  const reply = await recorder.generate({ prompt: 'Hi', options: { temperature: 0 } })
  const [call, ...others] = await recorder.finish()

  expect(others).toEqual([])
  expect(reply.response).toMatch(/^ The scripted server speaks/)
  expect(reply.done).toBe(true)
  expect(call).toMatchObject({
    index: 0,
    stage: null,
    endpoint: 'generate',
    streamed: true,
    cold: false,
    valid: true,
    chunks: 24,
    done_reason: 'stop',
    options: { seed: 7, temperature: 0 },
    prompt_eval_count: 11,
    eval_count: 24,
    eval_duration: 69,
    load_duration: 5,
    prompt_eval_duration: 25,
    total_duration: 5 + 25 + 69 + 4,
  })
  expect(call).not.toHaveProperty('prompt_eval_cached_count')
  expect(call).not.toHaveProperty('reason')
  expect(call?.ttft).toBeGreaterThanOrEqual(29)
  expect(call?.ttft_parts).toMatchObject({ load: 5, prompt: 25 })
  expect(call?.ttft_parts?.rest).toBeCloseTo(Math.max(0, call!.ttft! - 30), 2)
  expect(call?.chunk_times).toHaveLength(24)
  expect(call?.chunk_times?.[0]).toBe(call?.ttft)
  expect(call?.chunk_times?.at(-1)).toBe(call?.e2e_latency)
  expect(call?.duration).toBeGreaterThanOrEqual(call?.e2e_latency ?? Infinity)
  validateTrialCalls([call])
})

test('a request is told as agent and arm make it, without seed, nonce and headers', async () => {
  await using server = await startScriptedOllama()
  const told: MadeRequest[] = []
  const arm = { name: 'a', model: 'tiny', options: { num_ctx: 1024 }, think: false }
  const recorder = recording(server.url, { arm, nonce: '[n0nce]', onRequest: (one) => void told.push(one) })
  await recorder.stage('report', () => recorder.generate({ prompt: 'Hi', options: { top_k: 1 } }))
  await recorder.finish()
  expect(told).toEqual([
    {
      stage: 'report',
      endpoint: 'generate',
      body: {
        model: 'tiny',
        prompt: 'Hi',
        stream: true,
        think: false,
        options: { num_ctx: 1024, top_k: 1 },
        keep_alive: '60m',
      },
    },
  ])
})

test('every request leaves with what arm and trial put in', async () => {
  await using server = await startScriptedOllama()
  const arm = {
    name: 'chimera',
    model: 'tiny',
    options: { num_ctx: 1024 },
    keep_alive: '3h',
    think: false,
    format: 'json',
  }
  const recorder = recording(server.url, { arm })
  await recorder.generate({ prompt: 'Hi', system: 'Be brief.' })
  await recorder.chat({ messages: [{ role: 'user', content: 'Hi' }] })
  await recorder.ollama.generate({
    model: '',
    prompt: 'raw',
    options: { num_ctx: 2048, seed: 1 },
    keep_alive: 60,
  })
  await recorder.finish()
  const options = { seed: 7, num_ctx: 1024 }
  expect(server.requests.map(({ body }) => body)).toEqual([
    {
      model: 'tiny',
      prompt: '[n0nce]\nHi',
      system: '[n0nce]\nBe brief.',
      stream: true,
      options,
      keep_alive: '3h',
      think: false,
      format: 'json',
    },
    {
      model: 'tiny',
      messages: [{ role: 'user', content: '[n0nce]\nHi' }],
      stream: true,
      options,
      keep_alive: '3h',
      think: false,
      format: 'json',
    },
    {
      model: 'tiny',
      prompt: '[n0nce]\nraw',
      stream: false,
      options: { seed: 1, num_ctx: 2048 },
      keep_alive: 60,
    },
  ])
})

test('sixteen streams at once: each has its own chunks, and none is measured shorter than it was', async () => {
  await using server = await startScriptedOllama({ call: { ttft: 40, per_token: 2, tokens: 20 } })
  const recorder = recording(server.url, { nonce: undefined })
  const names = Array.from({ length: 16 }, (_, i) => `stream ${i}`)
  await Promise.all(names.map((prompt) => recorder.asAgent(prompt, () => recorder.generate({ prompt }))))
  const calls = await recorder.finish()
  expect(calls.map(({ agent }) => agent!).toSorted()).toEqual(names.toSorted())
  for (const call of calls) {
    const { index } = server.requests.find(({ body }) => body['prompt'] === call.agent)!
    const log = server.log.filter(({ request }) => request === index)
    const written = log.filter(({ event }) => event === 'chunk').map(({ at }) => at - log[0]!.at)
    expect(call.chunk_times).toHaveLength(20)
    // The request leaves before it arrives, and a chunk is written before it is received.
    for (const [i, at] of written.entries()) expect(call.chunk_times![i]).toBeGreaterThan(at - 0.01)
  }
})

test('a call that is not streamed has no first token', async () => {
  await using server = await startScriptedOllama({ call: { ttft: 20, per_token: 1, tokens: 16 } })
  const recorder = recording(server.url)
  const reply = await recorder.ollama.chat({ model: 'tiny', messages: [{ role: 'user', content: 'Hi' }] })
  const [call] = await recorder.finish()
  expect(reply.message.content).toMatch(/^ The scripted/)
  expect(call).toMatchObject({ endpoint: 'chat', streamed: false, valid: true, chunks: 1, eval_count: 16 })
  expect(call?.e2e_latency).toBeGreaterThanOrEqual(34)
  for (const absent of ['ttft', 'ttft_content', 'chunk_times', 'itl']) expect(call).not.toHaveProperty(absent)
  validateTrialCalls([call])
})

test('thinking comes first, content and tool calls later', async () => {
  const tool_calls = [{ function: { name: 'weather', arguments: { city: 'Ulm' } } }]
  await using server = await startScriptedOllama({
    call: { ttft: 10, per_token: 4, tokens: 18, thinking: 8, tool_calls },
  })
  const recorder = recording(server.url)
  const chat = await recorder.chat({ messages: [{ role: 'user', content: 'Hi' }] })
  const generated = await recorder.generate({ prompt: 'Hi' })
  const [call] = await recorder.finish()
  expect(chat.message).toMatchObject({
    role: 'assistant',
    thinking: expect.stringMatching(/^ The/),
    tool_calls,
  })
  expect(chat.message.content.length).toBeGreaterThan(0)
  expect(generated).toMatchObject({
    thinking: chat.message.thinking,
    response: chat.message.content,
    tool_calls,
  })
  expect(call?.chunks).toBe(18)
  expect(call?.ttft_content).toBe(call?.chunk_times?.[8])
  expect(call?.ttft).toBe(call?.chunk_times?.[0])
})

test('only tool calls, with the final object: still content, never undefined', async () => {
  const tool_calls = [{ function: { name: 'weather', arguments: {} } }]
  await using server = await startScriptedOllama({ call: { tokens: 1, text: [''], tool_calls } })
  const recorder = recording(server.url)
  const { message } = await recorder.chat({ messages: [{ role: 'user', content: 'Hi' }] })
  const [call] = await recorder.finish()
  expect(message.content).toBe('')
  expect(message.tool_calls).toEqual(tool_calls)
  expect(call).toMatchObject({ valid: true, chunks: 1 })
  expect(call).not.toHaveProperty('ttft_content')
  expect(call).not.toHaveProperty('itl')
})

test.each([
  ['characters cut in two', { split: 2, reply: 'Größe: 日本語 🙂 – '.repeat(9) }],
  ['several lines in one write', { coalesce: 5 }],
  ['carriage returns and blank lines', { newline: '\r\n', blank: true }],
  ['very long lines', { tokens: 3, reply: 'ü'.repeat(900_000) }],
] as const)('%s', async (_name, plan) => {
  // The client itself stumbles over blank lines, aloud, and goes on.
  using _ = vi.spyOn(console, 'warn').mockImplementation(() => {})
  await using server = await startScriptedOllama({ call: { tokens: 20, ...plan } })
  const recorder = recording(server.url)
  const { response } = await recorder.generate({ prompt: 'Hi' })
  const [call] = await recorder.finish()
  expect(call).toMatchObject({ valid: true, chunks: 'tokens' in plan ? plan.tokens : 20 })
  if ('reply' in plan) expect(response).toBe(plan.reply)
})

test('stages and agents are told apart, also when they run at once', async () => {
  await using server = await startScriptedOllama()
  const recorder = recording(server.url)
  const agent = (name: string): Promise<void> =>
    recorder.asAgent(name, async () => {
      await recorder.stage('analysis', async () => {
        await sleep(1)
        await Promise.all([
          recorder.generate({ prompt: `${name} 1` }),
          recorder.generate({ prompt: `${name} 2` }),
        ])
      })
      await recorder.stage('report', () => recorder.generate({ prompt: `${name} 3` }))
    })
  await Promise.all([agent('a'), agent('b')])
  await recorder.generate({ prompt: 'outside' })
  const calls = await recorder.finish()
  expect(calls.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6])
  const prompts = server.requests.map(({ body }) => String(body['prompt']).slice('[n0nce]\n'.length))
  expect(prompts.toSorted()).toEqual(['a 1', 'a 2', 'a 3', 'b 1', 'b 2', 'b 3', 'outside'])
  expect(calls.filter(({ agent, stage }) => agent === 'a' && stage === 'analysis')).toHaveLength(2)
  expect(calls.filter(({ agent, stage }) => agent === 'b' && stage === 'report')).toHaveLength(1)
  expect(calls.at(-1)).toMatchObject({ stage: null })
  expect(calls.at(-1)).not.toHaveProperty('agent')
  const stages = recorder.stages()
  expect(stages.map(({ name }) => name)).toEqual(['analysis', 'analysis', 'report', 'report'])
  for (const stage of stages) expect(stage.duration).toBeGreaterThan(15)
})

test('a stage that fails is over as well, and fails', async () => {
  const recorder = recording('http://127.0.0.1:1')
  await expect(
    recorder.stage('broken', () => {
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  expect(recorder.stages()).toMatchObject([{ name: 'broken' }])
})

test('a call that loads the model is cold', async () => {
  await using server = await startScriptedOllama({ models: [{ name: 'tiny', cold_load: 600 }] })
  const recorder = recording(server.url)
  await recorder.generate({ prompt: 'Hi' })
  await recorder.generate({ prompt: 'Hi' })
  await recorder.generate({ prompt: 'Hi', options: { num_gpu: 4 } })
  const calls = await recorder.finish()
  expect(calls.map(({ cold, load_duration }) => [cold, load_duration])).toEqual([
    [true, 600],
    [false, 2],
    [true, 600],
  ])
})

test('other endpoints pass through unmeasured', async () => {
  await using server = await startScriptedOllama({ version: '9.9.9' })
  const recorder = recording(server.url)
  expect(await recorder.ollama.version()).toEqual({ version: '9.9.9' })
  expect((await recorder.ollama.list()).models).toHaveLength(1)
  expect(await recorder.finish()).toEqual([])
})

test("a request to another server is as it is without us, but for the trial's end", async () => {
  const { promise: waited, resolve: wait } = Promise.withResolvers<void>()
  const url = await serve((request, response) => {
    request.resume()
    if (request.url === '/redirects') response.writeHead(302, { location: '/' }).end()
    else if (request.url === '/packed') response.setHeader('content-encoding', 'gzip').end(gzipSync('packed'))
    else if (request.url === '/waits') wait()
    else response.end(String(request.headers['user-agent']))
  })
  const recorder = recording('http://127.0.0.1:1')
  const text = async (...request: Parameters<typeof fetch>) => (await recorder.fetch(...request)).text()
  expect(await text(`${url}/redirects`)).toBe('node')
  expect(await text(`${url}/packed`)).toBe('packed')
  expect(await text('data:,said')).toBe('said')
  await text(url, { headers: { authorization: 'Bearer one-of-another-server' } })
  expect(redact('a bad key: one-of-another-server')).toBe('a bad key: ***')
  const stop = new AbortController()
  const asked = recorder.fetch(new Request(`${url}/waits`, { signal: stop.signal }))
  await waited
  stop.abort()
  await expect(asked).rejects.toMatchObject({ name: 'AbortError' })
  expect(await recorder.finish()).toEqual([])
})

test("a request to the arm's server that is no call ends by its own signal too", async () => {
  const { promise: waited, resolve: wait } = Promise.withResolvers<void>()
  const recorder = recording(await serve(() => wait()))
  const stop = new AbortController()
  const asked = recorder.fetch(new Request(`${recorder.host}/api/tags`, { signal: stop.signal }))
  await waited
  stop.abort()
  await expect(asked).rejects.toMatchObject({ name: 'AbortError' })
  await recorder.finish()
})

test("a body that is no JSON object is the server's to refuse; an encoded one is refused here", async () => {
  const bodies: Promise<string>[] = []
  const url = await serve((request, response) => {
    bodies.push(readText(request))
    request.once('end', () => response.writeHead(400).end(JSON.stringify({ error: 'invalid character' })))
  })
  const recorder = recording(url)
  const malformed = '{"model":"tiny","prompt":"Hi",}'
  const post = (body: NonNullable<RequestInit['body']>, headers = {}): Promise<Response> =>
    recorder.fetch(`${url}/api/generate`, { method: 'POST', body, headers })
  expect(await (await post(malformed)).json()).toEqual({ error: 'invalid character' })
  const packed = await post(gzipSync('{"prompt":"Hi"}'), { 'content-encoding': 'gzip' })
  expect(packed.status).toBe(400)
  const calls = await recorder.finish()
  validateTrialCalls(calls)
  expect(calls.map(({ reason, message }) => [reason, message])).toEqual([
    ['http_error', expect.stringContaining('status 400 (invalid character)')],
    ['http_error', expect.stringMatching(/^The client encoded its request \(gzip\).*compression/)],
  ])
  expect(await Promise.all(bodies)).toEqual([malformed])
})
