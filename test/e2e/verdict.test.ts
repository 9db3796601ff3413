import { beforeAll, describe, expect, test } from 'vitest'
import { startScriptedOllama, type CallPlan } from '../scripted-ollama/index.ts'
import { benchFile, createFixture, type BenchRun } from './fixture.ts'

/** No test's verdict may hang on how busy the machine is. */
const PAIRS = 'blocks: { min: 6, max: 10 }, thresholds: { ttft: 5 },'
/** 24 tokens at 1 ms: long enough for output_throughput, short enough for a test. */
const QUICK: CallPlan = { ttft: 25, per_token: 1, tokens: 24 }

/** Decode time of each suite's candidate against its baseline; the counters say exactly that. */
const FACTORS = { 'slower-by-12': 1.12, equal: 1, 'slower-by-4': 1.04, 'faster-by-12': 0.88 }

describe('suites whose candidates are slower, equal or faster', () => {
  let run: BenchRun
  const suite = (name: keyof typeof FACTORS) => run.report!.suites.find((one) => one.name === name)!
  const verdicts = (name: keyof typeof FACTORS) =>
    Object.fromEntries(
      suite(name)
        .comparisons.filter((one) => one.stage === null && one.gated)
        .map((one) => [one.metric, one.verdict]),
    )

  beforeAll(async () => {
    const names = Object.keys(FACTORS)
    await using server = await startScriptedOllama({
      models: names.map((name) => ({ name })),
      call: QUICK,
      rules: Object.entries(FACTORS).map(([model, factor]) => ({
        when: { model, options: { temperature: 0.5 } },
        per_token: QUICK.per_token! * factor,
      })),
    })
    const files = names.map((name) => [
      `suites/${name}.bench.ts`,
      benchFile({ name, model: name, more: PAIRS }),
    ])
    await using project = await createFixture(Object.fromEntries(files) as Record<string, string>)
    run = await project.bench([], { OLLAMA_HOST: server.url })
  }, 120_000)

  test('12 % slower decoding regresses output_throughput and nothing else, measured twice', () => {
    expect(verdicts('slower-by-12')).toEqual({
      output_throughput: 'regressed',
      ttft: 'unchanged',
      valid_rate: 'unchanged',
    })
    expect(suite('slower-by-12').confirmed).toBe(true)
    const found = suite('slower-by-12').comparisons.find((one) => one.metric === 'output_throughput')!
    expect(found.ratio).toBeCloseTo(1 / 1.12, 3)
  })

  test('equal arms are unchanged', () => {
    expect(verdicts('equal')).toEqual({
      output_throughput: 'unchanged',
      ttft: 'unchanged',
      valid_rate: 'unchanged',
    })
    expect(suite('equal').arms.map((arm) => arm.invalid)).toEqual([{}, {}])
    expect(suite('equal').confirmed).toBe(false)
  })

  test('4 % slower is within the threshold of 5 %', () => {
    expect(verdicts('slower-by-4')['output_throughput']).toBe('unchanged')
  })

  test('12 % faster is improved', () => {
    expect(verdicts('faster-by-12')['output_throughput']).toBe('improved')
  })

  test('the one regression fails the run, and its test, so JUnit and annotations see it', () => {
    expect(run.report!.gate.status).toBe('regressed')
    expect(run.report!.gate.failures).toMatchObject([
      { suite: 'slower-by-12', metric: 'output_throughput', arm: 'candidate' },
    ])
    expect(run.exitCode).not.toBe(0)
    expect(run.output).toMatch(/FAIL.*slower-by-12 \(candidate vs baseline\)/)
    expect(run.output).not.toMatch(/FAIL.*(equal|slower-by-4|faster-by-12)/)
  })
})

test(
  'too few blocks to decide anything: inconclusive, said before it starts, and CHIMERA_FAIL_ON can fail it',
  { timeout: 60_000 },
  async () => {
    await using server = await startScriptedOllama({ call: QUICK })
    await using project = await createFixture({
      'suites/one.bench.ts': benchFile({ more: 'thresholds: { ttft: 5 },' }),
    })
    const env = { OLLAMA_HOST: server.url, CHIMERA_BLOCKS_MAX: '3' }
    const lenient = await project.bench([], env)
    expect(lenient.report!.gate.status).toBe('inconclusive')
    expect(lenient.report!.gate.notices.join()).toMatch(/output_throughput inconclusive/)
    expect(lenient.report!.suites[0]!.warnings.map(({ code }) => code)).toContain('too_few_blocks')
    expect(lenient.output).toMatch(/At most 3 blocks can decide nothing/)
    expect(lenient.exitCode).toBe(0)
    const strict = await project.bench([], { ...env, CHIMERA_FAIL_ON: 'regressed,inconclusive' })
    expect(strict.exitCode).not.toBe(0)
  },
)
