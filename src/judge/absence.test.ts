import { describe, expect, test } from 'vitest'
import { blocksOf, brokenCall, callOf, pairFor, trialOf } from '../../test/support/trials.ts'
import { warningTexts } from './messages.ts'
import type { MetricName } from '../metrics.ts'
import type { Call } from '../schema/generated.ts'
import { whyAbsent } from './absence.ts'

const why = (metric: MetricName, candidate: Partial<Call>, baseline = candidate) =>
  whyAbsent(
    pairFor(),
    blocksOf(
      3,
      () => candidate,
      () => baseline,
    ),
    metric,
  )

describe('why a gated metric has no value', () => {
  test.each<[MetricName, string, Partial<Call>]>([
    ['ttft', 'not_streamed', { streamed: false }],
    ['ttft', 'all_cold', { cold: true }],
    ['ttft_content', 'all_cold', { cold: true }],
    ['ttft_cold', 'all_warm', {}],
    ['output_throughput', 'not_streamed', { streamed: false, eval_count: 4 }],
    ['output_throughput', 'short', { eval_count: 15 }],
    ['output_throughput', 'one_chunk', { chunks: 1, chunk_times: [50] }],
    ['output_throughput', 'at_once', { chunks: 3, chunk_times: [50, 50, 50] }],
    ['reported_throughput', 'short', { eval_count: 15 }],
    ['tpot', 'one_chunk', { chunks: 1, chunk_times: [50] }],
    ['itl', 'not_streamed', { streamed: false }],
    ['output_throughput', 'none', {}],
    ['speedup', 'none', {}],
  ])('%s: %s', (metric, reason, call) => expect(why(metric, call)).toEqual({ reason }))

  test('the arm is named where the other one has what it takes', () => {
    expect(why('ttft', { cold: true }, {})).toEqual({ reason: 'all_cold', arm: 'candidate' })
    expect(why('ttft', {}, { streamed: false })).toEqual({ reason: 'not_streamed', arm: 'baseline' })
    expect(why('ttft', { cold: true }, { streamed: false })).toEqual({
      reason: 'not_streamed',
      arm: 'baseline',
    })
  })

  test('warm-ups and broken calls say nothing', () => {
    const cold = blocksOf(3, () => ({ cold: true }))
    const others = [
      trialOf({ role: 'candidate', block: 0, phase: 'warmup' }),
      trialOf({ role: 'candidate', block: 4, call: brokenCall('busy') }),
    ]
    expect(whyAbsent(pairFor(), [...cold, ...others], 'ttft')).toEqual({
      reason: 'all_cold',
      arm: 'candidate',
    })
    expect(whyAbsent(pairFor(), others, 'ttft')).toEqual({ reason: 'none' })
  })

  test('a mixed arm lacks nothing', () => {
    const trials = blocksOf(2, () => ({})).map((trial) => ({
      ...trial,
      calls: [callOf({ cold: true }), callOf()],
    }))
    expect(whyAbsent(pairFor(), trials, 'ttft')).toEqual({ reason: 'none' })
  })
})

test('a stage that no trial enters is told with those there are', () => {
  const said = (others: string[]) => warningTexts.stageAbsent({ metric: 'ttft', stage: 'summary', others })
  expect(said(['plan', 'report'])).toBe(
    'ttft is gated in stage "summary", which no trial enters. The suite has "plan", "report".',
  )
  expect(said([])).toMatch(/which no trial enters\. The suite has no stages\.$/)
})

test('each reason has its own sentence, with a cure', () => {
  const said = (reason: Parameters<typeof warningTexts.metricAbsent>[1]['reason'], arm?: string) =>
    warningTexts.metricAbsent('ttft', { reason, ...(arm !== undefined && { arm }) })
  expect(said('all_cold')).toMatch(/every call loaded the model.*keep_alive.*ttft_cold/)
  expect(said('all_cold', 'kept "x"')).toContain('every call of arm "kept "x"" loaded the model')
  expect(said('not_streamed')).toMatch(/no call is streamed/)
  expect(said('short')).toMatch(/fewer than 16 tokens.*num_predict/)
  const all = (
    ['not_streamed', 'all_cold', 'all_warm', 'short', 'one_chunk', 'at_once', 'none'] as const
  ).map((r) => said(r))
  expect(new Set(all).size).toBe(7)
  for (const text of all)
    expect(text).toMatch(/^ttft is gated but could not be measured: .*The other metrics decide the gate\.$/)
})
