import { setTimeout as delay } from 'node:timers/promises'
import { Ollama } from 'ollama'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { embedded, type RunningServer } from './index.ts'

let server: RunningServer
let ollama: Ollama
const model = 'gemma3'
const one = { num_predict: 1 }

beforeAll(async () => {
  server = await embedded().start()
  ollama = new Ollama({ host: server.url })
})
afterAll(() => server.stop())
beforeEach(async () => {
  await ollama.generate({ model, prompt: '', keep_alive: 0 })
  expect((await ollama.ps()).models).toEqual([])
})

function cached(reply: object): number {
  return (reply as { prompt_eval_cached_count: number }).prompt_eval_cached_count
}

/** Whether a call with these options finds the runner of the one before it, with its prompt still in the cache. */
async function isWarm(options: object): Promise<boolean> {
  const prompt = 'The same words every time. '.repeat(4)
  return cached(await ollama.generate({ model, prompt, options: { ...one, ...options } })) > 0
}

test('an empty prompt loads, keep_alive 0 with one unloads', async () => {
  const loaded = await ollama.generate({ model, prompt: '', options: { num_ctx: 1024 } })
  expect(loaded).toMatchObject({ done: true, done_reason: 'load', response: '' })
  expect(loaded).not.toHaveProperty('eval_count')
  const [running] = (await ollama.ps()).models
  expect(running).toMatchObject({ name: 'gemma3:latest', size_vram: 0, context_length: 1024 })
  expect(running!.size).toBeGreaterThan(2e6)
  const unloaded = await ollama.chat({ model, messages: [], keep_alive: 0 })
  expect(unloaded).toMatchObject({ done_reason: 'unload', message: { role: 'assistant', content: '' } })
  expect((await ollama.ps()).models).toEqual([])
})

test('num_ctx is cut to what the model was trained on', async () => {
  await ollama.generate({ model, prompt: '', options: { num_ctx: 1e6 } })
  expect((await ollama.ps()).models).toMatchObject([{ context_length: 8192 }])
})

test('other runner options reload, sampling options and a default num_gpu do not', async () => {
  expect(await isWarm({ num_gpu: 80 })).toBe(false)
  for (const options of [{ num_gpu: 80, temperature: 0 }, { seed: 3 }])
    expect(await isWarm(options), JSON.stringify(options)).toBe(true)
  for (const options of [{ num_gpu: 60 }, { num_ctx: 2048 }, { num_ctx: 2048, num_batch: 64 }])
    expect(await isWarm(options), JSON.stringify(options)).toBe(false)
})

test('keep_alive counts from the end of the last request', async () => {
  await ollama.generate({ model, prompt: 'x', options: one, keep_alive: '1500ms' })
  expect((await ollama.ps()).models).toHaveLength(1)
  await expect.poll(async () => (await ollama.ps()).models).toEqual([])
  await ollama.generate({ model, prompt: 'x', options: one, keep_alive: -1 })
  const [running] = (await ollama.ps()).models
  expect(new Date(running!.expires_at).getFullYear()).toBeGreaterThan(2200)
})

test('the prefix of the last prompt is not evaluated again', async () => {
  const prompt = 'The same words at the head. '.repeat(20)
  const first = await ollama.generate({ model, prompt: `${prompt}One.`, options: one })
  const second = await ollama.generate({ model, prompt: `${prompt}Two.`, options: one })
  const other = await ollama.generate({ model, prompt: `Unlike. ${prompt}`, options: one })
  expect(cached(first)).toBe(0)
  expect(cached(second)).toBeGreaterThan(second.prompt_eval_count * 0.9)
  expect(cached(other)).toBeLessThan(other.prompt_eval_count * 0.1)
})

test('requests at once are served one after the other, each whole', async () => {
  const asked = Array.from({ length: 6 }, (_, index) => {
    // Every other one wants another runner, so that reloads wait for replies under way.
    const options = { num_ctx: index % 2 === 0 ? 1024 : 2048, seed: index }
    return ollama.generate({ model, prompt: 'Write a report.', options })
  })
  for (const reply of await Promise.all(asked)) {
    expect(reply).toMatchObject({ done: true, done_reason: 'stop' })
    expect(reply.response).toMatch(/^## Executive Summary[^]*\.$/)
  }
})

/** A quarter of a million items: a reply that runs to its limit of ten contexts, longer than any test may take. */
const endless = {
  format: { type: 'array', items: { type: 'array', items: { const: 'on' }, minItems: 500 }, minItems: 500 },
  options: { num_ctx: 8192 },
}

test('a client that leaves frees the engine', async () => {
  const leaving = new Ollama({ host: server.url })
  const stream = await leaving.generate({ model, prompt: 'x', ...endless, stream: true })
  const chunks = stream[Symbol.asyncIterator]()
  for (let count = 0; count < 5; count++) await chunks.next()
  stream.abort()
  // Chunks that had arrived by then may still come.
  const rest = async (): Promise<void> => {
    while (!(await chunks.next()).done);
  }
  await expect(rest()).rejects.toThrow('abort')
  expect(await ollama.generate({ model, prompt: 'y', options: one })).toMatchObject({ eval_count: 1 })
})

test('a client that leaves the line is forgotten', async () => {
  const { options } = endless
  const stream = await ollama.generate({ model, prompt: 'x', options, stream: true })
  const waiting = new AbortController()
  const body = JSON.stringify({ model, prompt: 'y', ...endless })
  const asked = fetch(`${server.url}/api/generate`, { method: 'POST', body, signal: waiting.signal })
  await delay(20)
  waiting.abort()
  await expect(asked).rejects.toThrow('abort')
  for await (const _ of stream);
  // It would keep the engine busy, and its model in memory, for minutes.
  await ollama.generate({ model, prompt: '', keep_alive: 0 })
  await expect.poll(async () => (await ollama.ps()).models).toEqual([])
})

test('with parallel: 2 two replies grow side by side', async () => {
  const wide = await embedded({ parallel: 2 }).start()
  onTestFinished(() => wide.stop())
  const client = new Ollama({ host: wide.url })
  const reply = async () => {
    let text = ''
    // When the engine wrote each: a busy machine lets the reader find a reply whole.
    const times: number[] = []
    for await (const chunk of await client.generate({
      model,
      prompt: 'Write.',
      stream: true,
      options: { seed: 1 },
    })) {
      times.push(Number(new Date(chunk.created_at)))
      text += chunk.response ?? ''
    }
    return { text, first: Math.min(...times), last: Math.max(...times) }
  }
  const [a, b] = await Promise.all([reply(), reply()])
  expect(a.text).toMatch(/^## Executive Summary[^]*\.$/)
  expect(b.text).toMatch(/^## Executive Summary[^]*\.$/)
  expect(a.first).toBeLessThan(b.last)
  expect(b.first).toBeLessThan(a.last)
})
