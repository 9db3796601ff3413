/**
 * Prints what a run takes of memory, in the worker that runs the suite and in the main process that reports it:
 * `npm run memory -- [calls …] [--chunks 50] [--each 1000] [--heap MB]`, by default 10000, 50000 and 100000 calls of 50
 * chunks, 1000 a trial. One suite on an instant server. A benchmark, not a test: the peak is resident memory with garbage
 * that was not collected yet, `live` is the heap and the buffers that the last full collection left. With `--heap` each
 * process has so much of a heap and no more.
 */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createFixture } from '../test/e2e/fixture.ts'

const MOST_CALLS = 1_000_000
/** Rows of the figure over calls. */
const ROWS = 10

/** Runs in every process of the run that has Vitest in it. */
const SAMPLER = `
import { appendFileSync } from 'node:fs'
import { PerformanceObserver, constants } from 'node:perf_hooks'
const role = process.send === undefined ? 'main' : 'worker'
let live
new PerformanceObserver((list) => {
  if (list.getEntries().some(({ detail }) => detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR)) {
    const { heapUsed, external } = process.memoryUsage()
    live = heapUsed + external
  }
}).observe({ entryTypes: ['gc'] })
const file = process.env.SAMPLES
const take = () => appendFileSync(file, JSON.stringify({ role, at: Date.now(), rss: process.memoryUsage.rss(), live }) + '\\n')
setInterval(take, 200).unref()
process.on('exit', take)
`

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    chunks: { type: 'string', default: '50' },
    each: { type: 'string', default: '1000' },
    heap: { type: 'string' },
  },
})
const counts = positionals.map(Number)
const [chunks, each] = [Number(values.chunks), Number(values.each)]
const server = await startInstantServer()
for (const calls of counts.length > 0 ? counts : [10_000, 50_000, 100_000]) await print(calls)
server.close()

async function print(wanted: number): Promise<void> {
  const trials = Math.max(2, Math.min(wanted, MOST_CALLS) / each)
  const blocks = Math.ceil(trials / 2)
  await using project = await createFixture({ 'suites/many.bench.ts': suite(blocks) })
  server.restart()
  const samples = join(project.dir, 'samples.jsonl')
  const heap = values.heap === undefined ? '' : ` --max-old-space-size=${values.heap}`
  const {
    exitCode,
    output,
    trials: written,
  } = await project.bench([], {
    OLLAMA_HOST: server.url,
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(SAMPLER)}${heap}`,
    SAMPLES: samples,
  })
  const made = written.reduce((sum, { calls }) => sum + calls.length, 0)
  const taken = (await readFile(samples, 'utf8')).trimEnd().split('\n')
  const all = taken.map((line) => JSON.parse(line) as Sample)
  console.log(`${made} calls in ${written.length} trials, exit code ${exitCode}`)
  if (written.length === 0) console.log(output)
  console.log(row('MB after calls', 'worker', 'live', 'main', 'live'))
  for (let i = 1; i <= ROWS; i++) {
    const share = Math.round((server.calls() * i) / ROWS)
    const until = i === ROWS ? Infinity : server.reached(share)
    console.log(row(i === ROWS ? 'peak, end' : share, ...figures(all.filter(({ at }) => at <= until))))
  }
}

interface Sample {
  role: 'worker' | 'main'
  at: number
  rss: number
  /** Absent before the first full collection. */
  live?: number
}

/** Of each process the highest resident size so far, and what is live. */
function figures(samples: readonly Sample[]): number[] {
  return (['worker', 'main'] as const).flatMap((role) => {
    const own = samples.filter((sample) => sample.role === role)
    const peak = Math.max(...own.map(({ rss }) => rss))
    return [peak, own.findLast(({ live }) => live !== undefined)?.live ?? NaN].map((n) => n / 2 ** 20)
  })
}

function row(...cells: (string | number)[]): string {
  return cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(0) : cell).padStart(15)).join('')
}

function suite(blocks: number): string {
  return `import { agentBench } from 'vitest-chimera'
const agent = async ({ generate, stage }) => {
  for (const name of ['plan', 'write'])
    await stage(name, async () => {
      for (let i = 0; i < ${each / 2}; i++) await generate({ prompt: 'Say something.' })
    })
  return 'done. '.repeat(1000)
}
agentBench('many', agent, {
  baseline: { name: 'a', model: 'tiny', options: { temperature: 0 } },
  candidate: { name: 'b', model: 'tiny', options: { temperature: 0.5 } },
  blocks: { min: ${blocks}, max: ${blocks} },
  trialTimeout: 600_000,
  timeBudget: 3_600_000,
})
`
}

/** Answers as Ollama does, at once, and remembers when each call came. */
async function startInstantServer() {
  const model = { name: 'tiny:latest', model: 'tiny:latest', digest: '0'.repeat(64), size: 1, size_vram: 1 }
  const chunk = `${JSON.stringify({ model: 'tiny', response: ' word', done: false })}\n`
  const counters = { prompt_eval_count: 9, eval_count: chunks, prompt_eval_duration: 1e6, eval_duration: 1e7 }
  const last = `${JSON.stringify({ model: 'tiny', response: '', done: true, done_reason: 'stop', load_duration: 1e5, ...counters })}\n`
  const replies: Record<string, unknown> = {
    '/api/version': { version: '0.24.0' },
    '/api/tags': { models: [model] },
    '/api/ps': { models: [model] },
    '/api/show': { details: { family: 'llama', quantization_level: 'Q4_K_M' }, model_info: {} },
  }
  let times: number[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    request.resume()
    await once(request, 'end')
    const fact = replies[request.url ?? '']
    if (fact === undefined) {
      times.push(Date.now())
      // In parts, so that chunks have times of their own.
      for (let i = 0; i < 5; i++) {
        response.write(chunk.repeat(chunks / 5))
        await new Promise(setImmediate)
      }
    }
    response.end(fact === undefined ? last : JSON.stringify(fact))
  }
  const http = createServer((request, response) => void answer(request, response))
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    restart: () => void (times = []),
    calls: () => times.length,
    reached: (calls: number) => times[calls - 1] ?? Infinity,
    close: () => {
      http.closeAllConnections()
      http.close()
    },
  }
}
