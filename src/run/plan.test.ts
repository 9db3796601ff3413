import { describe, expect, test } from 'vitest'
import { ChimeraError } from '../errors.ts'
import { metricNames } from '../metrics.ts'
import type { AgentBenchOptions } from './agent.ts'
import { checkEnvironment, readAudit } from './environment.ts'
import { makePlan, type Settings } from './plan.ts'

const HOST = 'http://127.0.0.1:11434'
const definition: AgentBenchOptions = {
  baseline: { name: 'baseline', model: 'tiny' },
  candidate: { name: 'candidate', model: 'tiny' },
}
const settings: Settings = { host: HOST, thresholds: {}, blocks: {}, env: {} }

const plan = (own: Partial<AgentBenchOptions> = {}, over: Partial<Settings> = {}, members: string[] = []) =>
  makePlan('rivers', 'suites/rivers.bench.ts', { ...definition, ...own }, { ...settings, ...over }, members)

/** The error of a definition that a type checker would not let pass. */
function refusal(own: object, over: Partial<Settings> = {}, members: string[] = []): ChimeraError {
  try {
    plan(own, over, members)
  } catch (error) {
    expect(error).toBeInstanceOf(ChimeraError)
    return error as ChimeraError
  }
  throw new Error('the definition was accepted')
}

test('one word gates a metric at its default threshold, or only shows it', () => {
  const made = plan({ thresholds: { e2e_latency: true, ttft: false } })
  expect(made.rules.e2e_latency).toMatchObject({ threshold: 0.1, gated: true })
  expect(made.rules.ttft).toMatchObject({ threshold: 0.15, gated: false })
  expect(plan({ thresholds: { ttft: true } }, { thresholds: { ttft: 0.3 } }).rules.ttft).toMatchObject({
    threshold: 0.3,
    gated: true,
  })
})

test('an audit plants only what it asks for of the suite, and no other run plants anything', () => {
  const audit = { decode: 0.2, first_token: { rivers: 12 } }
  expect(plan({}, { audit }).audit).toEqual({ decode: 0.2, first_token: 12 })
  expect(plan({}, { audit: { decode: 0, first_token: { lakes: 12 } } }).audit).toEqual({
    decode: 0,
    first_token: 0,
  })
  expect(plan()).not.toHaveProperty('audit')
})

test('CHIMERA_AUDIT is what the command writes, and nothing else', () => {
  const text = '{"decode":0.2,"first_token":{"rivers":12}}'
  expect(readAudit({ CHIMERA_AUDIT: text })).toEqual({ decode: 0.2, first_token: { rivers: 12 } })
  expect(readAudit({})).toBeUndefined()
  expect(readAudit({ CHIMERA_AUDIT: '' })).toBeUndefined()
  for (const bad of [
    '1',
    'true',
    '{}',
    '{"decode":0.2}',
    '{"decode":-1,"first_token":{}}',
    '{"decode":0,"first_token":{"a":"b"}}',
  ])
    expect(() => readAudit({ CHIMERA_AUDIT: bad })).toThrow(
      /Invalid CHIMERA_AUDIT: Expected what `vitest-chimera audit` sets/,
    )
  expect(() => checkEnvironment({ CHIMERA_AUDIT: text, CHIMERA_BASE: 'main' })).toThrow(
    /Expected no CHIMERA_BASE/,
  )
})

describe('a plan', () => {
  test('fixes what the suite leaves open', () => {
    expect(plan({}, { env: { seed: '7' } })).toEqual({
      kind: 'config',
      suite: 'rivers',
      file: 'suites/rivers.bench.ts',
      seed: 7,
      blocks: { min: 6, max: 200 },
      patience: { blocks: 20, ms: 120_000 },
      looks: [6, 8, 10, 12, 16, 20, 26, 34, 44, 58, 76, 100, 130, 170, 200],
      alpha: 0.05,
      strict: false,
      baseline: { name: 'baseline', role: 'baseline', host: HOST, model: 'tiny', options: {} },
      candidates: [{ arm: { name: 'candidate', role: 'candidate', host: HOST, model: 'tiny', options: {} } }],
      rules: expect.objectContaining({
        output_throughput: { threshold: 0.05, floor: 0, gated: true, stages: [] },
        ttft: { threshold: 0.15, floor: 5, gated: true, stages: [] },
        tpot: { threshold: 0.1, floor: 0, gated: false, stages: [] },
      }),
      compare: [],
      confirm: true,
    })
    expect(Object.keys(plan().rules)).toEqual(metricNames)
  })

  test('keeps what an arm asks for, its host resolved', () => {
    const candidate = {
      name: 'c',
      model: 'tiny',
      host: 'gpu',
      options: { num_ctx: 2048 },
      keep_alive: '1h',
      think: true,
      format: 'json',
    }
    expect(plan({ candidate, strict: true, compare: 'hosts', timeBudget: 5000 })).toMatchObject({
      strict: true,
      timeBudget: 5000,
      compare: ['hosts'],
      candidates: [{ arm: { ...candidate, host: 'http://gpu:11434' } }],
    })
  })

  test('without CHIMERA_SEED every one draws its own seed', () => {
    expect(new Set([plan().seed, plan().seed, plan().seed]).size).toBeGreaterThan(1)
  })

  test("each agent of a team has its own config, merged over the arm's", () => {
    const candidate = {
      name: 'c',
      model: 'tiny',
      options: { seed: 1 },
      agents: { insight: { model: 'big', options: { num_ctx: 512 } } },
    }
    expect(plan({ candidate }, {}, ['collector', 'insight']).candidates[0].arm.agents).toEqual([
      { name: 'collector', host: HOST, model: 'tiny', options: { seed: 1 } },
      { name: 'insight', host: HOST, model: 'big', options: { seed: 1, num_ctx: 512 } },
    ])
  })
})

describe('the number of blocks', () => {
  test.each<[AgentBenchOptions['blocks'], Settings['blocks'], Settings['env'], [number, number]]>([
    [undefined, {}, {}, [6, 200]],
    [{ min: 8 }, {}, {}, [8, 200]],
    [{ max: 4 }, {}, {}, [4, 4]],
    [{ min: 220 }, {}, {}, [220, 220]],
    [undefined, { min: 7, max: 9 }, {}, [7, 9]],
    [{ max: 12 }, { min: 7, max: 9 }, {}, [7, 12]],
    [{ min: 6, max: 10 }, {}, { blocksMin: '3', blocksMax: '4' }, [3, 4]],
    [{ min: 6, max: 10 }, {}, { blocksMax: '2' }, [2, 2]],
    [{ min: 6, max: 10 }, {}, { blocksMin: '12' }, [12, 12]],
    [{ min: 6, max: 10 }, {}, { blocksMin: ' 8 ', blocksMax: '' }, [8, 10]],
  ])(
    '%j in the suite, %j in the config and %j in the environment make %j',
    (own, config, env, [min, max]) => {
      const made = plan(own === undefined ? {} : { blocks: own }, { blocks: config, env })
      expect(made.blocks).toEqual({ min, max })
      expect(made.looks.at(-1)).toBe(max)
    },
  )

  test('CHIMERA_TIME_BUDGET wins over the suite', () => {
    expect(plan({ timeBudget: 5000 }, { env: { timeBudget: '800' } }).timeBudget).toBe(800)
    expect(plan({}, { env: { timeBudget: '800' } }).timeBudget).toBe(800)
    expect(plan()).not.toHaveProperty('timeBudget')
  })

  test('a limit that was asked for replaces the default one', () => {
    expect(plan({ blocks: { min: 30 } }).patience).toEqual({ blocks: 30, ms: 120_000 })
    for (const asked of [plan({ timeBudget: 5000 }), plan({ blocks: { max: 60 } })])
      expect(asked).not.toHaveProperty('patience')
    expect(plan({}, { env: { blocksMax: '60' } })).not.toHaveProperty('patience')
  })
})

describe('thresholds', () => {
  const rule = (
    metric: 'tpot' | 'ttft' | 'output_throughput',
    own: AgentBenchOptions['thresholds'],
    config: Settings['thresholds'] = {},
  ) => plan(own === undefined ? {} : { thresholds: own }, { thresholds: config }).rules[metric]

  test('naming a metric gates it', () => {
    expect(rule('tpot', { tpot: 0.2 })).toEqual({ threshold: 0.2, floor: 0, gated: true, stages: [] })
    expect(rule('tpot', { tpot: {} })).toMatchObject({ threshold: 0.1, gated: true })
  })

  test('gated: false takes a gate back, and a threshold with it only shows', () => {
    expect(rule('ttft', { ttft: { gated: false } })).toMatchObject({
      threshold: 0.15,
      floor: 5,
      gated: false,
    })
    expect(rule('tpot', { tpot: { relative: 0.2, gated: false } })).toMatchObject({
      threshold: 0.2,
      gated: false,
    })
  })

  test('the suite wins over the config, part by part', () => {
    expect(rule('ttft', { ttft: 0.3 }, { ttft: { relative: 0.2, floor: 9 } })).toEqual({
      threshold: 0.3,
      floor: 9,
      gated: true,
      stages: [],
    })
    expect(rule('tpot', { tpot: { gated: false } }, { tpot: 0.2 })).toMatchObject({
      threshold: 0.2,
      gated: false,
    })
    expect(rule('tpot', {}, { tpot: 0.2 })).toMatchObject({ gated: true })
  })

  test('stages alone gate these stages and leave the whole trial as it was', () => {
    expect(rule('tpot', { tpot: { stages: ['report'] } })).toMatchObject({ gated: false, stages: ['report'] })
    expect(rule('ttft', { ttft: { stages: ['report'] } })).toMatchObject({ gated: true, stages: ['report'] })
    expect(rule('tpot', { tpot: { stages: ['report'], gated: true } })).toMatchObject({
      gated: true,
      stages: ['report'],
    })
  })
})

describe('a definition that cannot be run', () => {
  const arm = { name: 'candidate', model: 'tiny' }

  test.each<[object, string, RegExp]>([
    [
      { candidate: undefined },
      'bad_option',
      /`candidate` of suite "rivers" in .*: Expected { name, model, … } but/,
    ],
    [{ baseline: null }, 'bad_option', /Invalid `baseline` .* received null/],
    [{ candidate: 'fast' }, 'bad_option', /received "fast"/],
    [
      { candidate: { ...arm, name: ' ' } },
      'bad_option',
      /Invalid `name` of the candidate of suite "rivers" in .*: Expected a name but received " "/,
    ],
    [{ candidate: { ...arm, name: 5 } }, 'bad_option', /received 5/],
    [{ baseline: { name: 'b' } }, 'bad_option', /`model` of arm "b" of suite "rivers".*received undefined/],
    [
      { candidate: { ...arm, name: 'baseline' } },
      'same_arms',
      /Both arms of suite "rivers" are named "baseline".*"baseline-again"/,
    ],
    [
      { candidate: { ...arm, options: { num_gpus: 1 } } },
      'unknown_option',
      /"options\.num_gpus" of arm "candidate" of suite "rivers".*: Ollama would ignore it silently\. .*"num_gpu"/,
    ],
    [{ candidate: { ...arm, host: 'ftp://x' } }, 'host', /Invalid host "ftp:\/\/x"/],
    [
      { candidate: { ...arm, agents: { insight: {} } } },
      'unknown_agent',
      /Unknown agent "insight" of arm "candidate" of suite "rivers" in .*\. Its agents: none/,
    ],
    [
      { timeout: 0 },
      'bad_option',
      /`timeout` of suite "rivers" in .*: Expected a positive number of milliseconds but received 0/,
    ],
    [{ timeout: '5 s' }, 'bad_option', /received "5 s"/],
    [{ bound: { ms: -1 } }, 'bad_option', /`bound\.ms`/],
    [{ bound: { tokens: Number.NaN } }, 'bad_option', /`bound\.tokens`.*NaN/],
    [{ timeBudget: 0 }, 'bad_option', /`timeBudget`/],
    [
      { blocks: { min: 0 } },
      'bad_option',
      /`blocks\.min` of suite "rivers" in .*: Expected a whole number from 1 to 300 but received 0/,
    ],
    [{ blocks: { min: 6.5 } }, 'bad_option', /`blocks\.min`.*received 6\.5/],
    [{ blocks: { min: 9, max: 8 } }, 'bad_option', /`blocks` .*1 <= min <= max <= 300.*"min":9,"max":8/],
    [{ blocks: { max: 5000 } }, 'bad_option', /`blocks\.max`.*received 5000/],
    [
      { thresholds: { tftt: 0.1 } as never },
      'unknown_metric',
      /^Unknown metric "tftt" in `thresholds` of suite "rivers" in [^ ]+\. Did you mean "ttft"\? Known metrics: output_throughput, /,
    ],
    [{ thresholds: { ttft: -0.1 } }, 'bad_option', /Expected a fraction such as 0\.05 but received -0\.1/],
    [{ thresholds: { ttft: Number.NaN } }, 'bad_option', /received NaN/],
    [{ thresholds: { ttft: { floor: -1 } } }, 'bad_option', /Expected a floor of 0 or more but received -1/],
    [{ thresholds: { ttft: 0 } }, 'bad_option', /Expected a fraction such as 0\.05 but received 0\./],
  ])('%j is refused as %s', (own, code, message) => {
    const error = refusal(own)
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
  })

  test('a suite has a name', () => {
    expect(() => makePlan('', 'f', definition, settings)).toThrow(
      /name of a suite: Expected a non-empty string but received ""/,
    )
  })

  test('an agent of a team is refused by its own name', () => {
    const candidate = { ...arm, agents: { insight: { options: { ctx: 1 } } } }
    expect(refusal({ candidate }, {}, ['collector', 'insight']).message).toMatch(
      /"agents\.insight\.options\.ctx" of arm "candidate" of suite "rivers"/,
    )
    const unknown = { ...arm, agents: { inside: {} } }
    expect(refusal({ candidate: unknown }, {}, ['collector', 'insight']).message).toMatch(
      /Unknown agent "inside" of arm .*\. Its agents: collector, insight/,
    )
  })

  test.each([
    ['seed', 'CHIMERA_SEED'],
    ['blocksMin', 'CHIMERA_BLOCKS_MIN'],
    ['blocksMax', 'CHIMERA_BLOCKS_MAX'],
    ['timeBudget', 'CHIMERA_TIME_BUDGET'],
  ])('%s that is no whole number is refused by the name of its variable', (key, variable) => {
    for (const value of ['six', '1.5', '-1', '1e3']) {
      const error = refusal({}, { env: { [key]: value } })
      expect(error.code).toBe('bad_environment')
      expect(error.message).toBe(
        `Invalid ${variable}: Expected a whole number but received ${JSON.stringify(value)}. Correct the variable or unset it.`,
      )
    }
  })

  test('CHIMERA_BLOCKS_MAX=0 is refused as well', () => {
    expect(refusal({}, { env: { blocksMax: '0' } }).code).toBe('bad_blocks')
  })
})
