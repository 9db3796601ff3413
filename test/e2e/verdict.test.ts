import { expect, test } from 'vitest'
import type { Comparison, Report } from '../../src/schema/generated.ts'
import { startScriptedOllama, type CallPlan } from '../scripted-ollama/index.ts'
import { benchFile, createFixture } from './fixture.ts'

/** No test's verdict may hang on how busy the machine is. */
const PAIRS = 'pairs: { min: 6, max: 10 }, thresholds: { ttft: 5 },'
/** 24 tokens at 1 ms: long enough for output_throughput, short enough for a test. */
const QUICK: CallPlan = { ttft: 25, per_token: 1, tokens: 24 }

/** Decode time of the candidate, told by its temperature, times `factor`; the counters say exactly that. */
function slower(factor: number): Parameters<typeof startScriptedOllama>[0] {
  return {
    call: QUICK,
    rules: [{ when: { options: { temperature: 0.5 } }, ...QUICK, per_token: QUICK.per_token! * factor }],
  }
}

async function benchAgainst(script: Parameters<typeof startScriptedOllama>[0], more = PAIRS) {
  await using server = await startScriptedOllama(script)
  await using project = await createFixture({ 'suites/one.bench.ts': benchFile({ more }) })
  return await project.bench([], { OLLAMA_HOST: server.url })
}

function verdicts(report: Report | undefined): Record<string, string> {
  const whole = report!.suites[0]!.comparisons.filter((one) => one.stage === null && one.gated)
  return Object.fromEntries(whole.map((one: Comparison) => [one.metric, one.verdict]))
}

test('12 % slower decoding regresses output_throughput and nothing else', { timeout: 60_000 }, async () => {
  const { exitCode, report, output } = await benchAgainst(slower(1.12))
  expect(verdicts(report)).toEqual({
    output_throughput: 'regressed',
    ttft: 'unchanged',
    valid_rate: 'unchanged',
  })
  expect(report!.gate.status).toBe('regressed')
  expect(report!.gate.failures).toMatchObject([
    { suite: 'one', metric: 'output_throughput', arm: 'candidate' },
  ])
  expect(report!.suites[0]!.confirmed).toBe(true)
  const found = report!.suites[0]!.comparisons.find((one) => one.metric === 'output_throughput')!
  expect(found.ratio).toBeCloseTo(1 / 1.12, 3)
  expect(exitCode).not.toBe(0)
  // The test itself fails too, so JUnit and annotations see it.
  expect(output).toMatch(/FAIL.*one \(candidate vs baseline\)/)
})

test('equal arms are unchanged and pass', { timeout: 60_000 }, async () => {
  const { exitCode, report } = await benchAgainst({ call: QUICK })
  expect(verdicts(report)).toEqual({
    output_throughput: 'unchanged',
    ttft: 'unchanged',
    valid_rate: 'unchanged',
  })
  expect(report!.gate).toMatchObject({ status: 'passed', failures: [] })
  expect(report!.suites[0]!.arms.map((arm) => arm.invalid)).toEqual([{}, {}])
  expect(exitCode).toBe(0)
})

test('4 % slower is within the threshold of 5 % and passes', { timeout: 60_000 }, async () => {
  const { exitCode, report } = await benchAgainst(slower(1.04))
  expect(verdicts(report)['output_throughput']).toBe('unchanged')
  expect(exitCode).toBe(0)
})

test('12 % faster is improved and passes', { timeout: 60_000 }, async () => {
  const { exitCode, report } = await benchAgainst(slower(0.88))
  expect(verdicts(report)['output_throughput']).toBe('improved')
  expect(report!.gate.status).toBe('passed')
  expect(exitCode).toBe(0)
})

test(
  'too few blocks to decide anything: inconclusive, said before it starts, and CHIMERA_FAIL_ON can fail it',
  { timeout: 60_000 },
  async () => {
    await using server = await startScriptedOllama({ call: QUICK })
    await using project = await createFixture({
      'suites/one.bench.ts': benchFile({ more: 'thresholds: { ttft: 5 },' }),
    })
    const env = { OLLAMA_HOST: server.url, CHIMERA_PAIRS_MAX: '3' }
    const lenient = await project.bench([], env)
    expect(lenient.report!.gate.status).toBe('inconclusive')
    expect(lenient.report!.gate.notices.join()).toMatch(/output_throughput inconclusive/)
    expect(lenient.report!.suites[0]!.warnings.map(({ code }) => code)).toContain('too_few_pairs')
    expect(lenient.output).toMatch(/At most 3 blocks can decide nothing/)
    expect(lenient.exitCode).toBe(0)
    const strict = await project.bench([], { ...env, CHIMERA_FAIL_ON: 'regressed,inconclusive' })
    expect(strict.exitCode).not.toBe(0)
  },
)
