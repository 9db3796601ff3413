import { describe, expect, test } from 'vitest'
import { toCall } from './call.ts'
import type { Final } from './protocol/index.ts'
import { Reply } from './reply.ts'

/** A call whose first content came after 300 ms. */
function made(final: Final, streamed = true) {
  const reply = new Reply()
  reply.take({ content: 'Hi' }, 1300)
  reply.take({ final: { done_reason: 'stop', eval_count: 1, ...final } }, 1301)
  return toCall({
    index: 0,
    stage: null,
    agent: undefined,
    endpoint: 'generate',
    via: 'context',
    streamed,
    options: {},
    reply,
    host: 'http://h',
    model: 'tiny',
    keepAlive: '60m',
    outcome: { valid: true },
    origin: 0,
    writtenAt: 1000,
    endedAt: 1301,
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
