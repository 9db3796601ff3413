import { expect, test } from 'vitest'
import { olderImport } from '../../test/support/older-files.ts'
import { aggregate, concurrency, deltas, legacyOf, pairLegacyOf } from './legacy.ts'
import type { CallFigures } from './recorded.ts'

const call = (throughput: number, ttft: number, tokens: number): CallFigures => ({
  throughput_tokens_per_sec: throughput,
  ttft_ms: ttft,
  tokens_generated: tokens,
  total_duration_ms: 1000,
  prompt_eval_duration_ms: 10,
  eval_duration_ms: 900,
  load_duration_ms: 90,
})

test('means and sample deviations over all calls, a broken one as 0; durations summed', () => {
  expect(aggregate([call(100, 50, 90), call(0, 30, 0)])).toEqual({
    average_tokens_per_second: 50,
    stddev_throughput: Math.sqrt(5000),
    average_ttft_ms: 40,
    stddev_ttft: Math.sqrt(200),
    total_tokens_generated: 90,
    total_duration_ms: 2000,
    prompt_eval_duration_ms: 20,
    eval_duration_ms: 1800,
    load_duration_ms: 180,
  })
})

test('the first builds averaged durations; one call has no deviation', () => {
  expect(aggregate([call(100, 50, 90), call(80, 30, 70)], 'mean').eval_duration_ms).toBe(900)
  expect(aggregate([call(100, 50, 90)])).toMatchObject({ stddev_throughput: 0, stddev_ttft: 0 })
})

test('what was published as significant and stable', () => {
  const [baseline, chimera] = legacyOf(olderImport('single').recording)
  expect(baseline.average_tokens_per_second).toBeCloseTo(114.98, 2)
  const {
    average_tokens_per_second: mean,
    stddev_throughput: sd,
    average_ttft_ms: ttft,
    stddev_ttft,
  } = chimera
  expect([mean, sd, ttft, stddev_ttft].map((value) => value!.toFixed(2))).toEqual([
    '96.69',
    '47.37',
    '1259.81',
    '1797.39',
  ])
  expect(chimera.throughput_improvement_percent!.toFixed(1)).toBe('-15.9')
  expect(chimera.ttft_reduction_percent!.toFixed(1)).toBe('3.8')
  expect(chimera).toMatchObject({ total_tokens_generated: 5530 })
  expect(chimera.total_duration_ms!.toFixed(2)).toBe('66951.18')
})

test('deltas of a baseline without throughput are none', () => {
  const none = { average_tokens_per_second: 0, average_ttft_ms: 0 }
  expect(deltas(none, none)).toMatchObject({ throughput_improvement_percent: 0, ttft_reduction_percent: 0 })
})

test('two agents that overlap are published as a speedup of nearly 2, two that take turns as 1', () => {
  expect(concurrency(10, 10, 10)).toEqual({
    concurrency_speedup: 2,
    efficiency_percent: 100,
    sequential_estimated_s: 20,
    resource_contention_detected: false,
  })
  expect(pairLegacyOf(olderImport('concurrent').recording)).toMatchObject({
    resource_contention_detected: false,
  })
  expect(pairLegacyOf(olderImport('concurrent').recording).overlap).toBeCloseTo(1, 2)
  const serial = pairLegacyOf(olderImport('serialized').recording)
  expect(serial.concurrency_speedup).toBeCloseTo(0.99992, 5)
  expect(serial.load_balance).toBeCloseTo(1.93, 2)
  expect(serial).toMatchObject({ overlap: 0, resource_contention_detected: true })
})
