/**
 * A long fuzz of what reads texts that others wrote: the replies of a server, in any cut, and stored reports and trials.
 * None may throw anything but an error for users, hang, or take a broken text for a whole one.
 *
 * `npm run fuzz`, or with the number of runs of each property behind it (20,000). By hand; a failure prints its seed.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { LineReader } from '../src/call/protocol/ndjson.ts'
import { protocolAt } from '../src/call/protocol/index.ts'
import { readStored } from '../src/compare/read.ts'
import { ChimeraError } from '../src/errors.ts'
import { reportFaults, trialFaults } from '../src/schema/validate.ts'
import { upgraded } from '../src/schema/upgrade.ts'
import { sampleRun } from '../test/support/sample-runs.ts'

const numRuns = Number(process.argv[2] ?? 20_000)
const { report, trials } = sampleRun('embedded')

/** Bytes in any cut. */
function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const places = [...new Set(at.map((place) => place % (bytes.length + 1)))].toSorted((a, b) => a - b)
  return [0, ...places].map((from, i) => bytes.subarray(from, places[i] ?? bytes.length))
}

/** A value with one place of it replaced by any JSON. */
function bent(value: unknown, path: readonly number[], by: unknown): unknown {
  const [first, ...rest] = path
  if (first === undefined || typeof value !== 'object' || value === null) return by
  const keys = Object.keys(value)
  const key = keys[first % Math.max(1, keys.length)]
  if (key === undefined) return by
  const own = (value as Record<string, unknown>)[key]
  if (Array.isArray(value))
    return value.map((item: unknown, i) => (String(i) === key ? bent(item, rest, by) : item))
  return { ...value, [key]: bent(own, rest, by) }
}

const path = fc.array(fc.nat(40), { minLength: 1, maxLength: 6 })

/** What events of a reply are made of. */
const said = fc.record(
  {
    response: fc.oneof(fc.string(), fc.jsonValue()),
    message: fc.record({ content: fc.oneof(fc.string(), fc.jsonValue()), tool_calls: fc.jsonValue() }),
    choices: fc.array(
      fc.record(
        {
          index: fc.nat(2),
          delta: fc.oneof(fc.record({ content: fc.string() }), fc.jsonValue()),
          finish_reason: fc.constantFrom(null, 'stop', 'length', 5),
        },
        { requiredKeys: [] },
      ),
    ),
    type: fc.constantFrom('response.output_text.delta', 'response.completed', 'error', 'x'),
    delta: fc.oneof(fc.string(), fc.jsonValue()),
    usage: fc.oneof(fc.record({ completion_tokens: fc.nat(), prompt_tokens: fc.nat() }), fc.jsonValue()),
    done: fc.boolean(),
    eval_count: fc.oneof(fc.nat(), fc.jsonValue()),
    error: fc.jsonValue(),
  },
  { requiredKeys: [] },
)

const properties: Record<string, fc.IRawProperty<unknown> | fc.IAsyncProperty<unknown>> = {
  'lines come out whole, however the bytes are cut': fc.property(
    fc.array(
      fc.oneof(
        fc.json(),
        fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/[\r\n]/g, ' ')),
      ),
    ),
    fc.array(fc.nat()),
    (lines, at) => {
      const reader = new LineReader()
      const bytes = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(''))
      const read = cut(bytes, at).flatMap((piece) => reader.push(piece))
      const wanted = new TextDecoder()
        .decode(bytes)
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean)
      if (JSON.stringify(read.map((line) => line.trim()).filter(Boolean)) !== JSON.stringify(wanted))
        throw new Error(`read ${JSON.stringify(read)}`)
    },
  ),
  'any bytes are read without an error': fc.property(
    fc.uint8Array({ maxLength: 2000 }),
    fc.array(fc.nat()),
    (bytes, at) => {
      const reader = new LineReader()
      for (const piece of cut(bytes, at)) reader.push(piece)
      reader.rest()
    },
  ),
  'a reply of any protocol says the same however its bytes are cut, and is never an error': fc.property(
    fc.constantFrom('/api/generate', '/api/chat', '/v1/chat/completions', '/v1/completions', '/v1/responses'),
    fc.array(
      fc.oneof(
        fc.json(),
        said.map((object) => JSON.stringify(object)),
        fc.oneof(said, fc.jsonValue()).map((object) => `data: ${JSON.stringify(object)}\n`),
        fc.constantFrom('data: [DONE]\n', 'event: error', ': comment', 'data:', '', '\r'),
        fc.string({ unit: 'binary' }),
      ),
    ),
    fc.array(fc.nat()),
    (path, lines, at) => {
      const bytes = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(''))
      const read = (pieces: readonly Uint8Array[]): string => {
        const parser = protocolAt(path)?.stream()
        return JSON.stringify([pieces.flatMap((piece) => parser?.push(piece)), parser?.end()])
      }
      const [cutUp, whole] = [read(cut(bytes, at)), read([bytes])]
      if (cutUp !== whole) throw new Error(`${path}: ${cutUp} instead of ${whole}`)
    },
  ),
  'a bent report or trial is valid or has its faults named': fc.property(
    path,
    fc.jsonValue(),
    (place, by) => {
      for (const faults of [
        reportFaults(upgraded(bent(report, place, by))),
        trialFaults(bent(trials[0], place, by)),
      ])
        if (faults.some((fault) => typeof fault !== 'string' || fault === ''))
          throw new Error('a fault without a name')
    },
  ),
}

for (const [name, property] of Object.entries(properties)) {
  await fc.assert(property as fc.IAsyncProperty<unknown>, { numRuns })
  console.log(`${name}: ${numRuns} runs`)
}

const folder = await mkdtemp(join(tmpdir(), 'chimera-fuzz-'))
try {
  const texts = [JSON.stringify(report), trials.map((trial) => JSON.stringify(trial)).join('\n')] as const
  const runs = Math.ceil(numRuns / 20)
  await fc.assert(
    fc.asyncProperty(
      fc.nat(1),
      fc.nat(),
      fc.nat(50),
      fc.string({ unit: 'binary' }),
      async (which, at, length, by) => {
        const files = texts.map((text, i) => {
          const from = at % text.length
          return i === which ? text.slice(0, from) + by + text.slice(from + length) : text
        })
        await writeFile(join(folder, 'report.json'), files[0] ?? '')
        await writeFile(join(folder, 'trials.jsonl'), files[1] ?? '')
        await readStored(folder, true).catch((error: unknown) => {
          if (!(error instanceof ChimeraError)) throw error
        })
      },
    ),
    { numRuns: runs },
  )
  console.log(`stored reports and trials with a piece replaced: ${runs} runs`)
} finally {
  await rm(folder, { recursive: true, force: true })
}
