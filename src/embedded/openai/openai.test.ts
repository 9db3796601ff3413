import { Ajv } from 'ajv'
import OpenAI from 'openai'
import type { ChatCompletionChunk, ChatCompletionMessageParam } from 'openai/resources'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { embedded, type RunningServer } from '../index.ts'

let server: RunningServer
let client: OpenAI

beforeAll(async () => {
  server = await embedded().start()
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'unused', maxRetries: 0 })
})
afterAll(() => server.stop())

const model = 'gemma3'
const messages: ChatCompletionMessageParam[] = [{ role: 'user', content: 'Write a report.' }]

function tool(name: string, properties: Record<string, { type: 'string' | 'integer' | 'boolean' }>) {
  const parameters = { type: 'object' as const, properties, required: Object.keys(properties) }
  return { type: 'function' as const, function: { name, description: `The ${name}.`, parameters } }
}
const tools = [
  tool('lookup', { topic: { type: 'string' }, limit: { type: 'integer' } }),
  tool('rate', { good: { type: 'boolean' } }),
]

async function all<T>(stream: Promise<AsyncIterable<T>>): Promise<T[]> {
  const chunks: T[] = []
  for await (const chunk of await stream) chunks.push(chunk)
  return chunks
}

describe('/v1/chat/completions', () => {
  test('answers whole, with usage and the durations of llama.cpp', async () => {
    const request = { model, messages: [...messages], seed: 7 }
    const [one, two] = [
      await client.chat.completions.create(request),
      await client.chat.completions.create(request),
    ]
    expect(one).toMatchObject({ object: 'chat.completion', model, choices: [{ finish_reason: 'stop' }] })
    expect(one.choices[0]!.message.content).toMatch(/^## Executive Summary[^]*## Conclusion[^]*\.$/)
    expect(two.choices[0]!.message).toEqual(one.choices[0]!.message)
    const { prompt_tokens: prompt, completion_tokens: completion } = one.usage!
    expect(two.usage).toEqual({
      prompt_tokens: prompt,
      completion_tokens: completion,
      total_tokens: prompt + completion,
      prompt_tokens_details: { cached_tokens: prompt - 1 },
    })
    expect(two).toMatchObject({
      timings: { cache_n: prompt - 1, prompt_n: 1, predicted_n: completion },
    })
  })

  test('streams the same text, and usage only where it is asked for', async () => {
    const request = { model, messages, seed: 7 }
    const whole = await client.chat.completions.create(request)
    const plain = await all(client.chat.completions.create({ ...request, stream: true }))
    const counted = await all(
      client.chat.completions.create({ ...request, stream: true, stream_options: { include_usage: true } }),
    )
    expect(textOf(plain)).toBe(whole.choices[0]!.message.content)
    expect(textOf(counted)).toBe(textOf(plain))
    expect(plain[0]!.choices[0]!.delta.role).toBe('assistant')
    expect(plain.at(-1)!.choices[0]).toMatchObject({ delta: {}, finish_reason: 'stop' })
    expect(plain.some((chunk) => 'usage' in chunk)).toBe(false)
    expect(counted.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: whole.usage!.total_tokens } })
    expect(counted.slice(0, -1).every(({ usage }) => usage === null)).toBe(true)
    expect(new Set(plain.map(({ id }) => id)).size).toBe(1)
  })

  test('is a stream of server-sent events', async () => {
    const body = JSON.stringify({ model, messages, stream: true, max_tokens: 3 })
    const response = await fetch(`${server.url}/v1/chat/completions`, { method: 'POST', body })
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const text = await response.text()
    const events = text.split('\n\n')
    expect(events.slice(-2)).toEqual(['data: [DONE]', ''])
    for (const event of events.slice(0, -2)) {
      expect(event).toMatch(/^data: \{[^\n]*\}$/)
      expect(JSON.parse(event.slice(6))).toMatchObject({ object: 'chat.completion.chunk' })
    }
  })

  test('max_tokens ends it by length, a stop string by stop', async () => {
    const short = await client.chat.completions.create({ model, messages, max_completion_tokens: 5 })
    expect(short).toMatchObject({ choices: [{ finish_reason: 'length' }], usage: { completion_tokens: 5 } })
    const stopped = await client.chat.completions.create({ model, messages, stop: '## Data' })
    expect(stopped.choices[0]!.finish_reason).toBe('stop')
    expect(stopped.choices[0]!.message.content).toMatch(/^## Executive[^#]*$/)
  })

  test('the content of a message may be parts of text', async () => {
    const request = { model, max_tokens: 1 }
    const text = await client.chat.completions.create({
      ...request,
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Write a report.' },
      ],
    })
    const parts = await client.chat.completions.create({
      ...request,
      messages: [
        { role: 'developer', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Write ' },
            { type: 'text', text: 'a report.' },
          ],
        },
      ],
    })
    const { prompt_tokens } = text.usage!
    expect(parts.usage).toMatchObject({
      prompt_tokens,
      prompt_tokens_details: { cached_tokens: prompt_tokens - 1 },
    })
  })
})

describe('response_format', () => {
  test('json_object gives an object', async () => {
    const { choices } = await client.chat.completions.create({
      model,
      messages,
      response_format: { type: 'json_object' },
    })
    expect(JSON.parse(choices[0]!.message.content!)).toBeTypeOf('object')
  })

  test('json_schema gives what it describes', async () => {
    const schema = {
      type: 'object',
      properties: {
        title: { type: 'string' },
        score: { type: 'integer' },
        level: { enum: ['low', 'high'] },
        tags: { type: 'array', items: { type: 'string' } },
      },
      required: ['title', 'score', 'level', 'tags'],
      additionalProperties: false,
    }
    const validate = new Ajv({ strict: false }).compile(schema)
    for (const seed of [1, 2, 3]) {
      const { choices } = await client.chat.completions.create({
        model,
        messages,
        seed,
        response_format: { type: 'json_schema', json_schema: { name: 'review', schema, strict: true } },
      })
      const { content } = choices[0]!.message
      expect(choices[0]!.finish_reason).toBe('stop')
      expect(validate(JSON.parse(content!)), content!).toBe(true)
    }
  })
})

describe('tools', () => {
  test('a loop calls each tool once and ends in text', async () => {
    const given: unknown[] = []
    const run = (args: object): string => {
      given.push(args)
      return 'The rate was steady.'
    }
    const runner = client.chat.completions.runTools({
      model,
      messages,
      tools: tools.map(({ function: described }) => ({
        type: 'function' as const,
        function: { ...described, parse: JSON.parse, function: run },
      })),
    })
    expect(await runner.finalContent()).toContain('## Conclusion')
    expect(runner.messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'tool',
      'assistant',
      'tool',
      'assistant',
    ])
    expect(given).toEqual([
      { topic: expect.any(String) as string, limit: expect.any(Number) as number },
      { good: expect.any(Boolean) as boolean },
    ])
    const prompts = runner.allChatCompletions().map(({ usage }) => usage!.prompt_tokens)
    expect(prompts).toHaveLength(3)
    expect(prompts[1]).toBeGreaterThan(prompts[0]!)
  })

  test('tool_choice forces a call, names a tool, or rules calls out', async () => {
    const called = async (
      tool_choice: OpenAI.ChatCompletionToolChoiceOption,
      history = messages,
    ): Promise<unknown> => {
      const { choices } = await client.chat.completions.create({
        model,
        messages: history,
        tools,
        tool_choice,
      })
      const { finish_reason, message } = choices[0]!
      return [
        finish_reason,
        message.tool_calls?.map((call) => call.type === 'function' && call.function.name),
      ]
    }
    const rate = { type: 'function', function: { name: 'rate' } } as const
    const call = {
      id: 'c1',
      type: 'function',
      function: { name: 'rate', arguments: '{"good":true}' },
    } as const
    const done: ChatCompletionMessageParam[] = [
      ...messages,
      {
        role: 'assistant',
        tool_calls: [call, { ...call, id: 'c2', function: { ...call.function, name: 'lookup' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'ok' },
      { role: 'tool', tool_call_id: 'c2', content: 'ok' },
    ]
    expect(await called('required')).toEqual(['tool_calls', ['lookup']])
    expect(await called(rate)).toEqual(['tool_calls', ['rate']])
    expect(await called('none')).toEqual(['stop', undefined])
    expect(await called('auto', done)).toEqual(['stop', undefined])
    expect(await called('required', done)).toEqual(['tool_calls', ['lookup']])
  })

  test('a call is streamed: id and name first, then its arguments', async () => {
    const chunks = await all(client.chat.completions.create({ model, messages, tools, stream: true }))
    const parts = chunks.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? [])
    expect(parts[0]).toMatchObject({
      index: 0,
      id: expect.stringMatching(/^call_/) as string,
      type: 'function',
    })
    expect(parts[0]!.function!.name).toBe('lookup')
    expect(parts.slice(1).every((part) => part.id === undefined && !part.function!.name)).toBe(true)
    const text = parts.map((part) => part.function!.arguments).join('')
    expect(JSON.parse(text)).toHaveProperty('topic')
    expect(chunks.at(-1)!.choices[0]!.finish_reason).toBe('tool_calls')
  })

  test('a call cut off within its arguments ends by length', async () => {
    const { choices } = await client.chat.completions.create({ model, messages, tools, max_tokens: 3 })
    expect(choices[0]!.finish_reason).toBe('length')
  })
})

describe('/v1/completions', () => {
  test('goes on from a prompt without a template, streamed and not', async () => {
    const request = { model, prompt: 'Write a report.', seed: 3, max_tokens: 40 }
    const whole = await client.completions.create(request)
    expect(whole).toMatchObject({ object: 'text_completion', choices: [{ finish_reason: 'length' }] })
    expect(whole.choices[0]!.text.length).toBeGreaterThan(40)
    const chat = await client.chat.completions.create({ model, messages, max_tokens: 1 })
    expect(whole.usage!.prompt_tokens).toBeLessThan(chat.usage!.prompt_tokens)
    const options = { stream: true, stream_options: { include_usage: true } } as const
    const chunks = await all(client.completions.create({ ...request, ...options }))
    expect(chunks.map(({ choices }) => choices[0]?.text ?? '').join('')).toBe(whole.choices[0]!.text)
    expect(chunks.at(-1)!.usage).toMatchObject({ completion_tokens: 40 })
  })
})

test('/v1/models lists the tags; one can be asked for by its short name', async () => {
  const { data } = await client.models.list()
  expect(data.map(({ id }) => id)).toEqual(['gemma3:latest', 'chimera-tiny:latest'])
  expect(await client.models.retrieve('gemma3')).toMatchObject({ id: 'gemma3', object: 'model' })
  await expect(client.models.retrieve('%zz')).rejects.toMatchObject({ status: 404, code: 'model_not_found' })
})

test('/v1/embeddings as floats and as the base64 that the client asks for', async () => {
  const packed = await client.embeddings.create({ model, input: 'One.' })
  const plain = await client.embeddings.create({ model, input: ['One.'], encoding_format: 'float' })
  const [one, other] = [packed, plain].map(({ data }) => data[0]!.embedding)
  expect(one).toHaveLength(160)
  one!.forEach((value, index) => expect(value).toBeCloseTo(other![index]!))
  expect(packed.usage).toEqual(plain.usage)
})

describe('refusals', () => {
  const ok = { model, messages }
  test.each([
    ['chat/completions', { ...ok, model: 'nope' }, 404, "model 'nope' not found", 'model_not_found'],
    ['chat/completions', { messages }, 400, 'model is required'],
    ['chat/completions', { model }, 400, 'messages must be an array of at least one message'],
    ['chat/completions', { ...ok, n: 2 }, 400, 'n must be 1'],
    ['chat/completions', { ...ok, stream: 1 }, 400, 'stream must be a boolean'],
    ['chat/completions', { ...ok, max_tokens: 0 }, 400, 'max_tokens must be 1 or more'],
    ['chat/completions', { ...ok, logprobs: true }, 400, 'logprobs is not supported'],
    ['chat/completions', { ...ok, temperature: 'hot' }, 400, 'option "temperature" must be of type float32'],
    ['chat/completions', { ...ok, reasoning_effort: 'high' }, 400, '"gemma3" does not support thinking'],
    ['chat/completions', { ...ok, tools: [{}] }, 400, 'a tool must have a function with a name'],
    ['chat/completions', { ...ok, tool_choice: 'required' }, 400, 'tool_choice "required" needs tools'],
    [
      'chat/completions',
      { ...ok, tools, tool_choice: { type: 'function', function: { name: 'x' } } },
      400,
      'tool_choice names "x", which is not among the tools',
    ],
    [
      'chat/completions',
      { ...ok, response_format: { type: 'json_schema' } },
      400,
      'response_format must be of type "text", "json_object" or "json_schema" with a schema',
    ],
    [
      'chat/completions',
      { model, messages: [{ role: 'user', content: [{ type: 'image_url' }] }] },
      400,
      'content of type "image_url" is not supported',
    ],
    ['completions', { model, prompt: ['a', 'b'] }, 400, 'prompt must be a text'],
    ['completions', { model, prompt: 'a', suffix: 'b' }, 400, 'suffix is not supported'],
    ['embeddings', { model, input: [[1, 2]] }, 400, 'input must be a text or an array of texts'],
    ['responses', { model, input: 'x' }, 404, 'unknown URL: POST /v1/responses', 'unknown_url'],
  ])('%s %j is %i', async (path, body, status, message, code?: string) => {
    const response = await fetch(`${server.url}/v1/${path}`, { method: 'POST', body: JSON.stringify(body) })
    expect(response.status).toBe(status)
    expect(await response.json()).toEqual({
      error: { message, type: 'invalid_request_error', param: null, code: code ?? null },
    })
  })

  test('a schema that is no schema is the fault of the request', async () => {
    const schema = { enum: 3 }
    await expect(
      client.chat.completions.create({
        ...ok,
        response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
      }),
    ).rejects.toMatchObject({ status: 400, type: 'invalid_request_error' })
  })
})

function textOf(chunks: readonly ChatCompletionChunk[]): string {
  return chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')
}
