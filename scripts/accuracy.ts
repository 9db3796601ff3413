/**
 * Prints how far measurements are from the truth of a scripted server in another process:
 * `node scripts/accuracy.ts [rounds]`. Scripted are a TTFT of 200 ms and 10 ms per token. A benchmark,
 * not a test: what it prints depends on what else the machine does.
 */
import { harnessOverhead } from '../src/call/index.ts'
import type { Call } from '../src/schema/generated.ts'
import { spawnScriptedOllama, type LogEvent } from '../test/scripted-ollama/index.ts'
import { recording } from '../test/scripted-ollama/recording.ts'

const rounds = Number(process.argv[2] ?? 10)
const row = (...cells: (string | number)[]): string =>
  cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(3) : cell).padStart(9)).join('')

console.log("difference from the server's own log, ms")
console.log(row('streams', 'metric', 'n', 'p50', 'p90', 'p99', 'max'))
for (const streams of [1, 16]) {
  const found = await accuracy(streams, rounds)
  for (const [metric, values] of Object.entries(found)) {
    console.log(
      row(
        String(streams),
        metric,
        String(values.length),
        at(values, 0.5),
        at(values, 0.9),
        at(values, 0.99),
        at(values, 1),
      ),
    )
  }
}
console.log(`median lag of a chunk on loopback within this process: ${await harnessOverhead()} ms`)

/** Absolute differences between measurement and the server's own log, ms, sorted. */
interface Accuracy {
  ttft: number[]
  itl: number[]
}

/**
 * Holds measurements against the log of a server in another process: `streams` calls at once, `rounds`
 * times, each with a TTFT of 200 ms and 10 ms per token. The server's TTFT is arrival of the request to
 * first chunk written, its gaps are between writes: no clock is compared across processes.
 */
async function accuracy(streams: number, rounds: number): Promise<Accuracy> {
  await using server = await spawnScriptedOllama({
    precise: true,
    call: { ttft: 20, per_token: 2, tokens: 10 },
  })
  // A trial is never the first thing a process does: connections are open by then, and code is compiled.
  await run(server.url, streams, Math.ceil(100 / streams))
  await server.rescript({ precise: true, call: { ttft: 200, per_token: 10, tokens: 40 } })
  await server.clear()
  const calls = await run(server.url, streams, rounds)
  const [log, requests] = await Promise.all([server.log(), server.requests()])
  const pairs = calls.map((call) => {
    const seen = requests.find(({ body }) => body['prompt'] === call.agent)
    return { call, log: log.filter(({ request }) => request === seen?.index) }
  })
  return { ttft: sorted(pairs.map(ttftError)), itl: sorted(pairs.flatMap(itlErrors)) }
}

async function run(url: string, streams: number, rounds: number): Promise<Call[]> {
  const recorder = recording(url, { nonce: undefined })
  for (let round = 0; round < rounds; round++) {
    const names = Array.from({ length: streams }, (_, i) => `${round}-${i}`)
    await Promise.all(names.map((prompt) => recorder.asAgent(prompt, () => recorder.generate({ prompt }))))
  }
  return recorder.finish()
}

interface Pair {
  call: Call
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
  return gaps(call.chunk_times ?? []).map((gap, i) => Math.abs(gap - (written[i] ?? NaN)))
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
