import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  startScriptedOllama,
  type CallPlan,
  type LogEvent,
  type ScriptedOllama,
} from '../../test/scripted-ollama/index.ts'
import { recording } from '../../test/scripted-ollama/recording.ts'
import { validateTrialCalls } from '../../test/scripted-ollama/schema.ts'
import { serve } from '../../test/support/serve.ts'
import type { Call } from '../schema/generated.ts'
import type { RecorderOptions } from './index.ts'

/** However long it takes: what is waited for comes, or the test fails. */
const PATIENT = { timeout: 60_000, interval: 10 }

/** The server sees `clients` of them go before their replies' end. */
async function seenLeaving(server: ScriptedOllama, clients = 1): Promise<void> {
  const left = (): LogEvent[] => server.log.filter(({ event }) => event === 'disconnect')
  await vi.waitFor(() => expect(left()).toHaveLength(clients), PATIENT)
}

/** A server that says what it likes. */
async function listen(onSocket: (socket: Socket, server: Server) => void): Promise<string> {
  const server = createServer((socket) =>
    onSocket(
      socket.on('error', () => {}),
      server,
    ),
  )
  onTestFinished(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

interface Failure {
  call: Call
  error: Error
}

/** One generate call against a plan: what the agent saw, and the record. */
async function fail(
  plan: CallPlan,
  options: Partial<RecorderOptions> = {},
  then?: (server: ScriptedOllama) => Promise<void>,
): Promise<Failure> {
  await using server = await startScriptedOllama({ call: plan })
  const recorder = recording(server.url, options)
  const error = await recorder.generate({ prompt: 'Hi' }).then(
    () => new Error('none'),
    (error: Error) => error,
  )
  const [call] = await recorder.finish()
  await then?.(server)
  if (!call) throw new Error('no call was recorded')
  validateTrialCalls([call])
  return { call, error }
}

describe('every broken call is invalid for exactly one reason, and says its cure', () => {
  test.each([
    [
      'a full queue',
      { fault: { kind: 'status', status: 503, error: 'server busy, please try again' } },
      'busy',
      /server busy.*OLLAMA_MAX_QUEUE/,
    ],
    [
      'a crash of the runner',
      { fault: { kind: 'status', status: 500, error: 'model requires more system memory' } },
      'http_error',
      /status 500 \(model requires more/,
    ],
    [
      'a proxy in between',
      { fault: { kind: 'status', status: 502, body: '<h1>Bad\u001b[31m gateway</h1>' } },
      'http_error',
      /502 \(<h1>Bad \[31m gateway/,
    ],
    [
      'an error line',
      { fault: { kind: 'error_line', after: 3, error: 'out of memory' } },
      'stream_error',
      /out of memory/,
    ],
    [
      'an error that is a sentence',
      { fault: { kind: 'error_line', error: 'The model crashed.' } },
      'stream_error',
      /an error: The model crashed\. Check/,
    ],
    [
      'an endpoint that LM Studio does not have',
      { fault: { kind: 'error_line', error: 'Unexpected endpoint or method. (POST /api/generate)' } },
      'stream_error',
      /no such endpoint \(Unexpected endpoint.*`api` and `host`/,
    ],
    ['an error line at once', { fault: { kind: 'error_line' } }, 'stream_error', /runner process/],
    [
      'no final object',
      { fault: { kind: 'no_done', after: 4 } },
      'no_done',
      /^The stream ended without its final object\. Ollama.*does not end in repeats, check the server's log\.$/,
    ],
    [
      'no final object after repeats',
      { tokens: 60, fault: { kind: 'no_done', after: 5, repeats: 31 } },
      'no_done',
      /object after 31 identical chunks\..*or change the prompt\.$/,
    ],
    ['a reset', { fault: { kind: 'reset', after: 3 } }, 'truncated_stream', /reply is incomplete/],
    [
      'a reset before any byte',
      { fault: { kind: 'reset' } },
      'truncated_stream',
      /closed the connection without a reply.*https:/,
    ],
    [
      'credentials that are missing',
      { fault: { kind: 'status', status: 401, error: 'unauthorized' } },
      'http_error',
      /credentials with status 401 \(unauthorized\).*`headers`/,
    ],
    [
      'credentials that are refused',
      { fault: { kind: 'status', status: 403, error: 'forbidden' } },
      'http_error',
      /credentials with status 403 \(forbidden\).*`headers`/,
    ],
    [
      'a proxy that speaks TLS only',
      { fault: { kind: 'status', status: 400, body: 'The plain HTTP request was sent to HTTPS port' } },
      'http_error',
      /expects TLS.*Use https:\/\/ in OLLAMA_HOST/,
    ],
    [
      'half a line',
      { fault: { kind: 'partial_line', after: 3 } },
      'truncated_stream',
      /last line is incomplete/,
    ],
    ['an empty reply', { fault: { kind: 'empty' } }, 'no_tokens', /no eval_count/],
    ['no counters', { counters: false }, 'no_tokens', /did not count the tokens.*no eval_count/],
    ['counters, but no content', { tokens: 2, text: [''] }, 'no_tokens', /no content/],
    ['a reason that is none', { done_reason: 'load' }, 'no_tokens', /"load"/],
    ['silence before the first byte', { fault: { kind: 'stall' } }, 'timeout', /did not start within 400 ms/],
    [
      'silence in the middle',
      { fault: { kind: 'stall', after: 3 } },
      'timeout',
      /stalled for more than 400 ms/,
    ],
  ] as const satisfies [string, CallPlan, string, RegExp][])('%s', async (_name, plan, reason, message) => {
    using _ = vi.spyOn(console, 'log').mockImplementation(() => {})
    // Only a silence that is scripted may be called one, however busy the machine is.
    const { call, error } = await fail(plan, { timeout: reason === 'timeout' ? 400 : 30_000 })
    expect(call).toMatchObject({ valid: false, reason, message: expect.stringMatching(message) })
    expect(error).toMatchObject({ name: 'ChimeraError', code: reason, message: call.message })
  })

  test('a model that is not there', async () => {
    await using server = await startScriptedOllama()
    const recorder = recording(server.url, { arm: { name: 'a', model: 'absent' } })
    await expect(recorder.chat({ messages: [{ role: 'user', content: 'Hi' }] })).rejects.toThrow(
      /`ollama pull absent`/,
    )
    await expect(recorder.ollama.generate({ model: 'absent', prompt: 'Hi' })).rejects.toMatchObject({
      name: 'ResponseError',
      status_code: 404,
    })
    const calls = await recorder.finish()
    expect(calls).toMatchObject([{ reason: 'model_missing' }, { reason: 'model_missing', streamed: false }])
    validateTrialCalls(calls)
  })

  test('no server', async () => {
    const free = createServer().listen(0, '127.0.0.1')
    await once(free, 'listening')
    const host = `http://127.0.0.1:${(free.address() as AddressInfo).port}`
    await new Promise((closed) => free.close(closed))
    const recorder = recording(host)
    await expect(recorder.generate({ prompt: 'Hi' })).rejects.toThrow(/ECONNREFUSED.*`ollama serve`/)
    await expect(recorder.ollama.generate({ model: 'tiny', prompt: 'Hi' })).rejects.toMatchObject({
      message: 'fetch failed',
      cause: { code: 'ECONNREFUSED' },
    })
    const calls = await recorder.finish()
    expect(calls).toMatchObject([{ reason: 'unreachable', chunks: 0 }, { reason: 'unreachable' }])
    validateTrialCalls(calls)
  })

  test('a server that closes the connection within its reply', async () => {
    const piece = '{"response":"a","done":false}\n'
    const size = piece.length.toString(16)
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
    const url = await listen((socket) => {
      socket.once('data', () => socket.end(`${head}${size}\r\n${piece}\r\n`))
    })
    await expect(recording(url).generate({ prompt: 'Hi' })).rejects.toMatchObject({
      code: 'truncated_stream',
      message: expect.stringContaining('incomplete (the connection was closed)') as string,
    })
  })

  test('a server that does not take the whole request', async () => {
    const recorder = recording(await listen((socket) => socket.once('data', () => socket.resetAndDestroy())))
    await expect(recorder.generate({ prompt: 'x'.repeat(20_000_000) })).rejects.toMatchObject({
      code: 'truncated_stream',
      message: expect.stringMatching(/closed the connection (while|without)/) as string,
    })
  })

  test('a server that does not read the request is silent, and is there', async () => {
    const recorder = recording(await listen((socket) => socket.pause()), { timeout: 500 })
    await expect(recorder.generate({ prompt: 'x'.repeat(20_000_000) })).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('did not start within 500 ms') as string,
    })
  })

  test('a server of another kind', async () => {
    const recorder = recording(await listen((socket) => socket.end('SSH-2.0-OpenSSH\r\n')))
    await expect(recorder.generate({ prompt: 'Hi' })).rejects.toMatchObject({ code: 'unreachable' })
  })

  test('a server that closed a kept-alive connection, and is gone', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const line = JSON.stringify({ response: 'a', done: true, done_reason: 'stop', eval_count: 1 })
    const url = await listen((socket, server) => {
      socket.once('data', () => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${line.length}\r\n\r\n${line}`)
        socket.once('data', () => server.close(() => {}) && socket.resetAndDestroy())
      })
    })
    const recorder = recording(url)
    await recorder.generate({ prompt: 'Hi' })
    await sleep(10)
    vi.advanceTimersByTime(2000)
    await expect(recorder.generate({ prompt: 'Hi' })).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/^No model server answers at .*ECONNREFUSED/),
    })
    const calls = await recorder.finish()
    validateTrialCalls(calls)
    expect(calls).toMatchObject([{ valid: true }, { valid: false, chunks: 0 }])
  })

  test('bytes in the middle of a reply that are no HTTP', async () => {
    const line = `${JSON.stringify({ response: 'a', done: false })}\n`
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
    const url = await listen((socket) => {
      socket.once('data', () =>
        socket.end(`${head}${line.length.toString(16)}\r\n${line}\r\nInternal error\r\n`),
      )
    })
    const recorder = recording(url)
    await expect(recorder.generate({ prompt: 'Hi' })).rejects.toMatchObject({ code: 'truncated_stream' })
  })

  test('another protocol, which nobody asked for', async () => {
    const head = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'
    const url = await listen((socket) => void socket.once('data', () => socket.write(head)))
    const recorder = recording(url, { timeout: 60_000 })
    await expect(recorder.generate({ prompt: 'Hi' })).rejects.toMatchObject({
      code: 'http_error',
      message: expect.stringContaining('answered with status 101'),
    })
  })

  test('context that is too small', async () => {
    const plan = { prompt_tokens: 1000, tokens: 24 }
    expect((await fail(plan, { effectiveContext: 1024 })).call).toMatchObject({
      reason: 'context_overflow',
      message: expect.stringContaining('1024 tokens in a context of 1024'),
    })
    expect((await fail(plan, { effectiveContext: 1025 })).call).toMatchObject({ valid: true })
    expect((await fail(plan)).call).toMatchObject({ valid: true })
  })

  test("the context of the arm's model says nothing of another model, nor of a num_ctx of the call", async () => {
    const models = [{ name: 'tiny' }, { name: 'other' }]
    await using server = await startScriptedOllama({ models, call: { prompt_tokens: 1000, tokens: 24 } })
    const arm = { name: 'a', model: 'tiny', options: { num_ctx: 1024 } }
    const recorder = recording(server.url, { arm, effectiveContext: 1024 })
    await recorder.ollama.generate({ model: 'other', prompt: 'Hi' })
    await recorder.ollama.generate({ model: 'tiny', prompt: 'Hi', options: { num_ctx: 2048 } })
    await recorder.ollama.generate({ model: 'tiny:latest', prompt: 'Hi', options: { num_ctx: 1024 } })
    expect((await recorder.finish()).map(({ reason }) => reason)).toEqual([
      undefined,
      undefined,
      'context_overflow',
    ])
  })
})

describe('a runaway', () => {
  test('is ended at the server when its chunks pass the bound', async () => {
    const { call } = await fail({ tokens: 10_000, per_token: 2 }, { bound: { tokens: 12 } }, seenLeaving)
    expect(call).toMatchObject({ reason: 'runaway', message: expect.stringContaining('12 tokens') })
    expect(call.chunks).toBeGreaterThan(12)
  })

  test('is ended at the server when it lasts too long', async () => {
    const { call } = await fail({ tokens: 10_000, per_token: 5 }, { bound: { ms: 120 } }, seenLeaving)
    expect(call).toMatchObject({ reason: 'runaway', message: expect.stringContaining('120 ms') })
    expect(call.duration).toBeGreaterThanOrEqual(120)
  })

  test('is known by its eval_count when few chunks carried many tokens', async () => {
    const { call } = await fail({ tokens: 40, per_chunk: 10 }, { bound: { tokens: 39 } })
    expect(call).toMatchObject({ reason: 'runaway', chunks: 4, eval_count: 40 })
  })

  test('is none at the bound itself', async () => {
    expect((await fail({ tokens: 40 }, { bound: { tokens: 40, ms: 60_000 } })).call.valid).toBe(true)
  })
})

test.each([{ fault: { kind: 'stall' } }, { fault: { kind: 'stall', after: 2 } }] as const)(
  'a timeout is seen by the server: %o',
  async (plan) => {
    expect((await fail(plan, { timeout: 80 }, seenLeaving)).call.reason).toBe('timeout')
  },
)

test('silence is measured from the last byte: a long reply without pauses has none', async () => {
  const { call } = await fail({ ttft: 100, per_token: 100, tokens: 24 }, { timeout: 2000 })
  expect(call.duration).toBeGreaterThan(2000)
  expect(call).toMatchObject({ valid: true })
})

test('a pause below the limit is none', async () => {
  const { call } = await fail({ fault: { kind: 'stall', after: 5, ms: 200 } }, { timeout: 30_000 })
  expect(call.valid).toBe(true)
  // The gap itself is shorter where the chunk before it was read late.
  expect(call.duration).toBeGreaterThanOrEqual(199)
  expect(call.chunks).toBe(20)
})

test('an error that is null is none', async () => {
  const lines = [
    { response: 'a', done: false, error: null },
    { response: '', done: true, done_reason: 'stop', eval_count: 1, error: null },
  ]
  const url = await serve((request, response) => {
    request.resume()
    response.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  })
  const recorder = recording(url)
  expect(await recorder.generate({ prompt: 'Hi' })).toMatchObject({ response: 'a' })
  expect(await recorder.finish()).toMatchObject([{ valid: true }])
})

test('a stream need not end cleanly after its final object', async () => {
  const { call, error } = await fail({ fault: { kind: 'reset_after_done' } })
  expect(call).toMatchObject({ valid: true, eval_count: 20 })
  expect(error.message).toBe('none')
})

describe('the raw client sees what it would see without us', () => {
  test.each([
    [
      { fault: { kind: 'status', status: 503, error: 'busy' } },
      { name: 'ResponseError', message: 'busy', status_code: 503 },
    ],
    [{ fault: { kind: 'error_line', after: 1, error: 'boom' } }, { name: 'Error', message: 'boom' }],
    [
      { fault: { kind: 'no_done', after: 1 } },
      { message: 'Did not receive done or success response in stream.' },
    ],
    [{ fault: { kind: 'reset', after: 1 } }, { name: 'TypeError', message: 'terminated' }],
  ] as const)('%o', async (plan, expected) => {
    await using server = await startScriptedOllama({ call: plan })
    const recorder = recording(server.url)
    const read = async (): Promise<void> => {
      for await (const _ of await recorder.ollama.generate({ model: 'tiny', prompt: 'Hi', stream: true }));
    }
    await expect(read()).rejects.toMatchObject(expected)
    expect((await recorder.finish())[0]?.valid).toBe(false)
  })
})

describe('calls nobody waits for', () => {
  test('an abandoned stream is aborted at the server', async () => {
    await using server = await startScriptedOllama({ call: { tokens: 10_000, per_token: 2 } })
    const recorder = recording(server.url)
    for await (const _ of await recorder.ollama.generate({ model: 'tiny', prompt: 'Hi', stream: true })) break
    const [call] = await recorder.finish()
    expect(call).toMatchObject({
      reason: 'truncated_stream',
      message: expect.stringContaining('The agent returned before'),
    })
    await seenLeaving(server)
  })

  test('a dropped promise never surfaces', async () => {
    await using server = await startScriptedOllama({
      rules: [{ when: { prompt: 'fails' }, fault: { kind: 'status', status: 500 } }],
      call: { ttft: 60_000 },
    })
    const unhandled: unknown[] = []
    const note = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', note)
    onTestFinished(() => void process.off('unhandledRejection', note))
    const recorder = recording(server.url)
    void recorder.generate({ prompt: 'fails' })
    void recorder.ollama.generate({ model: 'tiny', prompt: 'fails' })
    void recorder.ollama.chat({ model: 'tiny', messages: [{ role: 'user', content: 'fails' }], stream: true })
    await vi.waitFor(
      () => expect(server.log.filter(({ event }) => event === 'fault')).toHaveLength(3),
      PATIENT,
    )
    await sleep(100)
    void recorder.generate({ prompt: 'open' }).then((reply) => reply.done)
    void recorder.ollama.generate({ model: 'tiny', prompt: 'open' }).then((reply) => reply.done)
    await vi.waitFor(() => expect(server.requests).toHaveLength(5), PATIENT)
    const calls = await recorder.finish()
    void recorder.generate({ prompt: 'late' }).then((reply) => reply.done)
    await sleep(50)
    expect(calls.map(({ reason }) => reason)).toEqual([
      'http_error',
      'http_error',
      'http_error',
      'truncated_stream',
      'truncated_stream',
    ])
    expect(unhandled).toEqual([])
    expect(server.requests).toHaveLength(5)
  })

  test('an agent that aborts its own stream', async () => {
    await using server = await startScriptedOllama({ call: { tokens: 10_000 } })
    const recorder = recording(server.url)
    const stream = await recorder.ollama.generate({ model: 'tiny', prompt: 'Hi', stream: true })
    const read = async (): Promise<void> => {
      for await (const _ of stream) stream.abort()
    }
    await expect(read()).rejects.toMatchObject({ name: 'AbortError' })
    const [call] = await recorder.finish()
    expect(call).toMatchObject({
      reason: 'truncated_stream',
      message: expect.stringContaining('The agent aborted the call'),
    })
  })
})

test('an interruption ends every call, at the server too', async () => {
  await using server = await startScriptedOllama({ call: { tokens: 10_000 } })
  const stop = new AbortController()
  const recorder = recording(server.url, { signal: stop.signal })
  const results = Promise.allSettled([
    recorder.generate({ prompt: 'a' }),
    recorder.ollama.generate({ model: 'tiny', prompt: 'b' }),
  ])
  await vi.waitFor(() => expect(server.requests).toHaveLength(2), PATIENT)
  stop.abort()
  expect(await results).toMatchObject([
    { reason: { code: 'interrupted' } },
    { reason: { code: 'interrupted' } },
  ])
  await expect(recorder.generate({ prompt: 'c' })).rejects.toMatchObject({ code: 'interrupted' })
  const calls = await recorder.finish()
  expect(calls).toMatchObject([{ reason: 'interrupted' }, { reason: 'interrupted' }])
  await seenLeaving(server, 2)
})
