import { expect, test } from 'vitest'
import { brokenCall, callOf, trialOf } from '../../test/support/trials.ts'
import type { Call } from '../schema/generated.ts'
import { findCacheHits } from './cache.ts'

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
