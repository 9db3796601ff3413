import { describe, expect, test } from 'vitest'
import { olderImport } from '../../test/support/older-files.ts'
import { reportFaults, trialFaults } from '../schema/validate.ts'
import { toReport } from './to-report.ts'

const build = (...files: Parameters<typeof toReport>[0][number][]) => toReport(files, [], '0.0.0')
const spread = (sample: { mean: number; sd?: number; n: number } | undefined, digits: number): string =>
  `${sample!.mean.toFixed(digits)} ± ${sample!.sd!.toFixed(digits)} over ${sample!.n}`

test('what it makes is a report and its trials', () => {
  const { report, trials } = build(
    ...(['single', 'concurrent', 'serialized', 'summary'] as const).map((name) => olderImport(name)),
  )
  expect(reportFaults(report)).toEqual([])
  expect(trials.flatMap(trialFaults)).toEqual([])
  expect(report.source).toBe('import')
  expect(report.suites.map(({ name, source }) => [name, source])).toEqual([
    ['single', 'import'],
    ['concurrent', 'import'],
    ['serialized', 'import'],
    ['summary', 'import'],
  ])
})

test('only an imported trial may be without what the older system did not keep', () => {
  const { trials } = build(olderImport('concurrent'))
  const { source: _, ...unmarked } = trials[0]!
  expect(trialFaults(unmarked).join('\n')).toMatch(/"seed" is missing[\s\S]*"chunks" is missing/)
  expect(
    trialFaults({
      ...unmarked,
      seed: 1,
      calls: unmarked.calls.map((call) => ({ ...call, chunks: 1 })),
    }).join(),
  ).toContain('"done_reason" is missing')
})

test('only an imported suite may be without a seed', () => {
  const { report } = build(olderImport('concurrent'))
  const suites = report.suites.map((suite) => {
    const { source: _, ...rest } = suite
    return rest
  })
  expect(reportFaults({ ...report, suites }).join()).toContain('"seed" is missing')
})

describe('a single agent', () => {
  const { report, trials } = build(olderImport('single'))
  const [suite] = report.suites
  const [baseline, chimera] = suite!.arms

  test('runs are blocks, in the order in which they ran', () => {
    expect(trials.map(({ arm, block, position }) => `${arm} ${block} ${position}`)).toEqual([
      'baseline 1 1',
      'baseline 2 1',
      'baseline 3 1',
      'chimera 1 2',
      'chimera 2 2',
      'chimera 3 2',
    ])
    const ends = trials.map(({ started_at, duration }) => Date.parse(started_at) + duration)
    // Two seconds between runs; the second agent began when the first had ended.
    expect(
      trials.slice(1).map(({ started_at }, i) => Math.round((Date.parse(started_at) - ends[i]!) / 100) / 10),
    ).toEqual([2, 2, 0, 2, 2])
  })

  test('the broken call is named, and no figure of it is 0', () => {
    const broken = trials.find((trial) => !trial.valid)!
    expect(broken).toMatchObject({ arm: 'chimera', block: 1, invalid_reason: 'no_done' })
    expect(broken.message).toContain('after 31 identical pieces at the end of 65 characters')
    expect(broken.calls[1]).toMatchObject({
      stage: 'report',
      valid: false,
      cold: false,
      ttft: expect.closeTo(509.69, 1),
    })
    expect(Object.keys(broken.calls[1]!)).not.toEqual(
      expect.arrayContaining(['eval_count', 'eval_duration', 'load_duration', 'prompt_eval_duration']),
    )
    expect(chimera!.invalid).toEqual({ no_done: 1 })
  })

  test('calls that loaded the model stand apart', () => {
    expect(
      trials.flatMap((trial) =>
        trial.calls.filter((call) => call.cold).map((call) => [trial.arm, trial.block, call.stage]),
      ),
    ).toEqual([
      ['baseline', 1, 'analysis'],
      ['chimera', 1, 'analysis'],
    ])
    expect(chimera!.call_samples!['ttft_cold']).toMatchObject({ n: 1, mean: expect.closeTo(4928.5, 1) })
  })

  test('the same calls, read right', () => {
    expect(spread(chimera!.call_samples!['reported_throughput'], 2)).toBe('116.02 ± 0.91 over 5')
    expect(spread(chimera!.call_samples!['ttft'], 0)).toBe('526 ± 20 over 5')
    expect(spread(baseline!.call_samples!['reported_throughput'], 2)).toBe('114.98 ± 2.54 over 6')
    expect(baseline!.legacy).toMatchObject({ average_tokens_per_second: expect.closeTo(114.98, 2) })
  })

  test('two blocks decide nothing, and it says how many would', () => {
    const gated = suite!.comparisons.filter(
      (comparison) => comparison.gated && comparison.metric !== 'valid_rate',
    )
    expect(
      gated.map(({ metric, verdict, blocks, blocks_needed }) => ({ metric, verdict, blocks, blocks_needed })),
    ).toEqual([
      { metric: 'reported_throughput', verdict: 'inconclusive', blocks: 2, blocks_needed: 6 },
      { metric: 'ttft', verdict: 'inconclusive', blocks: 2, blocks_needed: 6 },
    ])
    expect(report.gate).toMatchObject({ status: 'inconclusive', failures: [] })
    expect(report.gate.notices[0]?.message).toContain('about 6 blocks would decide it')
  })

  test('the reader is told what to know', () => {
    expect(suite!.warnings.map(({ code, arm }) => [code, arm])).toEqual([
      ['imported', undefined],
      ['fixed_order', undefined],
      ['too_few_blocks', undefined],
      ['cold_calls', 'baseline'],
      ['broken_calls', 'chimera'],
      ['cold_calls', 'chimera'],
    ])
    expect(Object.keys(suite!)).not.toContain('seed')
  })

  test('options are told as they were asked for, and sent', () => {
    expect(chimera!.options).toEqual({ num_ctx: 1024, num_gpu: 80, temperature: 0.6 })
    expect(trials[3]!.calls[0]!.options['temperature']).toBe(Math.fround(0.6))
  })

  test('a published figure that its calls do not give is named', () => {
    const changed = build(olderImport('single', (file) => (file.chimera.aggregate_metrics.stddev_ttft = 12)))
    expect(changed.report.suites[0]!.warnings.at(-1)).toMatchObject({
      code: 'published_differs',
      arm: 'chimera',
    })
  })

  test('six sound runs an arm are judged', () => {
    const { report: judged } = build(
      olderImport('single', (file) => {
        for (const agent of [file.baseline, file.chimera]) {
          const [, , sound] = agent.workflow_runs
          agent.workflow_runs = [1, 2, 3, 4, 5, 6].map((run_number) => ({ ...sound, run_number }))
        }
      }),
    )
    expect(
      judged.suites[0]!.comparisons.find(({ metric }) => metric === 'reported_throughput'),
    ).toMatchObject({
      verdict: 'unchanged',
      blocks: 6,
    })
  })

  test('calls of no tokens that did end are another fault', () => {
    const { trials: ended } = build(
      olderImport(
        'single',
        (file) => (file.chimera.workflow_runs[0].llm_calls[1].metrics.load_duration_ms = 250),
      ),
    )
    expect(ended.find((trial) => !trial.valid)).toMatchObject({ invalid_reason: 'no_tokens' })
  })

  test('an arm whose every call broke has no warm level and no TTFT', () => {
    const { report: all } = build(
      olderImport('single', (file) => {
        for (const run of file.chimera.workflow_runs)
          for (const { metrics } of run.llm_calls) Object.assign(metrics, file.chimera.llm_calls[1].metrics)
      }),
    )
    expect(all.suites[0]!.arms[1]!.call_samples).toEqual({})
    expect(all.gate.status).toBe('invalid')
  })
})

describe('two agents at once', () => {
  test('each is an arm with its own calls, and no speedup is made up', () => {
    const { report, trials } = build(olderImport('concurrent'))
    const [suite] = report.suites
    expect(suite!.arms.map(({ name, host }) => [name, host])).toEqual([
      ['collector', 'http://localhost:11434'],
      ['insight', 'http://localhost:11435'],
    ])
    expect(trials.map((trial) => trial.calls.map((call) => call.agent))).toEqual([
      ['Chimera Agent A', 'Chimera Agent A'],
      ['Chimera Agent B', 'Chimera Agent B'],
    ])
    expect(trials.some((trial) => trial.phase === 'solo')).toBe(false)
    expect(suite!.legacy).toMatchObject({
      shape: 'concurrent',
      concurrency_speedup: expect.closeTo(1.9958, 4),
      load_balance: expect.closeTo(1.9958, 4),
    })
    expect(suite!.arms[1]!.legacy).toMatchObject({
      execution_time_s: expect.closeTo(51.95, 2),
      throughput_delta: expect.closeTo(-0.51, 2),
    })
    expect(suite!.warnings.map(({ code }) => code)).toEqual([
      'imported',
      'concurrent_agents',
      'too_few_blocks',
    ])
  })

  test('agents that took turns are told apart from agents that ran together', () => {
    const { report } = build(olderImport('serialized'))
    expect(report.suites[0]!.warnings.map(({ code }) => code)).toContain('serialized')
  })

  test('a summary keeps what was published, and judges nothing', () => {
    const { report, trials } = build(olderImport('summary'))
    expect(trials).toEqual([])
    expect(report.suites[0]).toMatchObject({
      comparisons: [],
      legacy: { shape: 'summary', average_efficiency: expect.closeTo(99.79, 2), runs: [{ run_number: 1 }] },
    })
    expect(report.suites[0]!.arms.map(({ trials: n, samples, legacy }) => [n, samples, legacy])).toEqual([
      [0, {}, {}],
      [0, {}, {}],
    ])
    expect(report.gate).toMatchObject({ status: 'inconclusive', failures: [] })
  })
})

test('options are what their user wrote, before they were rounded to 32 bits', () => {
  const options = { temperature: 0.6, top_p: 0.95, repeat_penalty: 1.1, num_ctx: 1024, stop: 'x' }
  const rounded = { ...options, temperature: Math.fround(0.6), top_p: Math.fround(0.95) }
  const { report } = build(
    olderImport('single', (file) => {
      file.baseline.configuration = rounded
      file.chimera.configuration = options
    }),
  )
  expect(report.suites[0]!.arms.map((arm) => arm.options)).toEqual([options, options])
})
