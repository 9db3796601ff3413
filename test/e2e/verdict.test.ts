import { beforeAll, describe, expect, test } from 'vitest'
import { startScriptedOllama, type CallPlan } from '../scripted-ollama/index.ts'
import { benchFile, createFixture, ofTheSuite, type BenchRun } from './fixture.ts'

/** Long spans and wide thresholds: no test's verdict may hang on how busy the machine is. */
const LIMITS = 'blocks: { min: 6, max: 40 }, thresholds: { ttft: 1, output_throughput: 0.3 },'
/** 40 tokens at 4 ms. */
const QUICK: CallPlan = { ttft: 25, per_token: 4, tokens: 40 }
const REPORTED = (QUICK.tokens! - 1) * QUICK.per_token!

/** What the calls of each suite's candidate do: how fast tokens arrive, and what the server says of itself. */
const SUITES = {
  slower: { per_token: 8 },
  equal: {},
  faster: { per_token: 2 },
  // What arrives is slower, and the server reports what it always does; and the reverse.
  hidden: { per_token: 8, counters: { eval_duration: REPORTED } },
  misreported: { counters: { eval_duration: REPORTED * 1.5 } },
  // As fast as its baseline; every third of its calls fails.
  unreliable: {},
} satisfies Record<string, CallPlan>

describe('suites whose candidates are slower, equal or faster', () => {
  let run: BenchRun
  const suite = (name: keyof typeof SUITES) => run.report!.suites.find((one) => one.name === name)!
  const verdicts = (name: keyof typeof SUITES) =>
    Object.fromEntries(
      suite(name)
        .comparisons.filter((one) => one.stage === null && one.gated)
        .map((one) => [one.metric, one.verdict]),
    )
  const warningsOf = (name: keyof typeof SUITES) =>
    ofTheSuite(suite(name)).map(({ code, arm }) => (arm === undefined ? code : `${code} ${arm}`))

  beforeAll(async () => {
    const names = Object.keys(SUITES)
    let calls = 0
    await using server = await startScriptedOllama({
      models: names.map((name) => ({ name })),
      call: QUICK,
      rules: Object.entries(SUITES).map(([model, plan]) => ({
        when: { model, options: { temperature: 0.5 } },
        ...plan,
      })),
      plan: ({ model, options }) =>
        model === 'unreliable' && 'temperature' in options && ++calls % 3 === 0
          ? { fault: { kind: 'no_done', after: 3 } }
          : {},
    })
    await using project = await createFixture({
      'suites/all.bench.ts': benchFile(...names.map((name) => ({ name, model: name, more: LIMITS }))),
    })
    run = await project.bench([], { OLLAMA_HOST: server.url })
  })

  test('slower decoding regresses output_throughput and nothing else, measured twice', () => {
    expect(verdicts('slower')).toEqual({
      output_throughput: 'regressed',
      stall_share: 'unchanged',
      ttft: 'unchanged',
      valid_rate: 'unchanged',
    })
    expect(suite('slower').confirmed).toBe(true)
    const found = suite('slower').comparisons.find((one) => one.metric === 'output_throughput')!
    expect(found.ratio).toBeCloseTo(1 / 2, 1)
  })

  test('equal arms are unchanged', () => {
    expect(verdicts('equal')).toEqual({
      output_throughput: 'unchanged',
      stall_share: 'unchanged',
      ttft: 'unchanged',
      valid_rate: 'unchanged',
    })
    expect(suite('equal').arms.map((arm) => arm.invalid)).toEqual([{}, {}])
    expect(suite('equal').confirmed).toBe(false)
    expect(warningsOf('equal')).toEqual([])
  })

  test('faster decoding is improved', () => {
    expect(verdicts('faster')['output_throughput']).toBe('improved')
  })

  test('what arrives decides, whatever the server reports, and a warning says which is which', () => {
    expect(verdicts('hidden')['output_throughput']).toBe('regressed')
    expect(warningsOf('hidden')).toEqual(['reported_differs candidate'])
    expect(verdicts('misreported')['output_throughput']).toBe('unchanged')
    expect(warningsOf('misreported')).toEqual(['reported_differs candidate'])
    expect(ofTheSuite(suite('misreported'))[0]!.message).toMatch(
      /reports .* tok\/s for arm "candidate", but .* arrive/,
    )
  })

  test('a third of its trials failing regresses valid_rate and nothing else, over all its trials', () => {
    expect(verdicts('unreliable')).toEqual({
      output_throughput: 'unchanged',
      stall_share: 'unchanged',
      ttft: 'unchanged',
      valid_rate: 'regressed',
    })
    const rate = suite('unreliable').comparisons.find((one) => one.metric === 'valid_rate')!
    const own = run.trials.filter((trial) => trial.suite === 'unreliable' && trial.role === 'candidate')
    expect(rate.candidate_value).toBe(own.filter(({ valid }) => valid).length / own.length)
    expect(rate.difference).toBeLessThan(-0.2)
    expect(rate.interval![1]).toBeLessThan(0)
    expect(run.output).toMatch(/valid_rate −3\d\.\d points \[−\d+\.\d, −\d+\.\d\] regressed/)
  })

  test('the regressions fail the run, and their tests, so JUnit and annotations see them', () => {
    expect(run.report!.gate.status).toBe('regressed')
    expect(
      run.report!.gate.failures.map(({ suite: name, metric }) => `${name} ${metric}`).toSorted(),
    ).toEqual(['hidden output_throughput', 'slower output_throughput', 'unreliable valid_rate'])
    expect(run.exitCode).not.toBe(0)
    expect(run.output).toMatch(/FAIL.*slower \(candidate vs baseline\)/)
    expect(run.output).toMatch(/FAIL.*unreliable \(candidate vs baseline\)/)
    expect(run.output).not.toMatch(/FAIL.*(equal|faster|misreported)/)
  })
})

test('too few blocks to decide anything: inconclusive, said before it starts, and CHIMERA_FAIL_ON can fail it', async () => {
  await using server = await startScriptedOllama({ call: QUICK })
  await using project = await createFixture({
    'suites/one.bench.ts': benchFile({ more: 'thresholds: { ttft: 1 },' }),
  })
  const env = { OLLAMA_HOST: server.url, CHIMERA_BLOCKS_MAX: '3' }
  const lenient = await project.bench([], env)
  expect(lenient.report!.gate.status).toBe('inconclusive')
  expect(lenient.report!.gate.notices).toContainEqual(
    expect.objectContaining({ metric: 'output_throughput' }),
  )
  expect(lenient.report!.suites[0]!.warnings.map(({ code }) => code)).toContain('too_few_blocks')
  expect(lenient.output).toMatch(/At most 3 blocks are too few for a verdict/)
  expect(lenient.exitCode).toBe(0)
  const strict = await project.bench([], { ...env, CHIMERA_FAIL_ON: 'regressed,inconclusive' })
  expect(strict.exitCode).not.toBe(0)
})
