import { describe, expect, test } from 'vitest'
import { toCall } from './call.ts'
import type { Final } from './protocol/index.ts'
import { Reply } from './reply.ts'

/** A call written a second after its trial began, whose content came at these times, by default 300 ms later. */
function made(final: Final, streamed = true, arrivals: readonly number[] = [1300]) {
  const reply = new Reply()
  for (const at of arrivals) reply.take({ content: 'Hi' }, at)
  const endedAt = (arrivals.at(-1) ?? 0) + 1
  reply.take({ final: { done_reason: 'stop', eval_count: 1, ...final } }, endedAt)
  return toCall({
    index: 0,
    stage: null,
    agent: undefined,
    endpoint: 'generate',
    via: 'context',
    streamed,
    options: {},
    begun: true,
    reply,
    host: 'http://h',
    model: 'tiny',
    keepAlive: '60m',
    outcome: { valid: true },
    origin: 0,
    writtenAt: 1000,
    endedAt,
  })
}

const partsOf = (load: number | undefined, prompt: number | undefined, streamed?: boolean) =>
  made(
    {
      ...(load !== undefined && { load_duration: load }),
      ...(prompt !== undefined && { prompt_eval_duration: prompt }),
    },
    streamed,
  ).call.ttft_parts

describe('what a TTFT was spent on', () => {
  test('load and prompt evaluation by the server, the rest by difference', () => {
    expect(partsOf(253, 13.3)).toEqual({ load: 253, prompt: 13.3, rest: 33.7 })
  })

  test('the rest is never negative: two clocks may differ by 1 ms, and what differs by more is no part', () => {
    expect(partsOf(280, 20.9)).toEqual({ load: 280, prompt: 20.9, rest: 0 })
    expect(partsOf(280, 21.1)).toBeUndefined()
  })

  test('absent where the server reports no durations, and where nothing was streamed', () => {
    // A server that reports no load holds its model.
    expect(partsOf(undefined, 13)).toEqual({ load: 0, prompt: 13, rest: 287 })
    expect(partsOf(253, undefined)).toBeUndefined()
    expect(partsOf(253, 13, false)).toBeUndefined()
  })
})

test('a call keeps what decides which model the next one finds', () => {
  expect(made({})).toMatchObject({ host: 'http://h', model: 'tiny', keepAlive: '60m' })
  expect(made({}).call).not.toHaveProperty('cold')
})

test('times count from the written request, but for when it was written', () => {
  // Gaps of 1, 2, … 100 ms.
  const arrivals = Array.from({ length: 101 }, (_, i) => 1300 + (i * (i + 1)) / 2)
  expect(made({}, true, arrivals).call).toMatchObject({
    start: 1000,
    ttft: 300,
    e2e_latency: 5350,
    duration: 5351,
    // Type 7: the k-th of 100 gaps stands at (k - 1) / 99.
    itl: { p50: 50.5, p95: 95.05, p99: 99.01, max: 100 },
  })
  expect(made({}, false).call).toMatchObject({ start: 1000, duration: 301, e2e_latency: 301, chunks: 1 })
})
