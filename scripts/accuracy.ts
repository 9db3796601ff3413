/**
 * Prints how far measurements are from the truth of a scripted server in another process, for every door and both
 * protocols: `node scripts/accuracy.ts [rounds]`. Scripted are a TTFT of 200 ms and 10 ms per token. A benchmark, not a
 * test: what it prints depends on what else the machine does, which the rows of a plain node:http client show.
 */
import { Agent, request as httpRequest } from 'node:http'
import { harnessOverhead } from '../src/call/index.ts'
import { holdListener, installGlobalDoor } from '../src/call/doors/index.ts'
import type { Call } from '../src/schema/generated.ts'
import { spawnScriptedOllama, type LogEvent } from '../test/scripted-ollama/index.ts'
import { recording } from '../test/scripted-ollama/recording.ts'

const DOORS = ['node:http', 'context', 'global', 'proxy'] as const
const PATHS = { ollama: '/api/chat', openai: '/v1/chat/completions' } as const
type Door = (typeof DOORS)[number]
type Api = keyof typeof PATHS

const kept = new Agent({ keepAlive: true })
installGlobalDoor()
const closeListener = await holdListener()
const rounds = Number(process.argv[2] ?? 10)
const row = (...cells: (string | number)[]): string =>
  cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(3) : cell).padStart(10)).join('')

console.log(
  "difference from the server's own log, ms; waited: what the client itself saw of its first chunk, over ttft",
)
console.log(row('protocol', 'door', 'streams', 'metric', 'n', 'p50', 'p90', 'p99', 'max'))
for (const api of ['ollama', 'openai'] as const)
  for (const door of DOORS) for (const streams of [1, 16]) await print(api, door, streams)
console.log(`median lag of a chunk on loopback within this process: ${await harnessOverhead()} ms`)
closeListener()

async function print(api: Api, door: Door, streams: number): Promise<void> {
  const found = await accuracy(api, door, streams)
  for (const [metric, values] of Object.entries(found)) {
    if (values.length === 0) continue
    const quantiles = [0.5, 0.9, 0.99, 1].map((p) => at(values, p))
    console.log(row(api, door, String(streams), metric, String(values.length), ...quantiles))
  }
}

/** Absolute differences between measurement and the server's own log, ms, sorted. */
interface Accuracy {
  ttft: number[]
  itl: number[]
  waited: number[]
}

/**
 * Holds measurements against the log of a server in another process: `streams` calls at once, `rounds`
 * times, each with a TTFT of 200 ms and 10 ms per token. The server's TTFT is arrival of the request to
 * first chunk written, its gaps are between writes: no clock is compared across processes.
 */
async function accuracy(api: Api, door: Door, streams: number): Promise<Accuracy> {
  await using server = await spawnScriptedOllama({
    precise: true,
    call: { ttft: 20, per_token: 2, tokens: 10 },
  })
  // A trial is never the first thing a process does: connections are open by then, and code is compiled.
  await run(server.url, api, door, streams, Math.ceil(100 / streams))
  await server.rescript({ precise: true, call: { ttft: 200, per_token: 10, tokens: 40 } })
  await server.clear()
  const { calls, waited } = await run(server.url, api, door, streams, rounds)
  const [log, requests] = await Promise.all([server.log(), server.requests()])
  const pairs = calls.map((call) => {
    const seen = requests.find(({ body }) => body['user'] === call.options['stop'])
    return { call, log: log.filter(({ request }) => request === seen?.index) }
  })
  return {
    ttft: sorted(pairs.map(ttftError)),
    itl: sorted(pairs.flatMap(itlErrors)),
    waited: sorted(waited.filter(Number.isFinite)),
  }
}

/** What a difference is made of. */
type Timed = Pick<Call, 'ttft' | 'chunk_times' | 'options'>

async function run(url: string, api: Api, door: Door, streams: number, rounds: number) {
  const recorder = recording(url, { nonce: undefined })
  const base = door === 'proxy' ? recorder.variables()['OLLAMA_HOST'] : url
  const send = door === 'context' ? recorder.fetch : fetch
  const within = door === 'global' ? recorder.inside : <T>(work: () => T): T => work()
  const seen = new Map<string, number>()
  const plain: Timed[] = []
  /** One streamed chat; the name travels as an option that changes nothing. */
  async function ask(name: string): Promise<void> {
    const named = api === 'ollama' ? { options: { stop: name } } : { stop: name }
    const messages = [{ role: 'user', content: 'Hi' }]
    const body = JSON.stringify({ model: 'tiny', stream: true, messages, user: name, ...named })
    if (door === 'node:http') return void plain.push(await readPlain(`${url}${PATHS[api]}`, body, name))
    const began = performance.now()
    const reply = await send(`${base}${PATHS[api]}`, { method: 'POST', body })
    for await (const _ of reply.body ?? []) if (!seen.has(name)) seen.set(name, performance.now() - began)
  }
  for (let round = 0; round < rounds; round++) {
    const names = Array.from({ length: streams }, (_, i) => `${round}-${i}`)
    await within(() => Promise.all(names.map(ask)))
  }
  const calls: Timed[] = [...(await recorder.finish()), ...plain]
  const waited = calls.map(({ options, ttft = NaN }) => (seen.get(String(options['stop'])) ?? NaN) - ttft)
  return { calls, waited }
}

/** The same without this package: a chunk is there when its `data` event is. */
function readPlain(url: string, body: string, name: string): Promise<Timed> {
  const { promise, resolve, reject } = Promise.withResolvers<Timed>()
  const chunk_times: number[] = []
  let began = 0
  const request = httpRequest(url, { method: 'POST', agent: kept }, (reply) => {
    reply.on('data', () => chunk_times.push(performance.now() - began))
    reply.on('end', () => resolve({ ttft: chunk_times[0] ?? NaN, chunk_times, options: { stop: name } }))
  })
  request.on('error', reject)
  request.end(body, () => (began = performance.now()))
  return promise
}

interface Pair {
  call: Timed
  log: LogEvent[]
}

function ttftError({ call, log }: Pair): number {
  const [request, first] = [
    log.find(({ event }) => event === 'request'),
    log.find(({ event }) => event === 'chunk'),
  ]
  return Math.abs((call.ttft ?? NaN) - ((first?.at ?? NaN) - (request?.at ?? NaN)))
}

function itlErrors({ call, log }: Pair): number[] {
  const written = gaps(log.filter(({ event }) => event === 'chunk').map(({ at }) => at))
  const seen = gaps(call.chunk_times ?? []).slice(0, written.length)
  return seen.map((gap, i) => Math.abs(gap - (written[i] ?? NaN)))
}

function gaps(times: number[]): number[] {
  return times.slice(1).map((at, i) => at - (times[i] ?? NaN))
}

function sorted(values: number[]): number[] {
  return values.toSorted((a, b) => a - b)
}

/** The p-th share of sorted values lies at or below it. */
function at(values: number[], p: number): number {
  return values[Math.min(values.length - 1, Math.floor(p * values.length))] ?? NaN
}
