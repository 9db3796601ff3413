import { describe, expect, test } from 'vitest'
import { brokenCall, callOf, trialOf } from '../../test/support/trials.ts'
import type { MetricName } from '../metrics.ts'
import type { Call, StageTime } from '../schema/generated.ts'
import { stageValues, trialValues } from './values.ts'

const trial = (calls: Call[], stages: StageTime[] = [], duration = 400) =>
  trialOf({ role: 'baseline', block: 1, over: { calls, stages, duration } })

const at = (index: number, start: number, over: Partial<Call> = {}) => callOf({ index, start, ...over })

describe('the values of a trial', () => {
  test('one call: every metric is what the call says', () => {
    expect(
      Object.fromEntries(trialValues(trial([callOf({ itl: { p50: 1.5, p95: 2, p99: 3, max: 4 } })]))),
    ).toEqual({
      output_throughput: 1000,
      reported_throughput: 1000,
      ttft: expect.closeTo(50, 10),
      ttft_content: expect.closeTo(50, 10),
      stall_share: 0,
      tpot: 1,
      itl: 1.5,
      e2e_latency: 149,
      prompt_throughput: 2500,
      load_duration: 5,
      trial_duration: 400,
      llm_share: 0.375,
      own_time: 250,
      calls: 1,
      input_tokens: 100,
      output_tokens: 100,
    })
  })

  test('tokens are counted over valid calls; a call that failed and was made again is a call, and no time', () => {
    const values = trialValues(
      trial([
        at(0, 1),
        at(1, 200, { prompt_eval_count: 7, eval_count: 3 }),
        { ...brokenCall('busy'), ttft: 900, e2e_latency: 900 },
      ]),
    )
    const names: MetricName[] = ['calls', 'input_tokens', 'output_tokens', 'ttft', 'e2e_latency']
    expect(names.map((name) => values.get(name))).toEqual([3, 107, 103, expect.closeTo(50, 10), 298])
  })

  test('input tokens that one call does not report are not the sum of the others', () => {
    const { prompt_eval_count: _, ...silent } = at(1, 200)
    const values = trialValues(trial([at(0, 1), silent]))
    expect([values.get('calls'), values.has('input_tokens'), values.get('output_tokens')]).toEqual([
      2,
      false,
      200,
    ])
  })

  test('output_throughput is the sum of tokens over the sum of time, not the mean of rates', () => {
    const calls = [
      at(0, 1, { eval_count: 300, eval_duration: 100 }),
      at(1, 200, { eval_count: 100, eval_duration: 300 }),
    ]
    expect(trialValues(trial(calls)).get('output_throughput')).toBe(1000)
  })

  test.each([
    [15, undefined],
    [16, 160],
  ])('a reply of %i tokens alone gives a throughput of %s', (eval_count, expected) => {
    expect(trialValues(trial([callOf({ eval_count, eval_duration: 100 })])).get('output_throughput')).toBe(
      expected,
    )
  })

  test('a short reply does not enter the throughput of the long ones', () => {
    const calls = [at(0, 1), at(1, 200, { eval_count: 1, eval_duration: 0.001 })]
    expect(trialValues(trial(calls)).get('output_throughput')).toBe(1000)
  })

  test('ttft is the geometric mean over warm calls; cold ones have their own metric', () => {
    const calls = [at(0, 1, { ttft: 20 }), at(1, 100, { ttft: 80 }), at(2, 200, { ttft: 4000, cold: true })]
    const values = trialValues(trial(calls))
    expect(values.get('ttft')).toBeCloseTo(40, 10)
    expect(values.get('ttft_cold')).toBeCloseTo(4000, 8)
  })

  test('a call that was not streamed has no ttft, and is no 0 among the others', () => {
    const { ttft: _, ttft_content: __, chunk_times: ___, ...whole } = callOf({ index: 1, streamed: false })
    expect(trialValues(trial([whole])).has('ttft')).toBe(false)
    expect(trialValues(trial([at(0, 1), whole])).get('ttft')).toBeCloseTo(50, 10)
  })

  test('tpot is the span of the chunks over the tokens that came after the first chunk', () => {
    const calls = [
      at(0, 1, { chunk_times: [10, 20, 110], chunks: 3, eval_count: 75 }),
      at(1, 200, { chunk_times: [50, 150], chunks: 2, eval_count: 100 }),
    ]
    expect(trialValues(trial(calls)).get('tpot')).toBe(2)
    expect(trialValues(trial(calls)).get('output_throughput')).toBe(500)
    expect(trialValues(trial([at(0, 1, { chunk_times: [10], chunks: 1 })])).has('tpot')).toBe(false)
  })

  test.each([1, 3, 8])('%i tokens a chunk: the same tpot and throughput', (perChunk) => {
    const chunks = 240 / perChunk
    const chunk_times = Array.from({ length: chunks }, (_, i) => 40 + i * 5 * perChunk)
    const values = trialValues(trial([callOf({ chunk_times, chunks, eval_count: 240 })]))
    expect(values.get('tpot')).toBeCloseTo(5, 10)
    expect(values.get('output_throughput')).toBeCloseTo(200, 8)
  })

  test('what arrives is not what the server reports: its figure is a metric of its own', () => {
    const values = trialValues(trial([callOf({ eval_duration: 50, chunk_times: [50, 446] })]))
    expect(values.get('reported_throughput')).toBe(2000)
    expect(values.get('output_throughput')).toBeCloseTo(250, 10)
  })

  test('a reply that was not streamed has the reported throughput only', () => {
    const { ttft: _, ttft_content: __, chunk_times: ___, ...whole } = callOf({ streamed: false, chunks: 1 })
    const values = trialValues(trial([whole]))
    expect(values.get('reported_throughput')).toBe(1000)
    expect(values.has('output_throughput') || values.has('tpot')).toBe(false)
  })

  test('prompt_throughput counts uncached tokens; a cache hit among the calls leaves it out', () => {
    const calls = [at(0, 1, { prompt_eval_count: 120, prompt_eval_cached_count: 20 }), at(1, 200)]
    expect(trialValues(trial(calls)).get('prompt_throughput')).toBe(2500)
    expect(trialValues(trial(calls), new Set([calls[1]!])).has('prompt_throughput')).toBe(false)
  })

  test('llm_share and own_time count the common time of concurrent calls once, and the share never passes 1', () => {
    const overlapping = [
      at(0, 0, { duration: 200 }),
      at(1, 100, { duration: 200 }),
      at(2, 120, { duration: 10 }),
    ]
    expect(trialValues(trial(overlapping)).get('llm_share')).toBe(0.75)
    expect(trialValues(trial(overlapping)).get('own_time')).toBe(100)
    const longer = trialValues(trial([at(0, 0, { duration: 500 })]))
    expect([longer.get('llm_share'), longer.has('own_time')]).toEqual([1, false])
  })

  test('a broken call gives only its count, a 0 of a coarse clock is not measured', () => {
    expect([...trialValues(trial([brokenCall('no_done')])).keys()]).toEqual([
      'calls',
      'trial_duration',
      'llm_share',
      'own_time',
    ])
    expect(trialValues(trial([callOf({ load_duration: 0 })])).has('load_duration')).toBe(false)
  })
})

describe('the values of the stages', () => {
  const calls = [
    at(0, 1, { stage: 'analysis', eval_duration: 50 }),
    at(1, 200, { stage: 'report' }),
    at(2, 300, { stage: 'analysis', eval_duration: 350 }),
    at(3, 350),
  ]
  const stages = [
    { name: 'report', start: 200, duration: 90 },
    { name: 'analysis', start: 1, duration: 100 },
    { name: 'analysis', start: 300, duration: 60 },
  ]

  test('each has its own calls, and the wall times of all its runs', () => {
    const values = stageValues(trial(calls, stages))
    expect([...values.keys()]).toEqual(['report', 'analysis'])
    expect(values.get('analysis')!.get('output_throughput')).toBe(500)
    expect(values.get('analysis')!.get('stage_duration')).toBe(160)
    expect(values.get('report')!.get('output_throughput')).toBe(1000)
    expect(values.get('report')!.has('trial_duration')).toBe(false)
  })

  test('the stage of an agent of a team has all calls of that agent', () => {
    const own = [
      at(0, 1, { agent: 'a', stage: 'a/draft' }),
      at(1, 9, { agent: 'a', stage: 'a' }),
      at(2, 9, { agent: 'b', stage: 'b', ttft: 9 }),
    ]
    const values = stageValues(
      trial(own, [
        { name: 'a', start: 0, duration: 300 },
        { name: 'a/draft', start: 0, duration: 150 },
      ]),
    )
    expect(values.get('a')!.get('e2e_latency')).toBe(298)
    expect(values.get('a/draft')!.get('e2e_latency')).toBe(149)
    expect(values.get('a')!.get('ttft')).toBeCloseTo(50, 10)
  })
})

describe('values are computed once', () => {
  const trial = trialOf({ role: 'baseline', block: 1 })

  test('whoever asks gets the same', () => {
    expect(trialValues(trial)).toBe(trialValues(trial))
  })

  test('a cache hit takes the prompt throughput away and leaves the rest', () => {
    const hits = new Set(trial.calls)
    const rest = [...trialValues(trial)].filter(([metric]) => metric !== 'prompt_throughput')
    expect(trialValues(trial).has('prompt_throughput')).toBe(true)
    expect([...trialValues(trial, hits)]).toEqual(rest)
    expect(trialValues(trial).has('prompt_throughput')).toBe(true)
  })
})

test('the wall time of a stage that runs several times at once, or within itself, is the union of its intervals', () => {
  const stage = (start: number, duration: number) => ({ name: 'tool', start, duration })
  const trial = {
    ...trialOf({ role: 'baseline', block: 1 }),
    duration: 1000,
    // Two at once, one within the first, one later.
    stages: [stage(0, 400), stage(100, 400), stage(50, 100), stage(800, 100)],
  }
  expect(stageValues(trial).get('tool')!.get('stage_duration')).toBe(600)
})
