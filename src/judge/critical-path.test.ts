import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { brokenCall, callOf, trialOf } from '../../test/support/trials.ts'
import type { Call, StageTime, Trial } from '../schema/generated.ts'
import { pathOf } from './critical-path.ts'

const trial = (duration: number, calls: Call[], stages: StageTime[] = []): Trial =>
  trialOf({ role: 'baseline', block: 1, over: { duration, calls, stages } })

/** 20 ms queue, 5 load, 25 prompt, 99 decode, 1 until the final object; 150 in all. */
const call = (start: number, over: Partial<Call> = {}): Call =>
  callOf({ start, prompt_eval_duration: 25, ...over })

const pathObject = (of: Trial) => Object.fromEntries(pathOf(of))

describe('one call', () => {
  test('streamed: the server reports load and prompt, the socket decoding, and the rest is other', () => {
    expect(pathObject(trial(160, [call(1)]))).toEqual({
      null: { load: 5, prompt: 25, decode: 99, other: 21, own: 10, calls: 1, input: 100, output: 100 },
    })
  })

  test.each([
    ['not streamed', { streamed: false, chunk_times: undefined }],
    ['in one chunk', { chunk_times: [149] }],
  ])('%s: decoding is eval_duration', (_, over) => {
    expect(pathOf(trial(150, [call(0, over as Partial<Call>)])).get(null)).toMatchObject({
      load: 5,
      prompt: 25,
      decode: 100,
      other: 20,
    })
  })

  test('a server whose clock reports more than the call took is cut to it', () => {
    const path = pathOf(trial(150, [call(0, { load_duration: 30, prompt_eval_duration: 900 })])).get(null)
    expect(path).toMatchObject({ load: 30, prompt: 20, decode: 99, other: 1 })
  })

  test('a call that was refused and made again takes its time, and has no tokens', () => {
    const { prompt_eval_count: _, ...refused } = {
      ...brokenCall('busy'),
      chunk_times: [],
      start: 0,
      duration: 10,
    }
    const path = pathOf(trial(200, [refused, call(50)])).get(null)
    expect(path).toMatchObject({ calls: 2, input: 100, output: 100, own: 40 })
  })

  test('tokens from the prompt cache were not evaluated', () => {
    expect(pathOf(trial(150, [call(0, { prompt_eval_cached_count: 60 })])).get(null)!.input).toBe(40)
  })
})

describe('concurrent calls', () => {
  test('time belongs to the call that ends last; of the other only its beginning counts', () => {
    const path = pathOf(trial(300, [call(0, { stage: 'a' }), call(40, { stage: 'b', duration: 260 })]))
    // The first 40 ms of a: its queue, load and 15 ms of its prompt.
    expect(path.get('a')).toMatchObject({ other: 20, load: 5, prompt: 15, decode: 0, calls: 1, output: 100 })
    expect(path.get('b')).toMatchObject({ other: 131, load: 5, prompt: 25, decode: 99 })
    expect([path.get('a')!.own, path.get('b')!.own, path.has(null)]).toEqual([0, 0, false])
  })

  test('a call inside another one takes no time and is a call all the same', () => {
    const path = pathOf(
      trial(400, [call(0, { stage: 'long', duration: 400 }), call(100, { stage: 'short' })]),
    )
    expect(path.get('short')).toEqual({
      load: 0,
      prompt: 0,
      decode: 0,
      other: 0,
      own: 0,
      calls: 1,
      input: 100,
      output: 100,
    })
    expect(path.get('long')!.other).toBe(271)
  })
})

describe("the agent's own code", () => {
  test('belongs to the innermost stage', () => {
    const stages = [
      { name: 'outer', start: 10, duration: 300 },
      { name: 'inner', start: 20, duration: 200 },
    ]
    const path = pathOf(trial(400, [call(50, { stage: 'inner' })], stages))
    expect([path.get('inner')!.own, path.get('outer')!.own, path.get(null)!.own]).toEqual([50, 100, 100])
  })

  test('without any call is all there is', () => {
    expect(pathObject(trial(70, [])).null).toMatchObject({ own: 70, calls: 0 })
  })
})

test('whatever overlaps, the times add up to trial_duration', () => {
  const ms = fc.double({ min: 0, max: 1000, noNaN: true })
  const calls = fc.array(
    fc.record({
      start: ms,
      duration: ms,
      stage: fc.constantFrom(null, 'a', 'b'),
      load_duration: ms,
      prompt_eval_duration: ms,
      eval_duration: ms,
      chunk_times: fc.array(ms, { maxLength: 3 }).map((times) => times.toSorted((a, b) => a - b)),
    }),
    { maxLength: 8 },
  )
  const stages = fc.array(fc.record({ name: fc.constantFrom('a', 'b'), start: ms, duration: ms }), {
    maxLength: 4,
  })
  fc.assert(
    fc.property(ms, calls, stages, (duration, given, spans) => {
      const path = pathOf(
        trial(
          duration,
          given.map((one, index) => callOf({ ...one, index })),
          spans,
        ),
      )
      const times = [...path.values()].flatMap(({ load, prompt, decode, other, own }) => [
        load,
        prompt,
        decode,
        other,
        own,
      ])
      expect(times.every((time) => time > -1e-9)).toBe(true)
      expect(times.reduce((a, b) => a + b, 0)).toBeCloseTo(duration, 6)
    }),
  )
})
