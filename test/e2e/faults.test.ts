import { beforeAll, describe, expect, test } from 'vitest'
import {
  startScriptedOllama,
  type CallPlan,
  type Fault,
  type ScriptedOllama,
} from '../scripted-ollama/index.ts'
import { benchFile, createFixture, type BenchRun, type BenchSuite } from './fixture.ts'

const QUICK: CallPlan = { ttft: 25, per_token: 1, tokens: 24 }
/** No test's verdict may hang on how busy the machine is. */
const PAIRS =
  'blocks: { min: 6, max: 10 }, thresholds: { ttft: false, output_throughput: false, reported_throughput: true }, timeout: 4000,'

/** How a call breaks, by the reason it is to be told with, and the cure. */
const FAULTS: [string, Fault, RegExp][] = [
  ['no_done', { kind: 'no_done', repeats: 31 }, /31 identical chunks.*repeat_penalty/],
  ['stream_error', { kind: 'error_line', after: 4, error: 'cuda out of memory' }, /cuda out of memory/],
  ['truncated_stream', { kind: 'reset', after: 4 }, /crashed or ran out of memory/],
  ['busy', { kind: 'status', status: 503, error: 'server busy' }, /OLLAMA_MAX_QUEUE/],
  ['http_error', { kind: 'status', status: 500, error: 'boom' }, /500.*boom/],
  ['no_tokens', { kind: 'empty' }, /template/],
  ['timeout', { kind: 'stall', after: 3 }, /stalled for more than 4000 ms.*Raise `timeout`/],
]

/** A suite whose prompts say its name, so that the server can tell it from the others. */
function suite(name: string, candidate?: string): BenchSuite {
  const agent = `async ({ generate }) => (await generate({ prompt: 'suite ${name}' })).response`
  return { name, agent, more: PAIRS, ...(candidate !== undefined && { candidate }) }
}

/** Of a fault alone: what the host took from a block is counted by another warning. */
const ONE_AGAIN = {
  code: 'requeued_blocks',
  message: expect.stringMatching(/^1 block was run again because a trial was invalid/),
}

describe('one broken call takes its block out and leaves the verdict alone', () => {
  let run: BenchRun
  let server: ScriptedOllama

  beforeAll(async () => {
    // Of each suite the 6th call breaks: a measured trial in the middle of it.
    const calls = new Map<string, number>()
    server = await startScriptedOllama({
      plan: ({ prompt }) => {
        const [reason, fault] = FAULTS.find(([name]) => prompt.includes(`suite ${name}`))!
        const number = (calls.get(reason) ?? 0) + 1
        calls.set(reason, number)
        return number === 6 ? { ...QUICK, fault } : QUICK
      },
    })
    const suites = FAULTS.map(([name]) => suite(name))
    await using project = await createFixture({ 'suites/all.bench.ts': benchFile(...suites) })
    // The seed decides which arm's call is the 6th: with this one the candidate's.
    run = await project.bench([], { OLLAMA_HOST: server.url, CHIMERA_SEED: '2' })
    await server.close()
  })

  test.each(FAULTS)('%s', (reason, _, cure) => {
    const { arms, warnings } = run.report!.suites.find(({ name }) => name === reason)!
    const trials = run.trials.filter((trial) => trial.suite === reason)
    const broken = trials.filter((trial) => !trial.valid)
    expect(broken.map((trial) => trial.invalid_reason)).toEqual([reason])
    expect(broken[0]!.message).toMatch(cure)
    // Counted, shown, and its block run again.
    expect(arms.map((arm) => arm.invalid)).toContainEqual({ [reason]: 1 })
    expect(warnings).toContainEqual(ONE_AGAIN)
    expect(trials.some((trial) => trial.attempt === 2)).toBe(true)
    // Never averaged in as 0.
    const throughput = arms.map((arm) => arm.samples['reported_throughput']!.min)
    expect(Math.min(...throughput)).toBeGreaterThan(900)
    expect(broken[0]!.calls[0]).not.toHaveProperty('eval_count', 0)
  })

  test('nothing fails; that one more trial of the candidate was invalid stays open and is noticed', () => {
    const { gate } = run.report!
    expect(gate.failures).toEqual([])
    expect(gate.status).toBe('inconclusive')
    expect(gate.notices).not.toEqual([])
    for (const { message } of gate.notices) expect(message).toMatch(/valid_rate .*inconclusive/)
    expect(run.exitCode).toBe(0)
  })

  test('a call that stands still is aborted at the server, not abandoned', () => {
    expect(server.log.some((entry) => entry.event === 'disconnect')).toBe(true)
  })
})

test('an arm whose every trial is broken and a model that is missing are told with the cure, and fail the run', async () => {
  await using server = await startScriptedOllama({
    call: QUICK,
    rules: [{ when: { prompt: 'suite broken' }, fault: { kind: 'no_done', after: 3 } }],
  })
  const missing = suite('missing', `{ name: 'candidate', model: 'qwen-none' }`)
  await using project = await createFixture({
    'suites/all.bench.ts': benchFile(suite('broken'), missing),
  })
  const { exitCode, report, output } = await project.bench([], { OLLAMA_HOST: server.url })
  expect(report!.gate.status).toBe('invalid')
  // One failure a suite, on the terminal too.
  expect(report!.gate.failures.map((failure) => failure.suite).toSorted()).toEqual(['broken', 'missing'])
  const [ofBroken, ofMissing] = report!.gate.failures.toSorted((a, b) => (a.suite < b.suite ? -1 : 1))
  expect(ofBroken!.message).toMatch(/no valid trial.*no_done.*repeat_penalty/)
  expect(ofMissing!.message).toMatch(/ollama pull qwen-none/)
  const [armsOfBroken, armsOfMissing] = ['broken', 'missing'].map(
    (name) => report!.suites.find((suite) => suite.name === name)!.arms,
  )
  expect(armsOfBroken![0]!.samples).toEqual({})
  expect(armsOfMissing![1]!.invalid).toHaveProperty('model_missing')
  expect(output).toMatch(/repeat_penalty/)
  expect(output).toMatch(/ollama pull qwen-none/)
  expect(exitCode).not.toBe(0)
})

test('nothing listens: unreachable, told once with the cure', async () => {
  await using project = await createFixture({ 'suites/one.bench.ts': benchFile() })
  const reporters = ['--reporter=default', '--reporter=github-actions']
  const { exitCode, report, output } = await project.bench(reporters, { OLLAMA_HOST: 'http://127.0.0.1:9' })
  expect(report!.gate).toMatchObject({ status: 'invalid', failures: [{ suite: 'one' }] })
  expect(report!.gate.failures[0]!.message).toMatch(/ollama serve.*OLLAMA_HOST/)
  expect(report!.suites[0]!.arms.flatMap((arm) => Object.keys(arm.invalid))).toContain('unreachable')
  expect(output).toMatch(/ollama serve/)
  // One annotation, at the line that defines the suite.
  expect(output.match(/^::error .*$/gm)).toEqual([
    expect.stringMatching(/^::error file=\S+\/suites\/one\.bench\.ts,.*line=2,.*ollama serve/),
  ])
  expect(exitCode).not.toBe(0)
})
