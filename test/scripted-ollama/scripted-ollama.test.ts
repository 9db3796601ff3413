import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { spawnScriptedOllama, startScriptedOllama, type CallPlan, type LogEvent } from './index.ts'

type Json = Record<string, unknown>

async function post(url: string, path: string, body: Json): Promise<Json[]> {
  const text = await (await fetch(url + path, { method: 'POST', body: JSON.stringify(body) })).text()
  return text
    .trim()
    .split(/\s*\n\s*/)
    .map((line) => JSON.parse(line))
}

const last = (lines: Json[]): Json | undefined => lines.at(-1)

async function jittered(seed: number): Promise<unknown[]> {
  await using server = await startScriptedOllama({
    call: { ttft: 5, per_token: 1, tokens: 4, jitter: 0.1, seed },
  })
  const finals = []
  for (let i = 0; i < 3; i++)
    finals.push(last(await post(server.url, '/api/generate', { model: 'tiny', prompt: 'x' })))
  return finals.map((final) => final?.['eval_duration'])
}

describe('a call', () => {
  test('says what the script says, with counters exact to the nanosecond', async () => {
    await using server = await startScriptedOllama({
      call: { ttft: 25, load: 5, per_token: 1.5, tokens: 21, final_delay: 2 },
    })
    await post(server.url, '/api/generate', { model: 'tiny' })
    const lines = await post(server.url, '/api/generate', { model: 'tiny', prompt: 'Hi' })
    expect(lines).toHaveLength(22)
    expect(last(lines)).toMatchObject({
      done: true,
      done_reason: 'stop',
      eval_count: 21,
      eval_duration: 30_000_000,
      load_duration: 5_000_000,
      prompt_eval_duration: 20_000_000,
      total_duration: 57_000_000,
    })
    expect(server.log.map(({ event }) => event)).toEqual([
      'request',
      ...Array(21).fill('chunk'),
      'done',
      'end',
    ])
  })

  test.each([false, true])(
    'is never early, and late chunks do not delay the others (precise: %s)',
    async (precise) => {
      await using server = await startScriptedOllama({
        precise,
        call: { ttft: 40, per_token: 2.5, tokens: 200 },
      })
      const body = JSON.stringify({ model: 'tiny', prompt: 'Hi' })
      const response = await fetch(`${server.url}/api/generate`, { method: 'POST', body })
      // What is due while nothing else gets a turn is late by up to this much.
      const until = performance.now() + 200
      while (performance.now() < until);
      await response.text()
      const [arrived, ...events] = server.log as [LogEvent, ...LogEvent[]]
      const late = events.slice(0, 200).map(({ at }, i) => at - arrived.at - 40 - i * 2.5)
      expect(Math.min(...late)).toBeGreaterThan(-0.1)
      // Of waits one after the other each would be as late as the one before it, or later.
      const latest = Math.max(...late.slice(0, 100))
      expect(latest).toBeGreaterThan(150)
      expect(Math.min(...late.slice(100))).toBeLessThan(latest)
    },
  )

  test('is planned by rules, the last one to match wins; num_predict caps it', async () => {
    await using server = await startScriptedOllama({
      call: { tokens: 3 },
      rules: [
        { when: { calls: [1, 2] }, tokens: 4 },
        { when: { calls: 2 }, tokens: 5 },
        { when: { endpoint: 'chat', prompt: 'long' }, tokens: 6 },
        { when: { options: { temperature: 1 } }, tokens: 7 },
      ],
      plan: ({ body }) => (body['seed'] === 9 ? { tokens: 8 } : {}),
    })
    const bodies: [string, Json][] = [
      ['generate', { prompt: 'a' }],
      ['generate', { prompt: 'a' }],
      ['generate', { prompt: 'a long one' }],
      ['chat', { messages: [{ role: 'user', content: 'a long one' }] }],
      ['generate', { prompt: 'a', options: { temperature: 1 } }],
      ['generate', { prompt: 'a', options: { temperature: 1, num_predict: 2 } }],
      ['generate', { prompt: 'a', seed: 9 }],
    ]
    const finals = []
    for (const [path, body] of bodies)
      finals.push(last(await post(server.url, `/api/${path}`, { model: 'tiny', ...body })))
    expect(finals.map((final) => final?.['eval_count'])).toEqual([3, 4, 5, 6, 7, 2, 8])
    expect(finals[5]).toMatchObject({ done_reason: 'length' })
  })

  test('jitters the same way for the same seed, and differently from call to call', async () => {
    const [one, again, other] = [await jittered(1), await jittered(1), await jittered(2)]
    expect(again).toEqual(one)
    expect(other).not.toEqual(one)
    expect(new Set(one).size).toBe(3)
  })

  test.each([
    [{ fault: { kind: 'no_done', after: 2, repeats: 31 } }, 33],
    [{ fault: { kind: 'error_line', after: 2 } }, 3],
    [{ fault: { kind: 'empty' } }, 1],
    [{ coalesce: 4, newline: '\r\n', blank: true, tokens: 9 }, 10],
  ] as [CallPlan, number][])('%o', async (call, lines) => {
    await using server = await startScriptedOllama({ call })
    expect(await post(server.url, '/api/generate', { model: 'tiny', prompt: 'Hi' })).toHaveLength(lines)
  })

  test('notices a client that leaves', async () => {
    await using server = await startScriptedOllama({ call: { tokens: 10_000 } })
    const stop = new AbortController()
    const body = JSON.stringify({ model: 'tiny', prompt: 'Hi' })
    const response = await fetch(`${server.url}/api/generate`, { method: 'POST', body, signal: stop.signal })
    await response.body?.getReader().read()
    stop.abort()
    await expect.poll(() => server.log.at(-1)?.event).toBe('disconnect')
  })
})

test('models are loaded, clamped, reloaded and unloaded as Ollama does', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  await using server = await startScriptedOllama({
    models: [{ name: 'tiny', min_ctx: 2048, block_count: 19, size: 1000, cold_load: 10 }],
    unload_lag: 60,
  })
  const generate = async (body: Json): Promise<Json | undefined> =>
    last(await post(server.url, '/api/generate', { model: 'tiny:latest', ...body }))
  const ps = async (): Promise<unknown[]> =>
    ((await (await fetch(`${server.url}/api/ps`)).json()) as { models: unknown[] }).models
  expect(await generate({ options: { num_ctx: 512, num_gpu: 10 } })).toMatchObject({
    done: true,
    done_reason: 'load',
  })
  expect(await ps()).toMatchObject([
    { name: 'tiny:latest', context_length: 2048, size: 1000, size_vram: 500 },
  ])
  // num_ctx 1024 is clamped to the same 2048, and a default num_gpu matches any runner.
  expect(await generate({ prompt: 'x', options: { num_ctx: 1024 } })).toMatchObject({
    load_duration: 2_000_000,
  })
  expect(await generate({ prompt: 'x', options: { num_ctx: 4096 } })).toMatchObject({
    load_duration: 10_000_000,
  })
  expect(await generate({ keep_alive: 0 })).toMatchObject({ done_reason: 'unload' })
  expect(await ps()).toHaveLength(1)
  vi.advanceTimersByTime(59)
  expect(await ps()).toHaveLength(1)
  vi.advanceTimersByTime(1)
  expect(await ps()).toEqual([])
  expect(last(await post(server.url, '/api/generate', { model: 'absent', prompt: 'x' }))).toEqual({
    error: "model 'absent' not found",
  })
})

test('it runs in a process of its own, which ends with it', async () => {
  const child = await spawnScriptedOllama({ call: { tokens: 3 } })
  expect(await post(child.url, '/api/generate', { model: 'tiny', prompt: 'Hi' })).toHaveLength(4)
  expect((await child.log()).map(({ event }) => event)).toEqual([
    'request',
    'chunk',
    'chunk',
    'chunk',
    'done',
    'end',
  ])
  expect(await child.requests()).toMatchObject([
    { method: 'POST', path: '/api/generate', body: { prompt: 'Hi' } },
  ])
  await child.rescript({ call: { tokens: 5 } })
  await child.clear()
  expect(await post(child.url, '/api/generate', { model: 'tiny', prompt: 'Hi' })).toHaveLength(6)
  expect(await child.requests()).toHaveLength(1)
  await child.close()
  await expect(fetch(child.url)).rejects.toThrow()
})
