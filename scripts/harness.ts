/**
 * What measuring costs, as ratios within one run: the same calls through the plain official client and
 * through the measured one, against a scripted server in a process of its own; and the judge's share.
 *
 * `npm run harness [-- chunks]`. Times depend on the machine; the ratios are what to look at.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { bench, do_not_optimize, group, run, summary } from 'mitata'
import { Ollama } from 'ollama'
import type { Recorder } from '../src/call/index.ts'
import { assess } from '../src/judge/assess.ts'
import { blocksOf, pairFor } from '../test/support/trials.ts'
import { recording } from '../test/scripted-ollama/recording.ts'
import { spawnScriptedOllama } from '../test/scripted-ollama/index.ts'

await using server = await spawnScriptedOllama({ call: { ttft: 0, per_token: 0, tokens: 200, load: 0 } })
const request = { model: 'tiny', prompt: 'Say something.' }

async function plain(): Promise<number> {
  let chunks = 0
  for await (const _ of await new Ollama({ host: server.url }).generate({ ...request, stream: true }))
    chunks++
  return chunks
}

async function measured(): Promise<number> {
  const recorder = recording(server.url)
  await recorder.generate({ prompt: request.prompt })
  return (await recorder.finish()).length
}

/** A reply at once and large: what is left is what reading it costs. */
const LARGE = Number(process.argv[2] ?? 100_000)
await using instant = await startInstantServer(LARGE)

async function nodeHttp(path: string): Promise<number> {
  const request = httpRequest(instant.url + path, { method: 'POST' })
  request.end('{}')
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  let rest = ''
  let objects = 0
  for await (const text of response.setEncoding('utf8')) {
    const lines = `${rest}${text}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) do_not_optimize(JSON.parse(line))
    objects += lines.length
  }
  return objects
}

const reads = {
  generate: ({ generate }: Pick<Recorder, 'generate'>) => generate({ prompt: request.prompt }),
  chat: ({ chat }: Pick<Recorder, 'chat'>) => chat({ messages: [{ role: 'user', content: request.prompt }] }),
}
for (const [name, read] of Object.entries(reads)) {
  summary(() => {
    group(`a reply of ${LARGE} chunks at once`, () => {
      const path = `/api/${name}`
      bench('node:http with JSON.parse', async () => do_not_optimize(await nodeHttp(path))).baseline(true)
      bench(name, async () => do_not_optimize(await read(recording(instant.url))))
      bench(`${name} and the record of the call`, async () => {
        const recorder = recording(instant.url)
        await read(recorder)
        do_not_optimize(await recorder.finish())
      })
    })
  })
}

summary(() => {
  group('a call of 200 chunks', () => {
    bench('official client', async () => do_not_optimize(await plain())).baseline(true)
    bench('measured client', async () => do_not_optimize(await measured()))
  })
})

const plan = pairFor({ blocks: { min: 6, max: 20 } })
summary(() => {
  group('one look at a suite', () => {
    for (const blocks of [6, 20]) {
      const trials = blocksOf(blocks, () => ({ eval_duration: 101 }))
      bench(`${blocks} blocks`, () => do_not_optimize(assess(plan, trials, 'measure')))
    }
  })
})

await run()

/** A server in a process of its own that writes a reply of so many chunks as fast as it is read. */
async function startInstantServer(chunks: number): Promise<AsyncDisposable & { url: string }> {
  const program = `
    const line = (said) => JSON.stringify({ model: 'tiny', created_at: '2026-01-01T00:00:00Z', ...said, done: false }) + '\\n'
    const counters = { prompt_eval_count: 1, eval_count: ${chunks}, prompt_eval_duration: 1, eval_duration: 1 }
    const last = JSON.stringify({ model: 'tiny', response: '', done: true, done_reason: 'stop', ...counters }) + '\\n'
    const reply = (said) => Buffer.from(line(said).repeat(${chunks}) + last)
    const replies = {
      '/api/generate': reply({ response: ' word' }),
      '/api/chat': reply({ message: { role: 'assistant', content: ' word' } }),
    }
    const server = require('node:http').createServer(({ url }, response) => response.end(replies[url]))
    server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port))`
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [url] = (await once(child.stdout, 'data')) as [Buffer]
  return { url: String(url).trim(), [Symbol.asyncDispose]: async () => void child.kill() }
}
