import { expect, test } from 'vitest'
import { startScriptedOllama, type CallPlan, type Fault } from '../scripted-ollama/index.ts'
import { benchFile, createFixture } from './fixture.ts'

const QUICK: CallPlan = { ttft: 25, per_token: 1, tokens: 24 }
/** No test's verdict may hang on how busy the machine is. */
const PAIRS = 'pairs: { min: 6, max: 10 }, thresholds: { ttft: 1 },'

async function benchWithFault(fault: Fault, calls: number | [number, number], more = PAIRS) {
  await using server = await startScriptedOllama({
    call: QUICK,
    rules: [{ when: { calls }, ...QUICK, fault }],
  })
  await using project = await createFixture({ 'suites/one.bench.ts': benchFile({ more }) })
  return await project.bench([], { OLLAMA_HOST: server.url })
}

/** The 6th call is a measured trial in the middle of a run. */
const IN_THE_MIDDLE = 5

test.each<[string, Fault, RegExp]>([
  ['no_done', { kind: 'no_done', repeats: 31 }, /31 identical pieces.*repeat_penalty/],
  ['stream_error', { kind: 'error_line', after: 4, error: 'cuda out of memory' }, /cuda out of memory/],
  ['truncated_stream', { kind: 'reset', after: 4 }, /crashed or ran out of memory/],
  ['busy', { kind: 'status', status: 503, error: 'server busy' }, /OLLAMA_MAX_QUEUE/],
  ['http_error', { kind: 'status', status: 500, error: 'boom' }, /500.*boom/],
  ['no_tokens', { kind: 'empty' }, /template/],
])(
  'one call with %s takes its block out and leaves the verdict alone',
  { timeout: 60_000 },
  async (reason, fault, cure) => {
    const { exitCode, report, trials } = await benchWithFault(fault, IN_THE_MIDDLE)
    const broken = trials.filter((trial) => !trial.valid)
    expect(broken.map((trial) => trial.invalid_reason)).toEqual([reason])
    expect(broken[0]!.message).toMatch(cure)
    // Counted, shown, and its block run again.
    const arms = report!.suites[0]!.arms
    expect(arms.map((arm) => arm.invalid)).toContainEqual({ [reason]: 1 })
    expect(report!.suites[0]!.requeued).toBe(1)
    expect(trials.some((trial) => trial.attempt === 2)).toBe(true)
    // Never averaged in as 0.
    const throughput = arms.map((arm) => arm.samples['output_throughput']!.min)
    expect(Math.min(...throughput)).toBeGreaterThan(900)
    expect(broken[0]!.calls[0]).not.toHaveProperty('eval_count', 0)
    expect(report!.gate).toMatchObject({ status: 'passed', failures: [] })
    expect(exitCode).toBe(0)
  },
)

test(
  'an arm whose every trial is broken makes the run invalid, with the reason and its cure',
  { timeout: 60_000 },
  async () => {
    const { exitCode, report, output } = await benchWithFault({ kind: 'no_done', after: 3 }, [0, 1000])
    expect(report!.gate.status).toBe('invalid')
    expect(report!.gate.failures).toHaveLength(1)
    expect(report!.gate.failures[0]!.message).toMatch(/no valid trial.*no_done.*repeat_penalty/)
    expect(report!.suites[0]!.arms[0]!.samples).toEqual({})
    expect(output).toMatch(/repeat_penalty/)
    expect(exitCode).not.toBe(0)
  },
)

test(
  'a stall past the limit is a timeout, and the server sees the request aborted',
  { timeout: 60_000 },
  async () => {
    await using server = await startScriptedOllama({
      call: QUICK,
      rules: [{ when: { calls: IN_THE_MIDDLE }, ...QUICK, fault: { kind: 'stall', after: 3 } }],
    })
    await using project = await createFixture({
      'suites/one.bench.ts': benchFile({ more: `${PAIRS} timeout: 300,` }),
    })
    const { exitCode, trials } = await project.bench([], { OLLAMA_HOST: server.url })
    expect(trials.filter((trial) => !trial.valid).map((trial) => trial.invalid_reason)).toEqual(['timeout'])
    expect(server.log.some((entry) => entry.event === 'disconnect')).toBe(true)
    expect(exitCode).toBe(0)
  },
)

test('nothing listens: unreachable, told once with the cure', { timeout: 60_000 }, async () => {
  await using project = await createFixture({ 'suites/one.bench.ts': benchFile() })
  const { exitCode, report, output } = await project.bench([], { OLLAMA_HOST: 'http://127.0.0.1:9' })
  expect(report!.gate).toMatchObject({ status: 'invalid', failures: [{ suite: 'one' }] })
  expect(report!.gate.failures[0]!.message).toMatch(/ollama serve.*OLLAMA_HOST/)
  expect(report!.suites[0]!.arms.flatMap((arm) => Object.keys(arm.invalid))).toContain('unreachable')
  expect(output).toMatch(/ollama serve/)
  expect(exitCode).not.toBe(0)
})

test(
  'a model the server does not have: model_missing, with the ollama pull that cures it',
  { timeout: 60_000 },
  async () => {
    await using server = await startScriptedOllama({ call: QUICK })
    await using project = await createFixture({
      'suites/one.bench.ts': benchFile({ candidate: `{ name: 'candidate', model: 'qwen-none' }` }),
    })
    const { exitCode, report } = await project.bench([], { OLLAMA_HOST: server.url })
    expect(report!.suites[0]!.arms[1]!.invalid).toHaveProperty('model_missing')
    expect(report!.gate.failures[0]!.message).toMatch(/ollama pull qwen-none/)
    expect(exitCode).not.toBe(0)
  },
)
