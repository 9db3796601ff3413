/** Every door, as a user's project has it: clients made when they are imported, and programs in another process. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
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
    'agent.ts': await readFile(new URL('./client-agent.ts', import.meta.url), 'utf8'),
    'one.bench.ts': `import { agent } from './agent'\n${benchFile({ agent: 'agent', more: 'blocks: { min: 6, max: 6 }' })}`,
  })
  const { trials, output, report } = await fixture.bench([], { OLLAMA_HOST: server.url })
  expect(trials.length, output).toBeGreaterThan(12)
  const chat = { endpoint: 'chat_completions', via: 'global', valid: true }
  const ollama = { endpoint: 'chat', via: 'global', valid: true, streamed: true, eval_count: 20 }
  const both = [
    { ...chat, stage: 'left', streamed: false, eval_count: 20 },
    { ...ollama, stage: 'right' },
  ]
  for (const { calls, output: said } of trials) {
    expect(calls).toMatchObject([
      { ...chat, stage: 'openai', streamed: true, eval_count: 20, chunks: 20 },
      { ...chat, stage: 'plain', streamed: false, eval_count: 20 },
      { ...chat, stage: 'ai', streamed: true, eval_count: 20, chunks: 20 },
      { ...chat, stage: 'tools', streamed: false, done_reason: 'tool_calls' },
      { ...chat, stage: 'tools', streamed: false, done_reason: 'tool_calls' },
      { ...chat, stage: 'tools', streamed: false, eval_count: 20 },
      { ...ollama, stage: 'langchain' },
      // Of two that are made at once, either may be first.
      ...(calls[7]?.stage === 'left' ? both : both.toReversed()),
    ])
    const [text] = new Set(Object.values(said as Record<string, string>))
    expect(text).toMatch(/^ The scripted server/)
    expect(said).toEqual({
      openai: text,
      plain: text,
      ai: text,
      tools: text,
      langchain: text,
      left: text,
      right: text,
    })
  }
  const [arm] = report?.suites[0]?.arms ?? []
  expect(arm?.stages.map(({ name }) => name)).toEqual([
    'openai',
    'plain',
    'ai',
    'tools',
    'langchain',
    'left',
    'right',
  ])
  expect(arm?.samples).toMatchObject({
    ttft: { n: 6 },
    output_throughput: { n: 6 },
    output_tokens: { median: 142 },
  })
})

test('a key in headers, in the environment or in a URL is in no file, on no terminal and in no list of processes', async () => {
  const key = 'sk-canary-0123456789'
  const own = 'sk-another-canary-0123'
  await using server = await startScriptedOllama({ product: 'vllm', api_key: key })
  const arms = (more: string): string => `{
    baseline: { name: 'baseline', model: 'tiny', ...server, ${more} },
    candidate: { name: 'candidate', model: 'tiny', ...server, options: { temperature: 0.5 }, ${more} },
    blocks: { min: 6, max: 6 },
  }`
  await using fixture = await createFixture({
    'one.bench.ts': `import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { agentBench } from 'vitest-chimera'
const key = process.env.CANARY
const server = { api: 'openai', host: '${server.url}' }
const processes = async () => (await promisify(execFile)('ps', ['-eo', 'args'])).stdout
agentBench('open', async ({ chat, arm }) => ({ arm, listed: (await processes()).includes(key), said: await chat({ messages: [{ role: 'user', content: 'Hi' }] }) }), ${arms('headers: { Authorization: "Bearer " + key }')})
agentBench('shut', async ({ generate }) => generate({ prompt: 'Hi' }), ${arms('headers: { authorization: "Bearer wrong-" + key }')})
agentBench('child', async ({ env }) => { throw new Error(JSON.stringify({ ...process.env, ...env })) }, ${arms('headers: { authorization: "Bearer " + key }')})
agentBench('url', async () => 'x', ${arms(`host: 'http://user:' + key + '@127.0.0.1:1'`)})
`,
  })
  const { output, trials, report } = await fixture.bench([], { CANARY: key, OPENAI_API_KEY: own })
  expect(report?.suites.map(({ name }) => name)).toEqual(['open', 'shut', 'child', 'url'])
  const open = trials.filter(({ suite, valid }) => suite === 'open' && valid)
  expect(open.length, output).toBeGreaterThanOrEqual(12)
  expect(open.every(({ output }) => (output as { listed: unknown }).listed === false)).toBe(true)
  expect(output).toContain('***')
  expect(output).toContain('http://127.0.0.1:1')
  const files = await readdir(join(fixture.dir, 'reports'), { recursive: true, withFileTypes: true })
  const texts = files
    .filter((file) => file.isFile())
    .map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8'))
  expect(texts.length).toBeGreaterThan(4)
  for (const text of [output, ...(await Promise.all(texts))])
    expect(text).not.toMatch(new RegExp(`${key}|${own}`))
})
