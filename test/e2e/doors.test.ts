/** Every door, as a user's project has it: clients made when they are imported, and programs in another process. */
import { expect, test } from 'vitest'
import { startScriptedOllama } from '../scripted-ollama/index.ts'
import { benchFile, createFixture } from './fixture.ts'

const CLIENTS = `import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Ollama } from 'ollama'

const ollama = new Ollama({ host: process.env.OLLAMA_HOST })
const captured = globalThis.fetch

export async function clients({ fetch, host, env, model, stage }) {
  const body = JSON.stringify({ model, prompt: 'Hi', stream: false })
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
  await stage('module', async () => {
    for await (const _ of await ollama.generate({ model, prompt: 'Hi', stream: true }));
  })
  await stage('captured', () => captured(host + '/api/generate', post).then((reply) => reply.json()))
  await stage('context', () => fetch(host + '/api/generate', post).then((reply) => reply.json()))
  await stage('child', () => promisify(execFile)('curl', ['-sS', '-d', body, env.OLLAMA_HOST + '/api/generate'], {
    env: { ...process.env, ...env },
  }))
  return (await captured(host + '/api/version')).json()
}
`

test('a client made at import, a captured fetch, the fetch of the context and curl are all measured', async () => {
  await using server = await startScriptedOllama()
  await using fixture = await createFixture({
    'clients.ts': CLIENTS,
    'one.bench.ts': `import { clients } from './clients'\n${benchFile({
      agent: 'clients',
      more: 'blocks: { min: 6, max: 6 }',
    })}`,
  })
  const { trials, output } = await fixture.bench([], { OLLAMA_HOST: server.url })
  expect(trials.length, output).toBeGreaterThan(12)
  for (const { calls, output: version, valid, message } of trials) {
    expect({ valid, message }).toEqual({ valid: true })
    expect(calls.map(({ stage, via, streamed, eval_count }) => [stage, via, streamed, eval_count])).toEqual([
      ['module', 'global', true, 20],
      ['captured', 'global', false, 20],
      ['context', 'context', false, 20],
      ['child', 'proxy', false, 20],
    ])
    expect(version).toEqual({ version: '0.24.0' })
  }
})

const AGENT = `import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { ChatOllama } from '@langchain/ollama'
import { generateText, isStepCount, jsonSchema, streamText, tool } from 'ai'
import OpenAI from 'openai'

const url = process.env.OLLAMA_HOST
const openai = new OpenAI({ baseURL: url + '/v1', apiKey: 'none', maxRetries: 0 })
const provider = createOpenAICompatible({ name: 'local', baseURL: url + '/v1' })
const chain = new ChatOllama({ baseUrl: url, model: 'tiny' })
const weather = tool({
  description: 'The weather of a city.',
  inputSchema: jsonSchema({ type: 'object', properties: { city: { type: 'string' } } }),
  execute: async () => 'rain',
})

export async function agent({ model, stage }) {
  const prompt = 'Hi'
  const messages = [{ role: 'user', content: prompt }]
  const said = {}
  said.openai = await stage('openai', async () => {
    let text = ''
    const chunks = await openai.chat.completions.create({ model, messages, stream: true })
    for await (const { choices } of chunks) text += choices[0]?.delta.content ?? ''
    return text
  })
  said.plain = await stage('plain', async () =>
    (await openai.chat.completions.create({ model, messages })).choices[0].message.content)
  said.ai = await stage('ai', () => streamText({ model: provider(model), prompt, maxRetries: 0 }).text)
  said.tools = await stage('tools', async () =>
    (await generateText({ model: provider(model), prompt, tools: { weather }, stopWhen: isStepCount(5), maxRetries: 0 })).text)
  said.langchain = await stage('langchain', async () => (await chain.invoke(prompt)).content)
  return said
}
`

test('openai, the AI SDK with a loop of tools, and LangChain, each made at import and unchanged', async () => {
  const tool_calls = [
    { index: 0, id: 'a', type: 'function', function: { name: 'weather', arguments: '{"city":"Ulm"}' } },
  ]
  // The first two steps of a loop of tools call one, the third answers.
  const isStep = (body: Record<string, unknown>): boolean =>
    'tools' in body &&
    (body['messages'] as { role: string }[]).filter(({ role }) => role === 'tool').length < 2
  await using server = await startScriptedOllama({
    call: { ttft: 5, per_token: 1, tokens: 20 },
    plan: ({ body }) => (isStep(body) ? { tokens: 1, text: [''], tool_calls } : {}),
  })
  await using fixture = await createFixture({
    'agent.ts': AGENT,
    'one.bench.ts': `import { agent } from './agent'\n${benchFile({ agent: 'agent', more: 'blocks: { min: 6, max: 6 }' })}`,
  })
  const { trials, output, report } = await fixture.bench([], { OLLAMA_HOST: server.url })
  expect(trials.length, output).toBeGreaterThan(12)
  const chat = { endpoint: 'chat_completions', via: 'global', valid: true }
  for (const { calls, output: said } of trials) {
    expect(calls).toMatchObject([
      { ...chat, stage: 'openai', streamed: true, eval_count: 20, chunks: 20 },
      { ...chat, stage: 'plain', streamed: false, eval_count: 20 },
      { ...chat, stage: 'ai', streamed: true, eval_count: 20, chunks: 20 },
      { ...chat, stage: 'tools', streamed: false, done_reason: 'tool_calls' },
      { ...chat, stage: 'tools', streamed: false, done_reason: 'tool_calls' },
      { ...chat, stage: 'tools', streamed: false, eval_count: 20 },
      { endpoint: 'chat', via: 'global', valid: true, stage: 'langchain', streamed: true, eval_count: 20 },
    ])
    const [text] = new Set(Object.values(said as Record<string, string>))
    expect(text).toMatch(/^ The scripted server/)
    expect(said).toEqual({ openai: text, plain: text, ai: text, tools: text, langchain: text })
  }
  const [arm] = report?.suites[0]?.arms ?? []
  expect(arm?.stages.map(({ name }) => name)).toEqual(['openai', 'plain', 'ai', 'tools', 'langchain'])
  expect(arm?.samples).toMatchObject({
    ttft: { n: 6 },
    output_throughput: { n: 6 },
    output_tokens: { median: 102 },
  })
})
