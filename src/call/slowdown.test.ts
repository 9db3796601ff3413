import { expect, test, vi } from 'vitest'
import { startScriptedOllama } from '../../test/scripted-ollama/index.ts'
import { recording } from '../../test/scripted-ollama/recording.ts'
import type { Observer } from './exchange.ts'
import { slowed, slowedFinal } from './slowdown.ts'

/** What an observer was told, each with its stamp and the time at which it was. */
function observe(): { told: [what: string, at: number, now: number][]; observer: Observer } {
  const told: [string, number, number][] = []
  const tell =
    (what: string) =>
    (...args: unknown[]) =>
      void told.push([what, Number(args.at(-1)), performance.now()])
  const observer = {
    written: tell('written'),
    head: tell('head'),
    chunk: tell('chunk'),
    end: tell('end'),
    fail: tell('fail'),
  }
  return { told, observer }
}

test('the first token is later by as much, every gap longer by the share; nothing is told before it is due', () => {
  vi.useFakeTimers()
  try {
    const start = performance.now()
    const { told, observer } = observe()
    const slow = slowed(observer, { decode: 0.5, first_token: 20 })
    for (const at of [10, 11, 11, 15]) {
      vi.advanceTimersByTime(start + at - performance.now())
      slow.chunk(new Uint8Array([1]), start + at)
    }
    expect(told).toEqual([])
    slow.end(start + 15)
    vi.runAllTimers()
    expect(told.map(([what]) => what)).toEqual(['chunk', 'chunk', 'chunk', 'chunk', 'end'])
    expect(told.map(([, at]) => at - start)).toEqual([30, 31.5, 31.5, 37.5, 37.5])
    for (const [, at, now] of told) expect(now).toBeGreaterThanOrEqual(at)
  } finally {
    vi.useRealTimers()
  }
})

test('what the server reports of itself grows alike, and what it does not report stays absent', () => {
  const final = { eval_duration: 100, prompt_eval_duration: 30, load_duration: 5, total_duration: 140 }
  expect(slowedFinal(final, { decode: 0.5, first_token: 20 })).toEqual({
    eval_duration: 150,
    prompt_eval_duration: 50,
    load_duration: 5,
    total_duration: 140 + 50 + 20,
  })
  expect(slowedFinal({ eval_count: 3 }, { decode: 0.5, first_token: 20 })).toEqual({ eval_count: 3 })
})

test('a measured call is slowed at the socket and in its durations; one that is not streamed is left alone', async () => {
  await using server = await startScriptedOllama({ call: { ttft: 30, per_token: 3, tokens: 21, load: 5 } })
  const recorder = recording(server.url, { slowdown: { decode: 0.5, first_token: 40 } })
  await recorder.generate({ prompt: 'Hi' })
  await recorder.ollama.generate({ model: 'tiny', prompt: 'Hi', stream: false })
  const [streamed, whole] = await recorder.finish()
  expect(streamed).toMatchObject({
    valid: true,
    chunks: 21,
    eval_duration: 90,
    prompt_eval_duration: 25 + 40,
    total_duration: 30 + 60 + 30 + 40,
  })
  expect(streamed!.ttft).toBeGreaterThanOrEqual(69)
  // A first chunk that a busy machine reads late leaves less time for the rest, so only the whole has a lower bound.
  expect(streamed!.e2e_latency).toBeGreaterThanOrEqual(30 + 60 + 40 - 1)
  expect(whole).toMatchObject({ valid: true, streamed: false, eval_duration: 60, total_duration: 90 })
})
