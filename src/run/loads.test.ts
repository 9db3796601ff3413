import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { startScriptedOllama, type ScriptedOllama } from '../../test/scripted-ollama/index.ts'
import { recordedLoads } from '../../test/support/recorded-loads.ts'
import { brokenCall, callOf } from '../../test/support/trials.ts'
import type { PlannedConfig } from '../judge/plan.ts'
import type { MadeCall } from '../call/index.ts'
import type { Call, Trial } from '../schema/generated.ts'
import { Loads } from './loads.ts'

interface Given {
  load?: number
  keepAlive?: string | number
  options?: Record<string, unknown>
  model?: string
  start?: number
  duration?: number
  call?: Call
}

/** One server, one `Loads`, a clock that the trials move. */
function bench(host: string) {
  const loads = new Loads()
  const never = new AbortController().signal
  const config: PlannedConfig = { name: 'baseline', host, model: 'tiny', options: {} }
  let origin = performance.now()
  const made = (
    { load, keepAlive, options = {}, model = 'tiny', start, duration = 90, call }: Given,
    i: number,
  ): MadeCall => {
    const { cold: _, load_duration: __, ...rest } = call ?? callOf()
    const times = { start: start ?? i * 100, duration, ...(load !== undefined && { load_duration: load }) }
    return { host, model, keepAlive: keepAlive ?? '60m', begun: true, call: { ...rest, options, ...times } }
  }
  return {
    loads,
    preload: (over: Partial<PlannedConfig> = {}) => loads.preload({ ...config, ...over }, never),
    look: () => loads.look([config]),
    /** Which calls of a trial were cold; ten minutes pass between trials. */
    trial: (...calls: Given[]): boolean[] => {
      origin += 600_000
      return loads.mark(calls.map(made), origin).map(({ cold }) => cold)
    },
  }
}

async function onServer(work: (server: ScriptedOllama, of: ReturnType<typeof bench>) => Promise<void>) {
  await using server = await startScriptedOllama({ models: [{ name: 'tiny' }, { name: 'other' }] })
  await work(server, bench(server.url))
}

describe('what is asked for says cold by itself', () => {
  test('the first call after a preload is warm, whatever its load; after an unload it is cold, whatever its load', () =>
    onServer(async (server, { preload, trial, loads }) => {
      await preload()
      expect(trial({ load: 900 })).toEqual([false])
      loads.dropped(server.url, 'tiny:latest')
      expect(trial({ load: 2 })).toEqual([true])
      expect(trial({ load: 2 })).toEqual([false])
    }))

  test.each([0, '0', '0s', '0m0s', '0ms'])('keep_alive %j of a call makes the next one load', (keepAlive) =>
    onServer(async (_, { preload, trial }) => {
      await preload()
      expect(trial({ load: 3 }, { load: 3, keepAlive }, { load: 340 }, { load: 3 })).toEqual([
        false,
        false,
        true,
        false,
      ])
      expect(trial({ load: 3, keepAlive })).toEqual([false])
      expect(trial({ load: 90 })).toEqual([true])
    }),
  )

  test('an arm with keep_alive 0 loads for every call, the first too', () =>
    onServer(async (_, { preload, trial }) => {
      await preload({ keep_alive: 0 })
      for (const load of [340, 337, 371]) expect(trial({ load, keepAlive: 0 })).toEqual([true])
    }))

  test('a keep_alive that ran out makes the next call load, one that did not does not', () =>
    onServer(async (_, { preload, trial }) => {
      await preload({ keep_alive: '5m' })
      expect(trial({ load: 40, keepAlive: '20m' })).toEqual([true])
      expect(trial({ load: 3, keepAlive: '5m' }, { load: 3, keepAlive: '5m' })).toEqual([false, false])
      expect(trial({ load: 40, keepAlive: -1 })).toEqual([true])
      expect(trial({ load: 3 })).toEqual([false])
    }))

  test('the time of a keep_alive counts from the end of the call', () =>
    onServer(async (_, { preload, trial }) => {
      await preload()
      // The next trial begins 599.91 s after this call has ended.
      expect(trial({ load: 3, keepAlive: '599.9s' })).toEqual([false])
      expect(trial({ load: 3, keepAlive: '600s' })).toEqual([true])
      expect(trial({ load: 3 })).toEqual([false])
    }))

  test('a model gone from /api/ps is loaded by the next call; one that is there is not', () =>
    onServer(async (server, { preload, look, trial }) => {
      await preload()
      await look()
      expect(trial({ load: 3 })).toEqual([false])
      await look()
      expect(trial({ load: 3 })).toEqual([false])
      await fetch(`${server.url}/api/generate`, {
        method: 'POST',
        body: JSON.stringify({ model: 'tiny', keep_alive: 0 }),
      })
      await look()
      expect(trial({ load: 60 })).toEqual([true])
    }))

  test('other runner options load, and more so each time they change; sampling options do not', () =>
    onServer(async (_, { preload, trial }) => {
      await preload({ options: { num_ctx: 1024 } })
      const [small, large] = [{ num_ctx: 1024 }, { num_ctx: 4096 }]
      expect(
        trial({ load: 900, options: large }, { load: 880, options: small }, { load: 20, options: small }),
      ).toEqual([true, true, false])
      expect(trial({ load: 22, options: { ...small, seed: 2 } }, { load: 890, options: large })).toEqual([
        false,
        true,
      ])
      // A default num_gpu takes what is there, and the server may find two options to be one.
      expect(trial({ load: 21, options: { ...large, num_gpu: -1 } })).toEqual([false])
      expect(trial({ load: 23, options: small })).toEqual([false])
    }))
})

describe('what ought to be there is judged by the warm level', () => {
  test('a reload by another client is cold, be it as short as 150 ms over 3', () =>
    onServer(async (_, { preload, trial }) => {
      await preload()
      for (const load of [3, 3.2, 2.9, 3.1]) expect(trial({ load })).toEqual([false])
      expect(trial({ load: 3 }, { load: 150 }, { load: 3 })).toEqual([false, true, false])
    }))

  test('every model has its own level', () =>
    onServer(async (_, { preload, trial }) => {
      await preload()
      await preload({ model: 'other' })
      const both = [{ load: 2 }, { load: 253, model: 'other' }]
      for (let i = 0; i < 5; i++) expect(trial(...both)).toEqual([false, false])
      expect(trial({ load: 253 }, { load: 304, model: 'other:latest' })).toEqual([true, false])
    }))

  test('a server that cannot preload shows the level with its second call', () =>
    onServer(async (_, { preload, trial }) => {
      await preload({ model: 'missing' })
      expect(trial({ model: 'missing', load: 900 })).toEqual([true])
      expect(trial({ model: 'missing', load: 250 })).toEqual([false])
    }))

  test('after a broken call the level says what the next one found; a call without a load says nothing', () =>
    onServer(async (_, { preload, trial }) => {
      await preload()
      expect(trial({ load: 3 }, { call: brokenCall('timeout') }, { load: 340 }, { load: 3 })).toEqual([
        false,
        false,
        true,
        false,
      ])
      expect(trial({ call: brokenCall('truncated_stream') }, { load: 4 }, {})).toEqual([false, false, false])
    }))

  test('calls at once: who comes while another loads waits for the load, who comes later finds the model', () =>
    onServer(async (_, { preload, trial }) => {
      await preload({ keep_alive: 0 })
      const at = (start: number, load: number): Given => ({ start, load, duration: 1000, keepAlive: 0 })
      expect(trial(at(0, 400), at(10, 390), at(500, 3))).toEqual([true, true, false])
    }))
})

describe('recorded runs', () => {
  test.each([
    ['aa4b', '60m', 0],
    ['topk', '60m', 0],
    ['aamini', '60m', 0],
    ['coldmini', 0, recordedLoads.coldmini.length],
  ] as const)('%s with keep_alive %j: %i cold', (name, keepAlive, truth) =>
    onServer(async (_, { preload, trial }) => {
      await preload({ keep_alive: keepAlive })
      const cold = recordedLoads[name].flatMap((load) => trial({ load, keepAlive }))
      expect(cold.filter(Boolean)).toHaveLength(truth)
    }),
  )

  const folder = new URL('../../../shared/corpus/gpu/', import.meta.url)
  const runs: [name: string, truth: number][] = [
    ['aa0', 0],
    ['aa4b-1', 0],
    ['aa4b-2', 0],
    ['aa4b-3', 0],
    ...[1, 2, 3, 4, 5].map((n): [string, number] => [`aamini-${n}`, 0]),
    ['coldmini', 14],
    ['multi4', 0],
    ['ngmini', 0],
    ['rep0', 0],
    ['sweep', 0],
    ['topk', 0],
  ]
  test.for(runs)('%s, as recorded: %i cold', async ([name, truth], { skip }) => {
    const file = new URL(`${name}.trials.jsonl.gz`, folder)
    skip(!existsSync(file), 'the recordings are not part of the repository')
    const trials = gunzipSync(readFileSync(file)).toString().trim().split('\n')
    const keepAlive = name === 'coldmini' ? 0 : -1
    await onServer(async (_, { preload, trial }) => {
      let cold = 0
      for (const { phase, calls } of trials.map((line) => JSON.parse(line) as Trial)) {
        // A warm-up follows a preload: at the beginning, and after a switch of runner options.
        if (phase === 'warmup') await preload({ keep_alive: keepAlive, options: calls[0]!.options })
        const given = calls.map(({ start, duration, options, load_duration: load }) => ({
          start,
          duration,
          options,
          keepAlive,
          ...(load !== undefined && { load }),
        }))
        cold += trial(...given).filter(Boolean).length
      }
      expect(cold).toBe(truth)
    })
  })
})

describe('a model that another client has loaded since', () => {
  test.each([
    ['with another context', { num_ctx: 8192 }],
    ['with fewer layers on the GPU', { num_gpu: 5 }],
  ])('%s: a load that is no longer than a busy machine makes is cold', (_, options) =>
    onServer(async (server, { preload, look, trial }) => {
      await preload()
      for (let i = 0; i < 4; i++) {
        await look()
        expect(trial({ load: 62 + i })).toEqual([false])
      }
      // Of 65 ms, as such a machine shows them, 150 are within what other work delays a load by.
      await look()
      expect(trial({ load: 157 })).toEqual([false])
      await fetch(`${server.url}/api/generate`, {
        method: 'POST',
        body: JSON.stringify({ model: 'tiny', options, keep_alive: '60m' }),
      })
      await look()
      expect(trial({ load: 163 }, { load: 157 })).toEqual([true, false])
      await look()
      expect(trial({ load: 64 })).toEqual([false])
    }),
  )

  test('that left it as it was has reloaded nothing', () =>
    onServer(async (_, { preload, look, trial }) => {
      await preload()
      await look()
      expect(trial({ load: 62 })).toEqual([false])
      await look()
      expect(trial({ load: 157 })).toEqual([false])
    }))
})
