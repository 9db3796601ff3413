import { readFileSync } from 'node:fs'
import type { Options } from 'ollama'
import { describe, expect, test } from 'vitest'
import type { EmbeddedOptions } from '../embedded/index.ts'
import { ChimeraError } from '../errors.ts'
import type { Arm } from '../call/index.ts'
import type { ChimeraOptions } from '../plugin.ts'
import type { AgentBenchOptions } from '../run/agent.ts'
import type { AgentSweepOptions } from '../run/candidates.ts'
import { checkOptions } from './options.ts'

const arms = { baseline: { name: 'a', model: 'm' }, candidate: { name: 'b', model: 'm' } }

/** What is said of options; empty where nothing is wrong with them. */
function said(kind: Parameters<typeof checkOptions>[0], options: unknown): { code: string; message: string } {
  try {
    checkOptions(kind, options, 'it')
  } catch (error) {
    if (error instanceof ChimeraError) return error
    throw error
  }
  return { code: '', message: '' }
}

describe('a name that is not known is refused with the nearest that is', () => {
  test.each<[Parameters<typeof checkOptions>[0], object, string]>([
    ['chimera', { treshold: { ttft: 0.1 } }, '"treshold" of it. Did you mean "thresholds"?'],
    ['chimera', { output: 'x' }, '"output" of it. Did you mean "outputDir"?'],
    ['embedded', { paralel: 2 }, '"paralel" of it. Did you mean "parallel"?'],
    ['agentBench', { ...arms, check: [] }, '"check" of it. Did you mean "checks"?'],
    ['agentBench', { ...arms, pair: { min: 6 } }, '"pair" of it. Did you mean "pairs"?'],
    ['agentBench', { ...arms, blocks: { mni: 6 } }, '"blocks.mni" of it. Did you mean "min"?'],
    ['agentBench', { ...arms, bound: { token: 9 } }, '"bound.token" of it. Did you mean "tokens"?'],
    [
      'agentBench',
      { ...arms, thresholds: { ttft: { relativ: 0.1 } } },
      '"thresholds.ttft.relativ" of it. Did you mean "relative"?',
    ],
    ['agentSweep', { ...arms, strict: true }, '"candidate" of it. Did you mean "candidates"?'],
    [
      'agentSweep',
      { baseline: arms.baseline, halving: { kep: 0.5 } },
      '"halving.kep" of it. Did you mean "keep"?',
    ],
    ['arm', { name: 'a', modle: 'm', model: 'm' }, '"modle" of it. Did you mean "model"?'],
    [
      'arm',
      { name: 'a', model: 'm', options: { num_ctxt: 1 } },
      '"options.num_ctxt" of it: Ollama would ignore it silently. Did you mean "num_ctx"?',
    ],
    ['arm', { name: 'a', model: 'm', options: { max_tokens: 1 } }, 'Did you mean "num_predict"?'],
    ['arm', { name: 'a', model: 'm', options: { repetition_penalty: 1 } }, 'Did you mean "repeat_penalty"?'],
    ['arm', { name: 'a', model: 'm', options: { toString: 1 } }, 'Did you mean "top_k"?'],
    [
      'arm',
      { name: 'a', model: 'm', agents: { one: { keepalive: 1 } } },
      '"agents.one.keepalive" of it. Did you mean "keep_alive"?',
    ],
  ])('%s: %j', (kind, options, message) => {
    expect(said(kind, options).code).toBe('unknown_option')
    expect(said(kind, options).message).toContain(message)
  })

  test('a metric too', () => {
    expect(said('chimera', { thresholds: { 'output throughput': 0.1 } })).toMatchObject({
      code: 'unknown_metric',
      message: expect.stringContaining(
        'Unknown metric "output throughput" in `thresholds` of it. Did you mean "output_throughput"? Known metrics: ',
      ) as string,
    })
  })
})

describe('a wrong value is refused with what was expected', () => {
  test.each<[Parameters<typeof checkOptions>[0], unknown, string]>([
    [
      'chimera',
      { thresholds: 5 },
      '`thresholds` of it: Expected thresholds by metric, such as { output_throughput: 0.05 } but received 5. Did you mean { output_throughput: 0.05 }?',
    ],
    [
      'chimera',
      { thresholds: { ttft: 5 } },
      '`thresholds.ttft` of it: Expected a fraction such as 0.05 but received 5. Did you mean 0.05?',
    ],
    ['chimera', { thresholds: { ttft: '5%' } }, 'but received "5%". Did you mean 0.05?'],
    ['chimera', { thresholds: { ttft: '0.05' } }, 'but received "0.05". Did you mean 0.05?'],
    [
      'chimera',
      { thresholds: { ttft: { relative: 12.5 } } },
      '`thresholds.ttft.relative` of it: Expected a fraction such as 0.05 but received 12.5. Did you mean 0.125?',
    ],
    ['chimera', { thresholds: { ttft: null } }, 'but received null.'],
    ['chimera', { thresholds: { ttft: Number.NaN } }, 'but received NaN.'],
    [
      'chimera',
      { thresholds: { ttft: { stages: 'report' } } },
      'Expected a list of stage names but received "report".',
    ],
    [
      'chimera',
      { pairs: 3 },
      '`pairs` of it: Expected { min, max } with 1 <= min <= max <= 300, such as { min: 6, max: 20 } but received 3. Did you mean { max: 3 }?',
    ],
    [
      'chimera',
      { blocks: { min: '6' } },
      'Expected a whole number from 1 to 300 but received "6". Did you mean 6?',
    ],
    ['chimera', { blocks: { min: 8, max: 6 } }, '1 <= min <= max <= 300'],
    ['chimera', { server: 'localhost' }, 'Expected a server such as embedded() but received "localhost".'],
    ['chimera', { outputDir: 5 }, 'Expected a folder but received 5.'],
    [
      'chimera',
      null,
      'Invalid options of it: Expected options such as { thresholds: { ttft: 0.1 } } but received null.',
    ],
    ['embedded', { parallel: 0 }, 'Expected a whole number of 1 or more but received 0.'],
    ['embedded', { names: 'gemma3' }, 'Expected a list of model names but received "gemma3".'],
    ['agentBench', 'fast', 'Expected { baseline, candidate, … } but received "fast".'],
    [
      'agentBench',
      { ...arms, compare: 'model' },
      '`compare` of it: Expected "models", "hosts" or a list of the two but received "model". Did you mean "models"?',
    ],
    [
      'agentBench',
      { ...arms, compare: ['model'] },
      'Expected "models", "hosts" or a list of the two but received ["model"].',
    ],
    ['agentBench', { ...arms, strict: 'yes' }, 'Expected true or false but received "yes".'],
    ['agentBench', { ...arms, checks: () => {} }, 'Expected a list of checks but received a function.'],
    [
      'agentBench',
      { ...arms, checks: ['complete'] },
      '`checks[0]` of it: Expected a function whose checkName, if any, is a non-empty string, but received "complete".',
    ],
    [
      'agentBench',
      { ...arms, checks: [Object.assign(() => {}, { checkName: 5 })] },
      'Expected a function whose checkName, if any, is a non-empty string, but received a function.',
    ],
    [
      'agentBench',
      { ...arms, timeout: Number.POSITIVE_INFINITY },
      'Expected a positive number of milliseconds but received Infinity.',
    ],
    ['agentBench', { ...arms, timeout: '5000' }, 'but received "5000". Did you mean 5000?'],
    [
      'agentSweep',
      { baseline: arms.baseline, halving: 0.5 },
      'Expected true, false or { keep, budget } but received 0.5. Did you mean { keep: 0.5 }?',
    ],
    [
      'agentSweep',
      { baseline: arms.baseline, rankBy: 'valid_rate' },
      '`rankBy` of it: Expected a metric that is compared as a ratio but received "valid_rate".',
    ],
    [
      'arm',
      { name: 'a', model: 'm', options: { seed: 1.5 } },
      '`options.seed` of it: Expected a whole number but received 1.5.',
    ],
    [
      'arm',
      { name: 'a', model: 'm', options: { temperature: '0.5' } },
      'Expected a number but received "0.5". Did you mean 0.5?',
    ],
    [
      'arm',
      { name: 'a', model: 'm', options: { stop: 'x' } },
      'Expected a list of strings but received "x".',
    ],
    [
      'arm',
      { name: 'a', model: 'm', think: 'hi' },
      'Expected true, false, "high", "medium" or "low" but received "hi". Did you mean "high"?',
    ],
    ['arm', { name: 'a' }, '`model` of it: Expected the name of a model but received undefined.'],
  ])('%s: %j', (kind, options, message) => {
    expect(said(kind, options).message).toContain(message)
    expect(said(kind, options).code).toBe('bad_option')
  })
})

test('every fault has its sentence, and what is right has none', () => {
  const { message } = said('agentBench', {
    ...arms,
    check: [],
    timeout: 0,
    thresholds: { tfft: 0.1, ttft: 5 },
  })
  expect(message.match(/Unknown|Invalid/g)).toHaveLength(4)
  const whole: AgentBenchOptions = {
    ...arms,
    checks: [() => {}],
    thresholds: {
      ttft: true,
      tpot: 1,
      e2e_latency: { relative: 0.1, floor: 2, gated: false, stages: ['report'] },
    },
    blocks: { min: 6 },
    bound: { tokens: 9, ms: 9 },
    nonce: false,
    compare: ['models', 'hosts'],
  }
  expect(said('agentBench', whole).message).toBe('')
  expect(said('agentBench', { ...whole, timeBudget: undefined }).message).toBe('')
  const arm = { name: 'a', model: 'm', options: { num_ctx: 1024, num_gpu: 80, stop: ['x'], mirostat: 1 } }
  expect(
    said('arm', { ...arm, keep_alive: 0, think: 'low', format: {}, host: 'h', agents: { a: {} } }).message,
  ).toBe('')
})

test('the schema has every option that the types have, and no other', () => {
  const { $defs } = JSON.parse(
    readFileSync(new URL('../../schemas/options.schema.json', import.meta.url), 'utf8'),
  ) as { $defs: Record<string, { properties: object }> }
  const keys = (of: string): string[] => Object.keys($defs[of]!.properties).toSorted()
  expect(keys('chimera')).toEqual(Object.keys(OF_CHIMERA).toSorted())
  expect(keys('embedded')).toEqual(Object.keys(OF_EMBEDDED).toSorted())
  expect(keys('agentBench')).toEqual(Object.keys(OF_BENCH).toSorted())
  expect(keys('agentSweep')).toEqual(Object.keys(OF_SWEEP).toSorted())
  expect(keys('arm')).toEqual(Object.keys(OF_ARM).toSorted())
  const missing = Object.keys(OF_CLIENT).filter((name) => !keys('model_options').includes(name))
  expect(missing).toEqual([])
})

// The compiler holds these to the types.
const [OF_CHIMERA, OF_EMBEDDED]: [Every<ChimeraOptions>, Every<EmbeddedOptions>] = [
  { server: 1, thresholds: 1, blocks: 1, pairs: 1, secrets: 1, outputDir: 1 },
  { model: 1, names: 1, parallel: 1 },
]
const COMMON = {
  checks: 1,
  thresholds: 1,
  blocks: 1,
  pairs: 1,
  timeBudget: 1,
  timeout: 1,
  trialTimeout: 1,
  bound: 1,
  nonce: 1,
  compare: 1,
} as const
const OF_BENCH: Every<AgentBenchOptions> = { baseline: 1, candidate: 1, ...COMMON, strict: 1 }
const OF_SWEEP: Every<AgentSweepOptions> = {
  baseline: 1,
  grid: 1,
  candidates: 1,
  rankBy: 1,
  halving: 1,
  ...COMMON,
}
const OF_ARM: Every<Arm> = {
  name: 1,
  model: 1,
  host: 1,
  api: 1,
  headers: 1,
  options: 1,
  keep_alive: 1,
  think: 1,
  format: 1,
  agents: 1,
  secrets: 1,
}
const OF_CLIENT: Every<Options> = {
  numa: 1,
  num_ctx: 1,
  num_batch: 1,
  num_gpu: 1,
  main_gpu: 1,
  low_vram: 1,
  f16_kv: 1,
  logits_all: 1,
  vocab_only: 1,
  use_mmap: 1,
  use_mlock: 1,
  embedding_only: 1,
  num_thread: 1,
  num_keep: 1,
  seed: 1,
  num_predict: 1,
  top_k: 1,
  top_p: 1,
  min_p: 1,
  tfs_z: 1,
  typical_p: 1,
  repeat_last_n: 1,
  temperature: 1,
  repeat_penalty: 1,
  presence_penalty: 1,
  frequency_penalty: 1,
  mirostat: 1,
  mirostat_tau: 1,
  mirostat_eta: 1,
  penalize_newline: 1,
  stop: 1,
}

type Every<T> = { readonly [Name in keyof Required<T>]: 1 }
