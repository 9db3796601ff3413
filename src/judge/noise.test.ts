import { describe, expect, test } from 'vitest'
import { planFor } from '../../test/support/trials.ts'
import { sampleRun } from '../../test/support/sample-runs.ts'
import { makePlan } from '../run/plan.ts'
import type { MetricName } from '../metrics.ts'
import type { Comparison, Report } from '../schema/generated.ts'
import { isCalibration, knownCalibration, noiseOf, outOfReach, type Calibration } from './noise.ts'

const arm = (over: object = {}) => ({ name: 'candidate', model: 'tiny', ...over })

describe('the scale of the blocks', () => {
  test('is 1.4826 times the median absolute deviation of the log ratios', () => {
    const baseline = [100, 100, 100, 100, 100]
    const candidate = [-0.2, -0.1, 0, 0.1, 0.2].map((d) => 100 * Math.exp(d))
    expect(noiseOf({ baseline, candidate, better: 'lower' })).toBeCloseTo(0.14826, 10)
    expect(noiseOf({ baseline, candidate, better: 'higher' })).toBeCloseTo(0.14826, 10)
  })

  test('is unknown before the fourth block', () => {
    expect(noiseOf({ baseline: [1, 1, 1], candidate: [1, 2, 3], better: 'lower' })).toBeUndefined()
    expect(noiseOf({ baseline: [1, 1, 1, 1], candidate: [1, 1, 1, 1], better: 'lower' })).toBe(0)
  })
})

describe('an A/A suite', () => {
  test('asks for the same under two names, options in any order', () => {
    const options = { num_ctx: 2048, temperature: 0 }
    const again = { temperature: 0, num_ctx: 2048 }
    expect(
      isCalibration({
        plan: planFor({ baseline: arm({ name: 'a', options }), candidate: arm({ options: again }) }),
      }),
    ).toBe(true)
  })

  test.each([
    { model: 'other' },
    { host: 'gpu:11434' },
    { options: { temperature: 1 } },
    { keep_alive: 0 },
    { think: true },
    { format: 'json' },
  ])('is none when the candidate has %j', (over) =>
    expect(isCalibration({ plan: planFor({ candidate: arm(over) }) })).toBe(false),
  )

  test('is none when an agent read the name of its arm', () => {
    const ending = { stopped: 'decided', requeued: 0, warnings: [] } as const
    const plan = planFor({})
    expect(isCalibration({ plan, ending })).toBe(true)
    expect(isCalibration({ plan, ending: { ...ending, readsName: true } })).toBe(false)
  })

  test('is none when one of its agents has a config of its own', () => {
    const settings = { host: 'http://127.0.0.1:11434', thresholds: {}, blocks: {}, env: {} }
    const plan = (agents: object) =>
      makePlan(
        's',
        's.bench.ts',
        { baseline: arm({ name: 'baseline' }), candidate: arm({ agents }) },
        settings,
        ['a', 'b'],
      )
    expect(isCalibration({ plan: plan({}) })).toBe(true)
    expect(isCalibration({ plan: plan({ b: { options: { num_ctx: 2048 } } }) })).toBe(false)
  })
})

describe('out of reach', () => {
  /** An A/A comparison after 10 blocks whose interval is `width` wide either way. */
  const shown = (metric: MetricName, width: number, baseline_value = 100): Comparison => ({
    kind: 'ratio',
    metric,
    stage: null,
    baseline: 'baseline',
    candidate: 'again',
    better: 'lower',
    unit: 'ms',
    baseline_value,
    candidate_value: baseline_value,
    ratio: 1,
    interval: [Math.exp(-width), Math.exp(width)],
    threshold: 0.05,
    blocks: 10,
    verdict: 'inconclusive',
    gated: true,
  })
  const calibration = (...comparisons: Comparison[]): Calibration => ({
    noise: Object.fromEntries(comparisons.map(({ metric }) => [metric, 0.1])),
    comparisons,
  })

  test('names the gated metrics whose threshold takes more blocks than allowed', () => {
    const known = calibration(
      shown('output_throughput', 1.99 * Math.log(1.05)),
      shown('ttft', 0.01),
      shown('tpot', 5),
    )
    expect(outOfReach(planFor(), known)).toEqual([
      { metric: 'output_throughput', threshold: 0.05, scale: 0.1, blocks: 40 },
    ])
    expect(outOfReach(planFor({ thresholds: { output_throughput: 1 } }), known)).toEqual([])
    expect(outOfReach(planFor({ thresholds: { output_throughput: false } }), known)).toEqual([])
  })

  test('holds the noise against the threshold that is applied: a floor of 5 ms of 20 ms is 25 %', () => {
    const width = 1.2 * Math.log(1.15)
    expect(outOfReach(planFor(), calibration(shown('ttft', width, 20)))).toEqual([])
    expect(outOfReach(planFor(), calibration(shown('ttft', width)))).toMatchObject([{ blocks: 15 }])
  })

  test('says nothing without an interval or without noise', () => {
    const { interval: _, ...open } = shown('ttft', 9)
    expect(outOfReach(planFor(), calibration(open))).toEqual([])
    expect(outOfReach(planFor(), { noise: {}, comparisons: [shown('ttft', 9)] })).toEqual([])
  })
})

describe('what an earlier report knows', () => {
  const { report } = sampleRun('regressed')
  const machine = { os: report.environment.os, cpu: report.environment.cpu }
  const [suite] = report.suites
  const calibrated = (noise: object): Report['suites'][number] => ({
    ...suite!,
    name: 's',
    calibration: true,
    noise: { ...noise },
  })
  const reportWith = (...suites: Report['suites']): Report => ({ ...report, suites })

  test('is the noise of the last A/A suite of that name', () => {
    const found = knownCalibration(
      reportWith(calibrated({ ttft: 0.1 }), calibrated({ ttft: 0.2 }), {
        ...calibrated({ ttft: 0.3 }),
        calibration: false,
      }),
      's',
      machine,
    )
    expect(found).toEqual({ noise: { ttft: 0.2 }, comparisons: suite!.comparisons })
  })

  test('is nothing of another machine, of another suite, or without a report', () => {
    const one = reportWith(calibrated({ ttft: 0.1 }))
    expect(knownCalibration(one, 's', { ...machine, cpu: 'another' })).toBeUndefined()
    expect(knownCalibration(one, 's', { ...machine, os: 'another' })).toBeUndefined()
    expect(knownCalibration(one, 't', machine)).toBeUndefined()
    expect(knownCalibration(undefined, 's', machine)).toBeUndefined()
  })
})
