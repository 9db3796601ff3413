import { setTimeout as sleep } from 'node:timers/promises'
import OpenAI from 'openai'
import { describe, expect, test } from 'vitest'
import { startScriptedOllama, type CallPlan, type Script } from '../../../test/scripted-ollama/index.ts'
import { recording } from '../../../test/scripted-ollama/recording.ts'
import { serve } from '../../../test/support/serve.ts'
import { validateTrialCalls } from '../../../test/scripted-ollama/schema.ts'
import type { Call } from '../../schema/generated.ts'
import type { RecorderOptions } from '../index.ts'

type Work = (client: OpenAI) => Promise<unknown>

/** One call through the official client; what it returned or threw, its record, and the body that arrived. */
async function callOpenAI(work: Work, script: Script = {}, options: Partial<RecorderOptions> = {}) {
  await using server = await startScriptedOllama(script)
  const recorder = recording(server.url, options)
  const client = new OpenAI({
    baseURL: `${recorder.host}/v1`,
    apiKey: 'none',
    fetch: recorder.fetch,
    maxRetries: 0,
  })
  const result = await work(client).catch((error: unknown) => error)
  const calls = await recorder.finish()
  validateTrialCalls(calls)
  const [call] = calls
  if (call === undefined || calls.length > 1) throw new Error(`${calls.length} calls were recorded`)
  return { result, call, body: server.requests.at(-1)?.body, log: server.log }
}

const messages = [{ role: 'user' as const, content: 'Hi' }]

/** All that comes of a stream. */
async function all(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const items: unknown[] = []
  for await (const item of stream) items.push(item)
  return items
}

/** All chunks of a streamed chat. */
const streamed: Work = async (client) =>
  all(await client.chat.completions.create({ model: 'tiny', messages, stream: true }))

const plan: CallPlan = { ttft: 20, per_token: 2, tokens: 20, prompt_tokens: 11, cached_tokens: 4 }

describe('a reply of each endpoint', () => {
  test('a streamed chat: times, tokens and its end', async () => {
    const { call, result } = await callOpenAI(streamed, { call: { ...plan, thinking: 5 } })
    expect(call).toMatchObject({
      endpoint: 'chat_completions',
      via: 'context',
      streamed: true,
      valid: true,
      chunks: 20,
      done_reason: 'stop',
      prompt_eval_count: 11,
      prompt_eval_cached_count: 4,
      eval_count: 20,
      options: { seed: 7 },
    })
    expect(call.ttft).toBe(call.chunk_times?.[0])
    expect(call.ttft_content).toBe(call.chunk_times?.[5])
    expect(call.e2e_latency).toBe(call.chunk_times?.at(-1))
    expect(call).not.toHaveProperty('eval_duration')
    expect(call).not.toHaveProperty('ttft_parts')
    // 20 pieces and the reason; usage was asked for where the request left, and hidden.
    expect(result).toHaveLength(21)
    expect(JSON.stringify(result)).not.toContain('prompt_tokens')
  })

  test('usage reaches a client that asked for it', async () => {
    const asking: Work = async (client) =>
      all(
        await client.chat.completions.create({
          model: 'tiny',
          messages,
          stream: true,
          stream_options: { include_usage: true },
        }),
      )
    const { result, call } = await callOpenAI(asking, { call: plan })
    expect((result as unknown[]).at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 20 } })
    expect(call.eval_count).toBe(20)
  })

  test('a chat that is not streamed has no first token', async () => {
    const { call, result } = await callOpenAI(
      (client) => client.chat.completions.create({ model: 'tiny', messages }),
      { call: plan },
    )
    expect(call).toMatchObject({
      streamed: false,
      valid: true,
      chunks: 1,
      eval_count: 20,
      done_reason: 'stop',
    })
    for (const absent of ['ttft', 'ttft_content', 'chunk_times', 'itl'])
      expect(call).not.toHaveProperty(absent)
    expect(result).toMatchObject({ choices: [{ message: { content: expect.stringMatching(/^ The/) } }] })
  })

  test.each([true, false])('text completions, streamed: %s', async (stream) => {
    const { call } = await callOpenAI(
      async (client) => {
        const reply = await client.completions.create({ model: 'tiny', prompt: 'Hi', stream })
        if (Symbol.asyncIterator in reply) await all(reply)
      },
      { call: plan },
    )
    expect(call).toMatchObject({ endpoint: 'completions', streamed: stream, valid: true, eval_count: 20 })
    expect('ttft' in call).toBe(stream)
  })

  test.each([true, false])('responses, streamed: %s; cut at its limit', async (stream) => {
    const { call, body } = await callOpenAI(
      async (client) => {
        const input = { model: 'tiny', input: 'Hi', max_output_tokens: 16, stream }
        const reply = await client.responses.create(input)
        if (Symbol.asyncIterator in reply) await all(reply)
      },
      { call: { ...plan, thinking: 3 } },
      { arm: { name: 'a', model: 'tiny', options: { temperature: 0.5 } } },
    )
    expect(call).toMatchObject({
      endpoint: 'responses',
      streamed: stream,
      valid: true,
      eval_count: 16,
      done_reason: 'length',
      options: { temperature: 0.5, max_output_tokens: 16 },
    })
    expect(body).toMatchObject({ input: '[n0nce]\nHi', temperature: 0.5 })
    expect(body).not.toHaveProperty('seed')
    if (stream) expect(call.ttft_content).toBe(call.chunk_times?.[3])
  })

  test('tool calls are first content, and a reason of their own', async () => {
    const tool_calls = [{ index: 0, id: 'a', function: { name: 'weather', arguments: '{}' } }]
    const { call } = await callOpenAI(streamed, { call: { tokens: 1, text: [''], tool_calls } })
    expect(call).toMatchObject({ valid: true, chunks: 1, done_reason: 'tool_calls' })
    expect(call).not.toHaveProperty('ttft_content')
  })

  test.each(['/v1/embeddings', '/api/embed'])('%s is counted, without a first token', async (path) => {
    await using server = await startScriptedOllama({ call: plan })
    const recorder = recording(server.url)
    const body = JSON.stringify({ model: 'tiny', input: 'Hi' })
    const reply = await recorder.fetch(server.url + path, { method: 'POST', body })
    expect(reply.ok).toBe(true)
    await reply.json()
    const [call] = await recorder.finish()
    validateTrialCalls([call])
    expect(call).toMatchObject({ endpoint: 'embed', streamed: false, valid: true, prompt_eval_count: 11 })
    for (const absent of ['ttft', 'itl', 'done_reason']) expect(call).not.toHaveProperty(absent)
    expect(server.requests.at(-1)?.body).toMatchObject({ input: 'Hi' })
  })
})

describe("what a server says of its own clocks, in the fields of Ollama's", () => {
  test.each(['llama.cpp', 'vllm'] as const)('%s', async (product) => {
    const { call } = await callOpenAI(streamed, { product, call: plan })
    // The scripted load of 2 ms is part of no prompt evaluation.
    expect(call).toMatchObject({ prompt_eval_duration: 18, eval_duration: 38, eval_count: 20 })
    expect(call.ttft_parts).toMatchObject({ load: 0, prompt: 18 })
  })

  test('llama-server counts the cached part of a prompt apart', async () => {
    const { call } = await callOpenAI(streamed, {
      product: 'llama.cpp',
      call: { ...plan, counters: { eval_count: 20 } },
    })
    expect(call).toMatchObject({ prompt_eval_count: 11, prompt_eval_cached_count: 4 })
  })
})

describe('what arm and trial put in', () => {
  test("the arm's options under the protocol's names, where the call sets none", async () => {
    const options = { temperature: 0.5, num_predict: 9, stop: ['x'], top_p: 0.9, presence_penalty: 1 }
    const { body, call } = await callOpenAI(
      (client) => client.chat.completions.create({ model: '', messages, top_p: 0.1 }),
      {},
      { arm: { name: 'a', model: 'tiny', options } },
    )
    const sent = { seed: 7, temperature: 0.5, max_tokens: 9, stop: ['x'], top_p: 0.1, presence_penalty: 1 }
    expect(body).toEqual({ ...sent, model: 'tiny', messages: [{ role: 'user', content: '[n0nce]\nHi' }] })
    expect(call.options).toEqual(sent)
  })

  test('a limit under its new name stands alone; an unlimited one is no limit', async () => {
    const arm = { name: 'a', model: 'tiny', options: { num_predict: 9 } }
    const limited: Work = (client) =>
      client.chat.completions.create({ model: 'tiny', messages, max_completion_tokens: 5 })
    expect((await callOpenAI(limited, {}, { arm })).body).not.toHaveProperty('max_tokens')
    const endless = { ...arm, options: { num_predict: -1 } }
    expect((await callOpenAI(streamed, {}, { arm: endless })).body).not.toHaveProperty('max_tokens')
  })

  test('an option that the protocol does not have is refused by name, before anything leaves', async () => {
    const arm = { name: 'a', model: 'tiny', options: { num_ctx: 1024 } }
    const { call, result, body } = await callOpenAI(streamed, {}, { arm })
    expect(call).toMatchObject({
      valid: false,
      reason: 'http_error',
      message: expect.stringContaining('"num_ctx"'),
    })
    expect((result as Error).message).toContain('"num_ctx"')
    expect(body).toBeUndefined()
  })

  test('the nonce heads parts of a message, instructions and every prompt of a list', async () => {
    const parts = [
      { type: 'image_url', image_url: { url: 'x' } },
      { type: 'text', text: 'Hi' },
    ]
    const bodies = await Promise.all([
      callOpenAI((client) =>
        client.chat.completions.create({
          model: 'tiny',
          messages: [{ role: 'user', content: parts as never }],
        }),
      ),
      callOpenAI((client) =>
        client.responses.create({ model: 'tiny', instructions: 'Be brief.', input: 'Hi' }),
      ),
      callOpenAI((client) => client.completions.create({ model: 'tiny', prompt: ['a', 'b'] })),
    ])
    expect(bodies.map(({ body }) => body)).toMatchObject([
      { messages: [{ content: [parts[0], { type: 'text', text: '[n0nce]\nHi' }] }] },
      { instructions: '[n0nce]\nBe brief.', input: 'Hi' },
      { prompt: ['[n0nce]\na', '[n0nce]\nb'] },
    ])
  })
})

describe('invalid calls have the same reasons', () => {
  const cases: [string, Script, Call['reason'], RegExp][] = [
    [
      'an error in the stream',
      { call: { fault: { kind: 'error_line', after: 3 } } },
      'stream_error',
      /no longer running/,
    ],
    [
      'no last event',
      { call: { fault: { kind: 'no_done', after: 3 } } },
      'no_done',
      /without its last event/,
    ],
    [
      '[DONE] without a reason',
      { call: { fault: { kind: 'no_finish' } } },
      'truncated_stream',
      /finish_reason/,
    ],
    ['a reset', { call: { fault: { kind: 'reset', after: 3 } } }, 'truncated_stream', /incomplete/],
    [
      'half an event',
      { call: { fault: { kind: 'partial_line', after: 3 } } },
      'truncated_stream',
      /last line/,
    ],
    [
      'no usage',
      { call: { counters: false } },
      'no_tokens',
      /did not count the tokens.*no usage.completion_tokens/,
    ],
    ['no content', { call: { tokens: 2, text: [''] } }, 'no_tokens', /no content/],
    [
      'a reason that is none',
      { call: { done_reason: 'abort' } },
      'truncated_stream',
      /stopped the reply before its end \(finish_reason "abort"\)/,
    ],
    [
      'too many requests',
      { call: { fault: { kind: 'status', status: 429 } } },
      'busy',
      /raise the server's limit/,
    ],
    ['an unknown key', { api_key: 'right' }, 'http_error', /credentials with status 401.*`headers`/],
    ['a model that is not there', { models: [{ name: 'other' }] }, 'model_missing', /`\/v1\/models` lists/],
    [
      'no such endpoint',
      { absent: ['/v1/chat/completions'] },
      'http_error',
      /no such endpoint.*`api` and `host`/,
    ],
  ]
  test.each(cases)('%s', async (_name, script, reason, message) => {
    const { call } = await callOpenAI(streamed, script)
    expect(call).toMatchObject({
      valid: false,
      streamed: true,
      reason,
      message: expect.stringMatching(message),
    })
  })

  const said = '{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}'

  const counted = '{"choices":[],"usage":{"completion_tokens":1}}'
  const whole =
    '{"choices":[{"index":0,"message":{"content":"a"},"finish_reason":"stop"}],"usage":{"completion_tokens":1}}'

  test.each([
    ['a reset between the reason and the usage', true, `data: ${said}\n\n`, 'truncated_stream', /incomplete/],
    [
      'an error in a field of its own',
      false,
      `data: ${said}\n\nerror: {"code":500,"message":"out of memory"}\n\n`,
      'stream_error',
      /out of memory/,
    ],
  ])('%s', async (_name, isReset, stream, reason, message) => {
    const url = await serve((request, response) => {
      request.resume()
      response.setHeader('content-type', 'text/event-stream')
      if (isReset) response.write(stream, () => setTimeout(() => response.socket?.resetAndDestroy(), 20))
      else response.end(stream)
    })
    const recorder = recording(url, { arm: { name: 'a', model: 'tiny', api: 'openai' } })
    await expect(recorder.chat({ messages })).rejects.toMatchObject({
      code: reason,
      message: expect.stringMatching(message) as string,
    })
  })

  test.each([
    ['a stream', [' \n', `data: ${said}\n\n`, `data: ${counted}\n\ndata: [DONE]\n\n`], true],
    ['one object', [' \n', whole.slice(0, 20), whole.slice(20)], false],
  ])('a head that says JSON, before %s', async (_name, pieces, isStream) => {
    const url = await serve((request, response) => {
      request.resume()
      response.setHeader('content-type', 'application/json')
      const write = async (): Promise<void> => {
        for (const piece of pieces) await sleep(5, response.write(piece))
        response.end()
      }
      void write()
    })
    const recorder = recording(url, { arm: { name: 'a', model: 'tiny', api: 'openai' } })
    expect((await recorder.chat({ messages })).message.content).toBe('a')
    expect(await recorder.finish()).toMatchObject([{ valid: true, streamed: isStream, eval_count: 1 }])
  })

  test('a context that is full', async () => {
    const { call } = await callOpenAI(
      streamed,
      { call: { done_reason: 'length', prompt_tokens: 80 } },
      { effectiveContext: 100 },
    )
    expect(call).toMatchObject({ valid: false, reason: 'context_overflow' })
  })

  test('a reply that is not streamed, without its reason', async () => {
    const { call } = await callOpenAI(
      (client) => client.chat.completions.create({ model: 'tiny', messages }),
      {
        call: { fault: { kind: 'no_finish' } },
      },
    )
    expect(call).toMatchObject({ valid: false, reason: 'truncated_stream' })
  })
})
