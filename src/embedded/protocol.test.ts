import { Ajv } from 'ajv'
import { Ollama, type Message } from 'ollama'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { embedded, type RunningServer } from './index.ts'

let server: RunningServer
let ollama: Ollama

beforeAll(async () => {
  server = await embedded().start()
  ollama = new Ollama({ host: server.url })
})
afterAll(() => server.stop())

const model = 'gemma3'

async function post(path: string, body: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(server.url + path, { method: 'POST', body })
  return { status: response.status, body: await response.json() }
}

async function all<T>(stream: Promise<AsyncIterable<T>>): Promise<T[]> {
  const chunks: T[] = []
  for await (const chunk of await stream) chunks.push(chunk)
  return chunks
}

function user(content: string): Message {
  return { role: 'user', content }
}

describe('/api/generate', () => {
  test('streams a report piece by piece and ends with the counters', async () => {
    const chunks = await all(ollama.generate({ model, prompt: 'Write a report.', stream: true }))
    const final = chunks.at(-1)!
    const text = chunks.map(({ response }) => response).join('')
    expect(text).toMatch(
      /^## Executive Summary\n\n[A-Z][^]*## Key Findings[^]*## Recommendations[^]*## Conclusion[^]*\.$/,
    )
    expect(final).toMatchObject({ model, done: true, done_reason: 'stop', response: '' })
    // One line a token, and the end token.
    expect(chunks).toHaveLength(final.eval_count)
    expect(final.prompt_eval_count).toBeGreaterThan(5)
    expect(final.total_duration).toBeGreaterThan(
      final.load_duration + final.prompt_eval_duration + final.eval_duration,
    )
    expect(final.eval_duration).toBeGreaterThan(0)
    expect(chunks.slice(0, -1).every((chunk) => !chunk.done && chunk.response !== '')).toBe(true)
  })

  test('answers whole with stream: false, the same text for the same seed', async () => {
    const request = { model, prompt: 'Write a report.', options: { seed: 7 } } as const
    const [one, two, other] = [
      await ollama.generate(request),
      await ollama.generate(request),
      await ollama.generate({ ...request, options: { seed: 8 } }),
    ]
    expect(one.response).toBe(two.response)
    expect(one.response).not.toBe(other.response)
    expect(two).toMatchObject({
      prompt_eval_count: one.prompt_eval_count,
      prompt_eval_cached_count: one.prompt_eval_count - 1,
    })
  })

  test('num_predict ends it by length, a stop string by stop', async () => {
    const short = await ollama.generate({ model, prompt: 'Go.', options: { num_predict: 5 } })
    expect(short).toMatchObject({ done_reason: 'length', eval_count: 5 })
    const stopped = await ollama.generate({ model, prompt: 'Go.', options: { stop: ['## Data'] } })
    expect(stopped.done_reason).toBe('stop')
    expect(stopped.response).toMatch(/^## Executive[^#]*$/)
  })

  test('system and context are part of the prompt, raw is the prompt alone', async () => {
    const options = { num_predict: 1 }
    const plain = await ollama.generate({ model, prompt: 'Go on.', options })
    const system = await ollama.generate({ model, prompt: 'Go on.', system: 'Be brief.', options })
    const raw = await ollama.generate({ model, prompt: 'Go on.', raw: true, options })
    const later = await ollama.generate({ model, prompt: 'Go on.', context: plain.context, options })
    expect(system.prompt_eval_count).toBeGreaterThan(plain.prompt_eval_count)
    expect(raw.prompt_eval_count).toBeLessThan(plain.prompt_eval_count)
    expect(later.prompt_eval_count).toBe(plain.context.length + plain.prompt_eval_count)
    expect(raw.context).toBeUndefined()
  })

  test('a prompt longer than the context is cut, or refused with truncate: false', async () => {
    const request = { model, prompt: 'word '.repeat(2000), options: { num_ctx: 512, num_predict: 20 } }
    expect(await ollama.generate(request)).toMatchObject({ prompt_eval_count: 512, eval_count: 20 })
    await expect(ollama.generate({ ...request, truncate: false } as typeof request)).rejects.toThrow(
      'the input length exceeds the context length',
    )
  })
})

describe('/api/chat', () => {
  test('streams a message', async () => {
    const messages = [
      { role: 'system', content: 'You write reports.' },
      { role: 'user', content: 'Write one.' },
    ]
    const chunks = await all(ollama.chat({ model, messages, stream: true }))
    expect(chunks.every(({ message }) => message.role === 'assistant')).toBe(true)
    expect(chunks.map(({ message }) => message.content).join('')).toContain('## Conclusion')
    expect(chunks.at(-1)).toMatchObject({ done: true, done_reason: 'stop' })
  })

  test('leaves out the oldest messages until the rest fits', async () => {
    const options = { num_ctx: 512, num_predict: 1 }
    const short = await ollama.chat({ model, messages: [user('Write one.')], options })
    const long = await ollama.chat({
      model,
      messages: [user('word '.repeat(2000)), user('Write one.')],
      options,
    })
    expect(long.prompt_eval_count).toBe(short.prompt_eval_count)
  })
})

test('tools: each is called once, streamed and not; then the answer is text', async () => {
  const tools = ['lookup', 'rate'].map((name) => ({
    type: 'function',
    function: {
      name,
      description: name,
      parameters: { type: 'object', properties: { n: { type: 'integer' } } },
    },
  }))
  const messages = [user('Look it up.')]
  const first = await ollama.chat({ model, messages, tools })
  const n = expect.any(Number) as number
  expect(first.message).toEqual({
    role: 'assistant',
    content: '',
    tool_calls: [{ function: { name: 'lookup', arguments: { n } } }],
  })
  messages.push(first.message, { role: 'tool', tool_name: 'lookup', content: '3' })
  const chunks = await all(ollama.chat({ model, messages, tools, stream: true }))
  expect(chunks.map(({ message }) => message.tool_calls)).toEqual([
    [{ function: { name: 'rate', arguments: { n } } }],
    undefined,
  ])
  messages.push(chunks[0]!.message, { role: 'tool', tool_name: 'rate', content: '3' })
  const last = await ollama.chat({ model, messages, tools })
  expect(last.message.tool_calls).toBeUndefined()
  expect(last.message.content).toContain('## Conclusion')
  expect(last.prompt_eval_count).toBeGreaterThan(first.prompt_eval_count)
})

test('/api/embed: one vector of length 1 for a text', async () => {
  const { embeddings, prompt_eval_count } = await ollama.embed({
    model,
    input: ['One.', 'Another one.', 'One.'],
  })
  const [one, other, again] = embeddings
  expect(embeddings.map(({ length }) => length)).toEqual([160, 160, 160])
  expect(Math.hypot(...one!)).toBeCloseTo(1)
  expect(again).toEqual(one)
  expect(other).not.toEqual(one)
  expect(prompt_eval_count).toBeGreaterThan(3)
})

describe('format', () => {
  test('json gives an object', async () => {
    const { response } = await ollama.generate({ model, prompt: 'JSON please.', format: 'json' })
    expect(JSON.parse(response ?? '')).toBeTypeOf('object')
  })

  test('a schema gives what it describes', async () => {
    const schema = {
      type: 'object',
      properties: {
        summary: { type: 'string' },
        score: { type: 'integer' },
        level: { enum: ['low', 'high'] },
        stable: { type: 'boolean' },
        notes: { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'null' }] } },
      },
      required: ['summary', 'score', 'level', 'stable', 'notes'],
      additionalProperties: false,
    }
    const validate = new Ajv({ strict: false }).compile(schema)
    for (const seed of [1, 2, 3, 4, 5]) {
      const { message, done_reason } = await ollama.chat({
        model,
        messages: [{ role: 'user', content: 'JSON please.' }],
        format: schema,
        options: { seed },
      })
      expect(done_reason).toBe('stop')
      expect(validate(JSON.parse(message.content)), message.content).toBe(true)
    }
  })

  test('anything else is an error', async () => {
    await expect(ollama.generate({ model, prompt: 'x', format: 'xml' })).rejects.toThrow(
      'invalid format: "xml"',
    )
  })
})

describe('facts', () => {
  test('version names the engine and the model', async () => {
    const facts: unknown = await (await fetch(`${server.url}/api/version`)).json()
    expect(facts).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+-embedded$/) as string,
      embedded: {
        engine: expect.stringMatching(/^node-llama-cpp \d.* \(llama\.cpp .+\)$/) as string,
        model: expect.stringMatching(/^chimera-tiny\.gguf, \d+ bytes, sha256 \w{12}$/) as string,
      },
    })
  })

  test('tags: two names, one digest', async () => {
    const { models } = await ollama.list()
    expect(models.map(({ name }) => name)).toEqual(['gemma3:latest', 'chimera-tiny:latest'])
    expect(new Set(models.map(({ digest }) => digest)).size).toBe(1)
  })

  test('show describes the file', async () => {
    const facts = await ollama.show({ model: 'chimera-tiny:latest' })
    expect(facts.details).toMatchObject({
      family: 'llama',
      format: 'gguf',
      quantization_level: 'F16',
      parameter_size: '1.66M',
    })
    expect(facts.model_info).toMatchObject({
      'general.architecture': 'llama',
      'llama.block_count': 2,
      'llama.context_length': 8192,
      'tokenizer.ggml.tokens': [],
    })
  })

  test('HEAD / says that it runs', async () => {
    const response = await fetch(server.url, { method: 'HEAD' })
    expect(response.status).toBe(200)
  })
})

describe('refusals', () => {
  test.each([
    ['/api/generate', '{"model":"nope","prompt":"x"}', 404, "model 'nope' not found"],
    ['/api/chat', '{"model":"nope","messages":[]}', 404, "model 'nope' not found"],
    ['/api/show', '{"model":"nope"}', 404, "model 'nope' not found"],
    ['/api/generate', '{"prompt":"x"}', 400, 'model is required'],
    ['/api/generate', '', 400, 'missing request body'],
    ['/api/generate', '[1]', 400, 'json: the request body must be an object'],
    ['/api/generate', '{"model":"gemma3","prompt":1}', 400, 'json: prompt must be a string'],
    [
      '/api/generate',
      '{"model":"gemma3","prompt":"x","context":[1e9]}',
      400,
      'json: context must be an array of tokens',
    ],
    [
      '/api/generate',
      '{"model":"gemma3","prompt":"x","options":{"num_ctx":"1"}}',
      400,
      'option "num_ctx" must be of type integer',
    ],
    [
      '/api/chat',
      '{"model":"gemma3","messages":[{"role":"user"}],"think":true}',
      400,
      '"gemma3" does not support thinking',
    ],
    [
      '/api/chat',
      '{"model":"gemma3","messages":[{"role":"user"}],"tools":[{}]}',
      400,
      'a tool must have a function with a name',
    ],
    ['/api/generate', '{"model":"gemma3","prompt":"x","tools":[{}]}', 400, '"gemma3" does not support tools'],
  ])('%s %s is %i', async (path, body, status, error) => {
    expect(await post(path, body)).toEqual({ status, body: { error } })
  })

  test('broken JSON is 400', async () => {
    expect(await post('/api/chat', '{')).toMatchObject({
      status: 400,
      body: { error: expect.any(String) as string },
    })
  })

  test('an unknown path is 404', async () => {
    expect((await fetch(`${server.url}/api/push`, { method: 'POST' })).status).toBe(404)
  })
})
