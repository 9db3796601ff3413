import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { callOf, pairFor, trialOf } from '../../test/support/trials.ts'
import type { Call, Role, StageTime, Trial } from '../schema/generated.ts'
import { attribute } from './attribution.ts'

const pair = pairFor()

/** What an agent does, one after the other: own code of so many ms, or a call. */
type Step = { stage: string | null; own: number } | { stage: string | null; call: Partial<Call> }

/** Queue 20 ms, load 5, prompt 25 (100 tokens), decode 99 (100 tokens), end 1; 150 in all unless said otherwise. */
const call = (stage: string | null, over: Partial<Call> = {}): Step => ({
  stage,
  call: { prompt_eval_duration: 25, ...over },
})

const runOf = (role: Role, block: number, steps: readonly Step[]): Trial => {
  const calls: Call[] = []
  const stages: StageTime[] = []
  let now = 0
  for (const step of steps) {
    const start = now
    if ('own' in step) now += step.own
    else {
      calls.push(callOf({ ...step.call, index: calls.length, stage: step.stage, start }))
      now += calls.at(-1)!.duration
    }
    if (step.stage !== null) stages.push({ name: step.stage, start, duration: now - start })
  }
  return trialOf({ role, block, over: { calls, stages, duration: now } })
}

const blocks = (n: number, arm: (role: Role, block: number) => readonly Step[]): Trial[] =>
  Array.from({ length: n }, (_, i) => i + 1).flatMap((block) =>
    (['baseline', 'candidate'] as const).map((role) => runOf(role, block, arm(role, block))),
  )

const planted = (more: (steps: Step[]) => Step[], n = 10) =>
  attribute(
    pair,
    blocks(n, (role) => {
      const steps = [{ stage: null, own: 100 }, call('analysis'), call('report')]
      return role === 'baseline' ? steps : more(steps)
    }),
  )!

describe('what was planted is what is found', () => {
  test('three more calls in the report stage, 300 ms of own code', () => {
    const found = planted((steps) => [...steps, ...Array(3).fill(call('report')), { stage: null, own: 300 }])
    expect(found).toEqual({
      baseline_value: 400,
      candidate_value: 1150,
      change: 750,
      interval: [750, 750],
      blocks: 10,
      parts: [
        { stage: 'report', part: 'calls', change: 450, interval: [450, 450], count: 3 },
        { stage: null, part: 'own_code', change: 300, interval: [300, 300] },
      ],
    })
  })

  test('a prompt 400 tokens longer, at the same rate', () => {
    const found = planted(([own, first]) => [
      own!,
      first!,
      call('report', {
        prompt_eval_count: 500,
        prompt_eval_duration: 125,
        ttft: 150,
        chunk_times: [150, 249],
        duration: 250,
      }),
    ])
    expect(found.parts).toEqual([
      { stage: 'report', part: 'input_tokens', change: 100, interval: [100, 100], count: 400 },
    ])
  })

  test('a sleep of 20 ms in a tool, inside its stage', () => {
    const found = planted((steps) => [...steps, { stage: 'analysis', own: 20 }])
    expect(found.parts).toEqual([{ stage: 'analysis', part: 'own_code', change: 20, interval: [20, 20] }])
  })

  test('longer replies that are decoded slower: tokens at the old rate, then the rate', () => {
    const slow = { eval_count: 150, chunk_times: [50, 50 + 99 * 1.5 * 2], duration: 51 + 99 * 3 }
    const { parts, change } = planted(([own, first]) => [own!, first!, call('report', slow)])
    expect(change).toBeCloseTo(198, 9)
    expect(parts).toEqual([
      { stage: 'report', part: 'output_tokens', change: 49.5, interval: [49.5, 49.5], count: 50 },
      { stage: 'report', part: 'decode_rate', change: 148.5, interval: [148.5, 148.5] },
    ])
  })

  test('fewer calls, each of which waits longer: the baseline prices the calls, the rest is per call', () => {
    const twice = attribute(
      pair,
      blocks(10, (role) =>
        role === 'baseline'
          ? [call('s'), call('s')]
          : [call('s', { ttft: 90, chunk_times: [90, 189], duration: 190, load_duration: 15 })],
      ),
    )!
    expect(twice.parts).toEqual([
      { stage: 's', part: 'calls', change: -150, interval: [-150, -150], count: -1 },
      { stage: 's', part: 'load', change: 10, interval: [10, 10] },
      { stage: 's', part: 'other', change: 30, interval: [30, 30] },
    ])
  })

  test('a stage that one arm lacks is calls that it does not make', () => {
    const { parts } = planted((steps) => [...steps, call('review')])
    expect(parts).toEqual([{ stage: 'review', part: 'calls', change: 150, interval: [150, 150], count: 1 }])
    const gone = planted((steps) => steps.slice(0, 2))
    expect(gone.parts).toEqual([
      { stage: 'report', part: 'calls', change: -150, interval: [-150, -150], count: -1 },
    ])
  })

  test('without token counts all of the change is the time per call', () => {
    const mute = (over: Partial<Call>) =>
      call('s', { prompt_eval_count: undefined, ...over } as Partial<Call>)
    const found = attribute(
      pair,
      blocks(10, (role) =>
        role === 'baseline'
          ? [mute({})]
          : [mute({ prompt_eval_duration: 40, ttft: 65, chunk_times: [65, 164], duration: 165 })],
      ),
    )!
    expect(found.parts).toEqual([{ stage: 's', part: 'prompt_rate', change: 15, interval: [15, 15] }])
  })

  test('a call that reports no tokens among others that do leaves the split open, not wrong', () => {
    const silent = call('s', { prompt_eval_count: undefined } as object)
    const slow = call('s', { prompt_eval_duration: 40, ttft: 65, chunk_times: [65, 164], duration: 165 })
    const found = attribute(
      pair,
      blocks(10, (role) => [role === 'baseline' ? call('s') : slow, silent]),
    )!
    expect(found.parts).toEqual([{ stage: 's', part: 'prompt_rate', change: 15, interval: [15, 15] }])
  })

  test('calls that run at once cost what the trial waited for', () => {
    const at = (start: number, stage: string): Call => callOf({ start, stage, prompt_eval_duration: 25 })
    const arm = (role: Role, block: number): Trial =>
      trialOf({
        role,
        block,
        over:
          role === 'baseline'
            ? { calls: [at(0, 'a'), at(0, 'b')], duration: 150 }
            : { calls: [at(0, 'a'), at(150, 'b')], duration: 300 },
      })
    const trials = Array.from({ length: 10 }, (_, i) => [
      arm('baseline', i + 1),
      arm('candidate', i + 1),
    ]).flat()
    const { change, parts } = attribute(pair, trials)!
    expect(change).toBe(150)
    expect(parts.reduce((sum, part) => sum + part.change, 0)).toBeCloseTo(150, 5)
    expect(parts.filter(({ part }) => part === 'calls')).toEqual([])
  })
})

describe('what is not there', () => {
  test('equal arms have no part, and an interval without width', () => {
    expect(planted((steps) => steps)).toMatchObject({ change: 0, interval: [0, 0], parts: [] })
  })

  test('too few blocks give a change without an interval, none gives nothing', () => {
    const found = planted((steps) => [...steps, { stage: null, own: 20 }], 4)
    expect(found).toMatchObject({ blocks: 4, change: 20, parts: [{ change: 20 }] })
    expect([found, ...found.parts].some((one) => 'interval' in one)).toBe(false)
    expect(attribute(pair, [])).toBeUndefined()
  })

  test('fresh blocks of a confirmation count as well', () => {
    const trials = (['measure', 'confirm'] as const).flatMap((phase) =>
      blocks(6, (role) => [call('s'), { stage: null, own: role === 'candidate' ? 40 : 20 }]).map((trial) => ({
        ...trial,
        phase,
      })),
    )
    expect(attribute(pair, trials)).toMatchObject({ blocks: 12, parts: [{ part: 'own_code', change: 20 }] })
  })

  test('alpha is shared: with more parts an interval is wider', () => {
    const noisy = (role: Role, block: number, others: number): Step[] => [
      { stage: null, own: 100 + (role === 'candidate' ? 30 + ((block * 7) % 10) : 0) },
      ...Array.from({ length: others }, (_, i): Step => ({
        stage: `s${i}`,
        own: role === 'candidate' ? 2 : 1,
      })),
    ]
    const width = (others: number): number => {
      const [low, high] = attribute(
        pair,
        blocks(10, (role, block) => noisy(role, block, others)),
      )!.parts[0]!.interval!
      return high - low
    }
    expect(width(10)).toBeGreaterThan(width(0))
  })
})

test('the parts add up to the change of trial_duration', () => {
  const ms = fc.double({ min: 0, max: 500, noNaN: true })
  const stage = fc.constantFrom(null, 'a', 'b')
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ stage, own: ms }),
    fc.record({
      stage,
      call: fc.record({
        duration: ms,
        load_duration: ms,
        prompt_eval_duration: ms,
        prompt_eval_count: fc.nat(500),
        eval_count: fc.nat(500),
        chunk_times: fc.array(ms, { maxLength: 2 }).map((times) => times.toSorted((a, b) => a - b)),
      }),
    }),
  )
  const arm = fc.array(step, { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(fc.array(fc.tuple(arm, arm), { minLength: 1, maxLength: 3 }), (runs) => {
      const trials = blocks(runs.length, (role, block) => runs[block - 1]![role === 'baseline' ? 0 : 1])
      const { change, baseline_value, candidate_value, parts } = attribute(pair, trials)!
      expect(change).toBeCloseTo(candidate_value - baseline_value, 6)
      expect(parts.reduce((sum, part) => sum + part.change, 0)).toBeCloseTo(change, 3)
    }),
  )
})
