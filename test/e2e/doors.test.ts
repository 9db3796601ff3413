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
