/** What a run does, suite by suite: all suites that pass are one run, all that fail another. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SuiteReport, Trial } from '../../src/schema/generated.ts'
import {
  startScriptedOllama,
  type CallPlan,
  type Script,
  type SeenRequest,
} from '../scripted-ollama/index.ts'
import {
  benchFile,
  createFixture,
  ofTheSuite,
  type BenchRun,
  type BenchSuite,
  type Fixture,
} from './fixture.ts'

const QUICK: CallPlan = { ttft: 25, per_token: 1, tokens: 24 }
/** No test's verdict may hang on how busy the machine is. */
const PAIRS =
  'blocks: { min: 6, max: 8 }, thresholds: { ttft: false, output_throughput: false, reported_throughput: true },'

/** By name; each has a model of that name unless told otherwise. */
type Suites = Record<string, Omit<BenchSuite, 'name'>>

interface ContractRun extends BenchRun {
  requests: SeenRequest[]
  suite: (name: string) => SuiteReport
  /** TTFTs of the arm's measured trials, one call each, of the attempts that counted. */
  ttfts: (name: string, arm: string) => number[]
  trialsOf: (name: string) => Trial[]
}

/** A file of the suite `plain`, which runs again alone, and one of the others. */
function filesOf(suites: Suites): Record<string, string> {
  const all = Object.entries(suites).map(([name, { more = '', ...suite }]): BenchSuite => {
    return { name, model: name, ...suite, more: `${PAIRS}${more}` }
  })
  const plain = all.filter(({ name }) => name === 'plain')
  return {
    'suites/others.bench.ts': benchFile(...all.filter((one) => !plain.includes(one))),
    ...(plain.length > 0 && { 'suites/plain.bench.ts': benchFile(...plain) }),
  }
}

async function bench(project: Fixture, script: Script, args: string[] = []): Promise<ContractRun> {
  await using server = await startScriptedOllama({ call: QUICK, ...script })
  const run = await project.bench(args, { OLLAMA_HOST: server.url, CHIMERA_SEED: '42' })
  const trialsOf = (name: string): Trial[] => run.trials.filter(({ suite }) => suite === name)
  return {
    ...run,
    requests: server.requests,
    suite: (name) => run.report!.suites.find((suite) => suite.name === name)!,
    trialsOf,
    ttfts: (name, arm) => {
      const own = trialsOf(name).filter(({ phase }) => phase === 'measure')
      const last = (block: number) =>
        Math.max(...own.filter((one) => one.block === block).map(({ attempt }) => attempt))
      return own
        .filter((trial) => trial.arm === arm && trial.attempt === last(trial.block))
        .map(({ calls }) => calls[0]!.ttft!)
    },
  }
}

const optionsOf = ({ body }: SeenRequest) => (body['options'] ?? {}) as Record<string, unknown>
const warningsOf = ({ warnings }: SuiteReport) =>
  ofTheSuite({ warnings }).map(({ code, arm }) => (arm === undefined ? code : `${code}:${arm}`))

describe('what passes', () => {
  const ONE = `sha256:${'a'.repeat(64)}`
  const models = [
    ...['plain', 'client', 'unstreamed', 'cached', 'left', 'right', 'partial'].map((name) => ({ name })),
    { name: 'reloaded', cold_load: 400 },
    { name: 'clamped', min_ctx: 2048, default_ctx: 2048 },
    { name: 'loaded-again', cold_load: 400 },
    { name: 'same', digest: ONE },
    { name: 'same-alias', digest: ONE },
  ]
  const suites: Suites = {
    plain: {},
    client: {
      agent: `async ({ ollama, model }) => {
        const chat = await ollama.chat({ model, messages: [{ role: 'user', content: 'Say something.' }] })
        let text = chat.message.content
        for await (const part of await ollama.generate({ model, prompt: 'More.', stream: true })) text += part.response
        return text
      }`,
    },
    unstreamed: {
      agent: `async ({ ollama, model }) => (await ollama.generate({ model, prompt: 'Hi.' })).response`,
      more: 'thresholds: { ttft: 1, output_throughput: false, reported_throughput: true },',
    },
    cached: {},
    left: { candidate: `{ name: 'other', model: 'right' }`, more: `compare: 'models',` },
    partial: { candidate: `{ name: 'c', model: 'partial', options: { num_gpu: 5 } }` },
    reloaded: {
      candidate: `{ name: 'chimera', model: 'reloaded', options: { num_gpu: 80, num_ctx: 1024 } }`,
    },
    clamped: { candidate: `{ name: 'chimera', model: 'clamped', options: { num_gpu: 80, num_ctx: 512 } }` },
    'loaded-again': {},
    same: { candidate: `{ name: 'alias', model: 'same-alias' }` },
  }
  let project: Fixture
  let run: ContractRun

  beforeAll(async () => {
    project = await createFixture(filesOf(suites))
    let calls = 0
    run = await bench(project, {
      models,
      plan: ({ model }) => ({
        ...(model === 'loaded-again' && ++calls === 7 && { cold: true }),
        ...(model === 'cached' && { prompt_tokens: 400, cached_tokens: 390 }),
        // The stamp of the request may come late on a busy machine.
        ...(model === 'client' && { ttft: 80 }),
      }),
    })
  })
  afterAll(() => project[Symbol.asyncDispose]())

  test('every suite is judged, none fails', () => {
    expect(run.report!.suites.map(({ name }) => name).toSorted()).toEqual(Object.keys(suites).toSorted())
    expect(run.report!.gate.failures).toEqual([])
    expect(run.report!.gate.status).toBe('passed')
    expect(run.exitCode).toBe(0)
  })

  describe('what leaves with a request', () => {
    test('nonce, seed and keep_alive: fresh for every trial, shared by a block, longer than the run', () => {
      const trials = run.trialsOf('plain')
      expect(new Set(trials.map((trial) => trial.nonce)).size).toBe(trials.length)
      const calls = run.requests.filter(({ body }) => body['model'] === 'plain' && body['prompt'])
      expect(calls).toHaveLength(trials.length)
      for (const [index, { body }] of calls.entries()) {
        expect(String(body['prompt']).startsWith(trials[index]!.nonce!)).toBe(true)
        expect(body['options']).toMatchObject({ seed: trials[index]!.seed })
        expect(body['keep_alive']).toMatch(/^\d+m$/)
      }
      for (const block of [1, 2, 3]) {
        const own = trials.filter((trial) => trial.phase === 'measure' && trial.block === block)
        expect(new Set(own.map(({ seed }) => seed)).size).toBe(1)
      }
    })

    test('code that takes an Ollama is measured unchanged, streamed or not', () => {
      const trials = run.trialsOf('client')
      const [whole, streamed] = trials[3]!.calls
      expect(whole).toMatchObject({ endpoint: 'chat', streamed: false, valid: true, eval_count: 24 })
      expect(whole).not.toHaveProperty('ttft')
      expect(streamed).toMatchObject({ endpoint: 'generate', streamed: true, valid: true })
      expect(streamed!.ttft).toBeGreaterThan(40)
      const own = run.requests.filter(({ body }) => body['model'] === 'client')
      const chat = own.find(({ path }) => path === '/api/chat')!
      expect(JSON.stringify(chat.body['messages'])).toContain(trials[0]!.nonce)
      expect(own.filter((request) => optionsOf(request)['temperature'] === 0.5).length).toBeGreaterThan(10)
    })

    test('CHIMERA_SEED fixes schedule and sampling seeds', async () => {
      const again = await bench(project, { models }, ['suites/plain'])
      const order = ({ trialsOf }: ContractRun) =>
        trialsOf('plain')
          .filter(({ phase }) => phase === 'measure')
          .slice(0, 12)
          .map(({ arm, seed }) => [arm, seed])
      expect(order(again)).toEqual(order(run))
      expect(run.suite('plain').seed).toBe(42)
    })
  })

  describe('requested is not effective', () => {
    test('arms that reload each other run in turns, each loaded with its own options, and no load enters ttft', () => {
      const [baseline, chimera] = run.suite('reloaded').arms
      expect(baseline!.effective.num_ctx).toBe(4096)
      expect(chimera!.effective.num_ctx).toBe(1024)
      const unloads = run.requests.filter(
        ({ body }) => body['model'] === 'reloaded' && body['keep_alive'] === 0,
      )
      expect(unloads.length).toBeGreaterThan(4)
      const trials = run.trialsOf('reloaded')
      const measured = trials.filter((trial) => trial.phase === 'measure')
      for (const { cold, load_duration } of measured.flatMap(({ calls }) => calls))
        expect({ cold, load_duration }).toEqual({ cold: false, load_duration: 2 })
      expect(trials.filter((trial) => trial.phase === 'warmup').length).toBeGreaterThan(4)
    })

    test('options without effect are named: num_ctx clamped, num_gpu beyond the layers, arms that got the same', () => {
      expect(warningsOf(run.suite('clamped'))).toEqual(
        expect.arrayContaining(['num_ctx_clamped:chimera', 'num_gpu_no_effect:chimera', 'identical_arms']),
      )
    })

    test('part of the model outside video memory is named', () => {
      expect(warningsOf(run.suite('partial'))).toContain('partial_offload:c')
    })

    test('a call that loads the model in mid-run is cold: its block is run again and its TTFT stays out', () => {
      const cold = run.trialsOf('loaded-again').flatMap(({ calls }) => calls.filter(({ cold }) => cold))
      expect(cold).toHaveLength(1)
      expect(cold[0]!.ttft).toBeGreaterThan(400)
      const { warnings, arms } = run.suite('loaded-again')
      // What the host took from a block is counted by another warning.
      expect(warnings).toContainEqual({
        code: 'requeued_blocks',
        message: expect.stringMatching(/^1 block was run again/),
      })
      for (const { name, samples } of arms) {
        const counted = run.ttfts('loaded-again', name)
        expect(counted).not.toContain(cold[0]!.ttft)
        expect(samples['ttft']!.n).toBe(counted.length)
        expect(samples['ttft']!.max).toBeCloseTo(Math.max(...counted), 6)
      }
      expect(arms.map((arm) => arm.invalid)).toEqual([{}, {}])
    })

    test('a prompt cache hit is a warning, and prompt_throughput is not measured', () => {
      expect(warningsOf(run.suite('cached'))).toContain('prompt_cache_hit:candidate')
      expect(run.suite('cached').arms[0]!.samples).not.toHaveProperty('prompt_throughput')
      expect(run.suite('plain').arms[0]!.samples).toHaveProperty('prompt_throughput')
    })
  })

  test('two tags of one digest are the same model, and two models are compared where the suite says so', () => {
    for (const name of ['same', 'left']) {
      const throughput = run.suite(name).comparisons.find(({ metric }) => metric === 'reported_throughput')!
      expect(throughput.verdict, name).toBe('unchanged')
    }
  })

  test('a gated metric that cannot exist is a warning, and the others judge', () => {
    expect(run.suite('unstreamed').warnings).toContainEqual(
      expect.objectContaining({
        code: 'metric_absent',
        metric: 'ttft',
        message: expect.stringContaining('no call is streamed'),
      }),
    )
  })
})

describe('what fails', () => {
  const suites: Suites = {
    refused: { candidate: `{ name: 'other', model: 'other' }` },
    worse: {
      more: `checks: [function thai({ output }) { if (/\\p{Script=Thai}/u.test(output)) return 'opens in Thai' }],`,
    },
    thrown: { agent: `async () => { throw new TypeError('oh no') }` },
    idle: { agent: `async () => 'nothing'` },
    endless: { more: 'bound: { tokens: 30 },' },
  }
  let run: ContractRun
  const failure = (name: string) => run.report!.gate.failures.find(({ suite }) => suite === name)!.message

  beforeAll(async () => {
    await using project = await createFixture(filesOf(suites))
    run = await bench(project, {
      models: [...Object.keys(suites), 'other'].map((name) => ({ name })),
      rules: [
        { when: { model: 'worse', options: { temperature: 0.5 } }, per_token: 0.8, text: ['ผิด '] },
        { when: { model: 'endless' }, tokens: 400 },
      ],
    })
  })

  test('one failure a suite, and the run is invalid', () => {
    expect(run.report!.gate.failures.map(({ suite }) => suite).toSorted()).toEqual(
      Object.keys(suites).toSorted(),
    )
    expect(run.report!.gate.status).toBe('invalid')
    expect(run.exitCode).not.toBe(0)
  })

  test('two models, unless the suite says that it compares models', () => {
    expect(failure('refused')).toMatch(/not comparable.*digest.*compare: 'models'/)
  })

  test('a faster config that answers worse', () => {
    expect(failure('worse')).toMatch(/no valid trial.*check_failed.*thai: opens in Thai/)
  })

  test('an agent that throws or never calls, told apart from a broken server', () => {
    expect(failure('thrown')).toMatch(/agent_error.*oh no/)
    expect(failure('idle')).toMatch(/no_calls/)
  })

  test('the token bound makes a call runaway and ends it at the server', () => {
    expect(run.trialsOf('endless').every((trial) => trial.invalid_reason === 'runaway')).toBe(true)
    expect(failure('endless')).toMatch(/limit of 30 tokens/)
  })
})
