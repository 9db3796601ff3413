import { describe, expect, test } from 'vitest'
import { brokenCall, callOf, trialOf } from '../../test/support/trials.ts'
import type { Call } from '../schema/generated.ts'
import { findCacheHits, implausible, plausible } from './counters.ts'
import { callValues } from './values.ts'

const call = (over: Partial<Call>): Call => ({ ...callOf(), ...over }) as Call
const sound = {
  duration: 200,
  eval_count: 24,
  eval_duration: 100,
  prompt_eval_count: 500,
  prompt_eval_duration: 20,
}

describe('a counter that cannot be', () => {
  test.each<[string, Partial<Call>, string[]]>([
    ['none', {}, []],
    ['24 tokens in a nanosecond', { eval_duration: 1e-6 }, ['eval_duration']],
    ['a day of decoding in a call of 200 ms', { eval_duration: 86_400_000 }, ['eval_duration']],
    [
      '5,000 prompt tokens in 0.1 ms',
      { prompt_eval_count: 5000, prompt_eval_duration: 0.1 },
      ['prompt_eval_duration'],
    ],
    [
      'the same of which the cache is announced',
      { prompt_eval_count: 5000, prompt_eval_cached_count: 4999, prompt_eval_duration: 0.1 },
      [],
    ],
    ['a billion tokens', { eval_count: 1e9 }, ['eval_count', 'eval_duration']],
    ['a load that is longer than its call', { load_duration: 60_000 }, ['load_duration']],
    ['one token in a microsecond, as Ollama has it', { eval_count: 1, eval_duration: 0.001 }, []],
    ['a clock that is a little fast', { eval_duration: 230 }, []],
  ])('%s', (_, over, names) => {
    const one = call({ ...sound, ...over })
    expect(implausible(one)).toEqual(names)
    const rest = plausible(one)
    for (const name of names) expect(rest).not.toHaveProperty(name)
    if (names.length === 0) expect(rest).toBe(one)
  })

  test('makes no figure, and leaves the others', () => {
    const good = callValues([call(sound)])
    const bad = callValues([call({ ...sound, eval_duration: 1e-6, prompt_eval_duration: 1e-6 })])
    expect(good.get('reported_throughput')).toBe(240)
    expect(good.get('prompt_throughput')).toBe(25_000)
    expect(bad.has('reported_throughput')).toBe(false)
    expect(bad.has('prompt_throughput')).toBe(false)
    expect(bad.get('output_tokens')).toBe(24)
    // Of several calls the others count.
    expect(
      callValues([call(sound), call({ ...sound, eval_duration: 1e-6 })]).get('reported_throughput'),
    ).toBe(240)
  })

  test('a reply that came all at once has no throughput at the socket', () => {
    const times = (span: number): Partial<Call> => ({ ...sound, chunks: 25, chunk_times: [10, 10 + span] })
    expect(callValues([call(times(100))]).has('output_throughput')).toBe(true)
    const held = callValues([call(times(0.001))])
    expect(held.has('output_throughput')).toBe(false)
    expect(held.has('tpot')).toBe(false)
  })
})

/** A trial per call, in turns of the arms. */
const trialsOf = (...calls: Call[]) =>
  calls.map((call, index) => trialOf({ role: 'candidate', block: index + 1, call }))
const told = (cached: number, over: Partial<Call> = {}) =>
  callOf({ prompt_eval_cached_count: cached, ...over })
const rate = (prompt_eval_duration: number, over: Partial<Call> = {}) =>
  callOf({ prompt_eval_duration, ...over })

test.each([
  [0, 50, false],
  [0, 51, true],
  [1, 90, false],
  [1, 91, true],
])('call %i of a trial that found %i of 100 tokens in the cache: %s', (index, cached, hit) => {
  expect(findCacheHits(trialsOf(told(cached, { index }))).size).toBe(hit ? 1 : 0)
})

test('where the server tells nothing, a rate ten times that of its like is a hit', () => {
  const calls = [rate(40), rate(42), rate(3.9), rate(41), rate(4.3)]
  expect([...findCacheHits(trialsOf(...calls))]).toEqual([calls[2]])
})

test('where every call hits and the server tells nothing, a thousand prompt tokens in a decoding step are', () => {
  const decoding = { eval_count: 24, eval_duration: 240 }
  const asked = (prompt_eval_count: number) => rate(10, { ...decoding, prompt_eval_count })
  const found = [asked(1001), asked(1500), asked(2000)]
  expect(findCacheHits(trialsOf(...found)).size).toBe(3)
  expect(findCacheHits(trialsOf(asked(1001))).size).toBe(1)
  expect(findCacheHits(trialsOf(asked(1000), asked(300))).size).toBe(0)
  // A pace of decoding that is not there says nothing.
  expect(findCacheHits(trialsOf(rate(10, { prompt_eval_count: 9999, eval_count: 1 }))).size).toBe(0)
})

test('the rate is that of a token: a prompt a tenth as long is no hit', () => {
  const calls = [rate(40), rate(40), rate(4, { prompt_eval_count: 10 })]
  expect(findCacheHits(trialsOf(...calls)).size).toBe(0)
})

test('one slow evaluation does not make hits of the others', () => {
  expect(findCacheHits(trialsOf(rate(40), rate(41), rate(42), rate(43), rate(4000))).size).toBe(0)
})

test('calls are held against those of the same stage and arm only, and one alone against nothing', () => {
  const calls = [rate(40), rate(41), rate(1, { stage: 'short' })]
  expect(findCacheHits(trialsOf(...calls)).size).toBe(0)
})

test('broken calls are no hits, whatever they count', () => {
  const broken = { ...brokenCall('no_done'), prompt_eval_cached_count: 100 }
  expect(findCacheHits(trialsOf(broken)).size).toBe(0)
})
