import { expect, test } from 'vitest'
import { startScriptedOllama, type Script } from '../../test/scripted-ollama/index.ts'
import { serve } from '../../test/support/serve.ts'
import { recording } from '../../test/scripted-ollama/recording.ts'
import { validateTrialCalls } from '../../test/scripted-ollama/schema.ts'
import type { Call } from '../schema/generated.ts'
import type { Arm, Recorder } from './index.ts'

const arm: Arm = { name: 'a', model: 'tiny', api: 'openai', options: { temperature: 0.5 } }

/** A call of `generate` or `chat` on a server that speaks OpenAI's protocol alone. */
async function ask<T>(
  work: (recorder: Pick<Recorder, 'generate' | 'chat'>) => Promise<T>,
  script: Script = {},
) {
  await using server = await startScriptedOllama({ product: 'llama.cpp', ...script })
  const recorder = recording(server.url, { arm })
  const result = await work(recorder).then(
    (value) => ({ value, error: undefined }),
    (error: unknown) => ({ value: undefined, error }),
  )
  const calls: Call[] = await recorder.finish()
  validateTrialCalls(calls)
  return { ...result, call: calls[0], body: server.requests.at(-1)?.body, path: server.requests.at(-1)?.path }
}

test('generate is a chat of one message, and resolves to what Ollama would give', async () => {
  const call = { ttft: 20, load: 0, tokens: 20, thinking: 4, prompt_tokens: 11 }
  const asked = await ask(
    ({ generate }) =>
      generate({ prompt: 'Hi', system: 'Be brief.', options: { num_predict: 50, temperature: 0 } }),
    { call },
  )
  expect(asked).toMatchObject({
    path: '/v1/chat/completions',
    body: {
      model: 'tiny',
      stream: true,
      seed: 7,
      temperature: 0,
      max_tokens: 50,
      messages: [
        { role: 'system', content: '[n0nce]\nBe brief.' },
        { role: 'user', content: 'Hi' },
      ],
    },
    value: {
      model: 'tiny',
      done: true,
      done_reason: 'stop',
      response: expect.stringMatching(/^ in plain words/),
      thinking: ' The scripted server speaks',
      prompt_eval_count: 11,
      eval_count: 20,
      eval_duration: 38e6,
      prompt_eval_duration: 20e6,
    },
    call: {
      via: 'context',
      endpoint: 'chat_completions',
      valid: true,
      chunks: 20,
      ttft_parts: { load: 0, prompt: 20 },
    },
  })
})

test('raw is a completion; a format and an effort have names of their own', async () => {
  expect(await ask(({ generate }) => generate({ prompt: 'Hi', raw: true }))).toMatchObject({
    path: '/v1/completions',
    body: { prompt: '[n0nce]\nHi' },
    value: { response: expect.stringMatching(/^ The/) },
  })
  const schema = { type: 'object' }
  const { body } = await ask(({ generate }) => generate({ prompt: 'Hi', format: schema, think: 'low' }))
  expect(body).toMatchObject({
    reasoning_effort: 'low',
    response_format: { type: 'json_schema', json_schema: { name: 'reply', schema } },
  })
  expect((await ask(({ generate }) => generate({ prompt: 'Hi', format: 'json' }))).body).toMatchObject({
    response_format: { type: 'json_object' },
  })
})

test('a chat with tools: calls of a reply, and answers that find their call', async () => {
  const part = (index: number, name: string | undefined, text: string): object => ({
    index,
    function: { ...(name && { name }), arguments: text },
  })
  const tool_calls = [part(0, 'weather', '{"ci'), part(1, 'time', '{}'), part(0, undefined, 'ty":"Ulm"}')]
  const weather = { function: { name: 'weather', arguments: { city: 'Ulm' } } }
  const time = { function: { name: 'time', arguments: {} } }
  const messages = [
    { role: 'user', content: 'Look.', images: [new Uint8Array([1, 2, 3])] },
    { role: 'assistant', content: '', tool_calls: [weather, time] },
    { role: 'tool', content: 'noon', tool_name: 'time' },
    { role: 'tool', content: 'rain', tool_name: 'weather' },
  ]
  const { value, body } = await ask(({ chat }) => chat({ messages }), {
    call: { tokens: 1, text: [''], tool_calls },
  })
  expect(value).toMatchObject({
    done_reason: 'tool_calls',
    message: { role: 'assistant', content: '', tool_calls: [weather, time] },
  })
  const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,AQID' } }
  const sent = (
    { function: { name, arguments: given } }: typeof weather | typeof time,
    id: string,
  ): object => ({
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(given) },
  })
  expect(body?.['messages']).toEqual([
    { role: 'user', content: [{ type: 'text', text: '[n0nce]\nLook.' }, picture] },
    { role: 'assistant', content: '', tool_calls: [sent(weather, 'call_1_0'), sent(time, 'call_1_1')] },
    { role: 'tool', content: 'noon', tool_call_id: 'call_1_1' },
    { role: 'tool', content: 'rain', tool_call_id: 'call_1_0' },
  ])
})

test('tool calls of a reply that comes whole, and indexes that begin anywhere', async () => {
  const call = (name: string, index?: number): object => ({
    ...(index !== undefined && { index }),
    function: { name, arguments: '{"city":"Ulm"}' },
  })
  const usage = { prompt_tokens: 3, completion_tokens: 9 }
  const choice = (part: 'delta' | 'message', tool_calls: object[]): string =>
    JSON.stringify({ choices: [{ index: 0, [part]: { tool_calls }, finish_reason: 'tool_calls' }], usage })
  const replies = [
    ['application/json', choice('message', [call('weather'), call('time')])],
    ['text/event-stream', `data: ${choice('delta', [call('weather', 1), call('time', 2e8)])}\n\n`],
  ] as const
  for (const [type, reply] of replies) {
    const url = await serve((request, response) => {
      request.resume()
      response.setHeader('content-type', type).end(reply)
    })
    const recorder = recording(url, { arm })
    const { message } = await recorder.chat({ messages: [{ role: 'user', content: 'Look.' }] })
    expect(message.tool_calls).toEqual(
      ['weather', 'time'].map((name) => ({ function: { name, arguments: { city: 'Ulm' } } })),
    )
    expect(await recorder.finish()).toMatchObject([{ valid: true, streamed: type === 'text/event-stream' }])
  }
})

test('what the protocol does not have is refused by name; an invalid call rejects with its reason', async () => {
  for (const field of [{ think: true }, { context: [1] }, { keep_alive: 0 }]) {
    const { error, call } = await ask(({ generate }) => generate({ prompt: 'Hi', ...field }))
    expect(error).toMatchObject({
      code: 'unknown_option',
      message: expect.stringContaining(`"${Object.keys(field)[0]}"`),
    })
    expect(call).toBeUndefined()
  }
  const thinking = await ask(({ generate }) => generate({ prompt: 'Hi', think: false }))
  expect(thinking.error).toMatchObject({ message: expect.stringContaining('Set it to "low"') })
  const { error, call, path } = await ask(({ generate }) =>
    generate({ prompt: 'Hi', options: { num_ctx: 9 } }),
  )
  expect(error).toMatchObject({ code: 'http_error', message: expect.stringContaining('"num_ctx"') })
  expect([call?.valid, path]).toEqual([false, undefined])
  const broken = await ask(({ chat }) => chat({ messages: [] }), {
    call: { fault: { kind: 'error_line', error: 'out of memory' } },
  })
  expect(broken).toMatchObject({ error: { code: 'stream_error' }, call: { reason: 'stream_error' } })
})
