import { describe, expect, test } from 'vitest'
import { blocksOf, brokenCall, planFor, trialOf } from '../../test/support/trials.ts'
import type { Arm } from '../index.ts'
import { makePlan } from '../run/plan.ts'
import type { Call, MachineTime, Effective, Trial } from '../schema/generated.ts'
import type { ArmFacts, Ending, Plan } from './plan.ts'
import { warningTexts } from './messages.ts'
import { judge } from './results.ts'
import { suiteWarnings } from './warnings.ts'

const GPU: Effective = { num_ctx: 4096, block_count: 26, size: 1000, size_vram: 1000, gpu_fraction: 1 }
const factsOf = (effective: Effective, kind: 'ollama' | 'embedded' = 'ollama'): ArmFacts => ({
  server: { kind },
  digest: 'd',
  effective,
})

interface Given {
  baseline?: Partial<Arm>
  candidate?: Partial<Arm>
  effective?: { baseline?: Effective; candidate?: Effective }
  kind?: 'ollama' | 'embedded'
}

/** Warnings of a suite whose trials are all alike. */
function warningsOf({ baseline = {}, candidate = {}, effective = {}, kind = 'ollama' }: Given) {
  const plan = planFor({
    baseline: { name: 'baseline', model: 'tiny', ...baseline },
    candidate: { name: 'candidate', model: 'tiny', ...candidate },
  })
  const facts = {
    baseline: factsOf(effective.baseline ?? GPU, kind),
    candidate: factsOf(effective.candidate ?? GPU, kind),
  }
  return warn(
    plan,
    facts,
    blocksOf(6, () => ({})),
  )
}

function warn(
  plan: Plan,
  facts: Record<'baseline' | 'candidate', ArmFacts>,
  trials: Trial[],
  ending?: Ending,
) {
  const [only] = judge(plan, trials).candidates
  return suiteWarnings(only!.pair, facts, trials, only!.assessment, ending)
}

describe('options without effect', () => {
  test('none where the server did as asked, and none of an A/A suite', () => {
    expect(warningsOf({ candidate: { options: { num_ctx: 4096, num_gpu: 27, temperature: 1 } } })).toEqual([])
    expect(warningsOf({})).toEqual([])
  })

  test('num_ctx the server runs otherwise is named with both numbers', () => {
    expect(warningsOf({ candidate: { options: { num_ctx: 512, temperature: 1 } } })).toEqual([
      {
        code: 'num_ctx_clamped',
        arm: 'candidate',
        message: expect.stringMatching(/num_ctx 512 of arm "candidate".*with 4096/),
      },
    ])
  })

  test('num_gpu beyond the layers: the model of 26 blocks has 27', () => {
    const [first, ...rest] = warningsOf({ candidate: { options: { num_gpu: 28, temperature: 1 } } })
    expect(first).toMatchObject({
      code: 'num_gpu_no_effect',
      message: expect.stringContaining("exceeds the model's 27 layers"),
    })
    expect(rest).toEqual([])
  })

  test('num_gpu without a GPU has no effect either, which is told once', () => {
    const cpu = { ...GPU, size_vram: 0, gpu_fraction: 0 }
    const found = warningsOf({
      candidate: { options: { num_gpu: 80 } },
      effective: { baseline: cpu, candidate: cpu },
      kind: 'embedded',
    })
    expect(found.map(({ code }) => code)).toEqual(['num_gpu_no_effect', 'identical_arms'])
    expect(found[0]!.message).toMatch(/every layer on the CPU/)
  })

  test('a model partly outside video memory is named with its share; the embedded engine never has any in it', () => {
    const part = { ...GPU, size_vram: 370, gpu_fraction: 0.37 }
    expect(warningsOf({ effective: { candidate: part } })).toMatchObject([
      { code: 'partial_offload', arm: 'candidate', message: expect.stringContaining('37 %') },
    ])
    expect(warningsOf({ effective: { candidate: part }, kind: 'embedded' })).toEqual([])
  })
})

describe('arms that were asked for different things and got the same', () => {
  const codes = (given: Given) => warningsOf(given).map(({ code }) => code)

  test.each<[string, Partial<Arm>]>([
    ['num_ctx as it is by default', { options: { num_ctx: 4096 } }],
    ['num_gpu beyond the layers', { options: { num_gpu: 99 } }],
    ['another tag of the same digest', { model: 'alias' }],
  ])('%s', (_, candidate) => expect(codes({ candidate })).toContain('identical_arms'))

  test.each<[string, Partial<Arm>]>([
    ['a sampling option', { options: { temperature: 0.5 } }],
    ['fewer layers on the GPU', { options: { num_gpu: 5 } }],
    ['another host', { host: 'other:11434' }],
    ['keep_alive', { keep_alive: 0 }],
    ['think', { think: true }],
    ['format', { format: 'json' }],
  ])('%s is a difference', (_, candidate) => expect(codes({ candidate })).not.toContain('identical_arms'))

  test('nothing is claimed where the server does not tell what it runs', () => {
    expect(
      codes({ candidate: { options: { num_gpu: 99 } }, effective: { baseline: {}, candidate: {} } }),
    ).toEqual([])
  })
})

describe('concurrent agents', () => {
  const team = (agents: Arm['agents']) =>
    makePlan(
      'made',
      'made.bench.ts',
      {
        baseline: { name: 'baseline', model: 'tiny' },
        candidate: { name: 'candidate', model: 'tiny', agents: agents! },
      },
      { host: 'http://127.0.0.1:11434', thresholds: {}, blocks: {}, env: {} },
      ['collector', 'insight'],
    )
  const facts = (): ArmFacts => ({
    ...factsOf(GPU),
    agents: ['collector', 'insight'].map((name) => ({ name, digest: 'd', effective: GPU })),
  })

  test('an option of one agent without effect is named with arm and agent', () => {
    const found = warn(
      team({ insight: { options: { num_ctx: 512 } } }),
      { baseline: facts(), candidate: facts() },
      [],
    )
    expect(found.map(({ code, arm }) => [code, arm])).toEqual([
      ['num_ctx_clamped', 'candidate'],
      ['identical_arms', undefined],
    ])
    expect(found[0]!.message).toMatch(/arm "candidate\/insight"/)
  })

  test('a difference of one agent is a difference of the arms', () => {
    expect(
      warn(team({ insight: { options: { temperature: 1 } } }), { baseline: facts(), candidate: facts() }, []),
    ).toEqual([])
  })
})

describe('budget, noise and cache', () => {
  const facts = { baseline: factsOf(GPU), candidate: factsOf(GPU) }
  const ending: Ending = { stopped: 'budget', requeued: 0, warnings: [] }

  test('a machine that was busy is named where a verdict is open, time that was taken from the suite always', () => {
    const plan = planFor({})
    const codes = (machine: MachineTime, blocks: number): string[] =>
      warn(
        plan,
        facts,
        blocksOf(blocks, () => ({})).map((trial) => ({ ...trial, machine })),
      )
        .map(({ code }) => code)
        .filter((code) => code.startsWith('machine_'))
    expect(codes({ waited: 0.9 }, 5)).toEqual(['machine_busy'])
    expect(codes({ waited: 0.9 }, 8)).toEqual([])
    expect(codes({ waited: 0.4 }, 5)).toEqual([])
    expect(codes({ waited: 0.4, stolen: 0.03, throttled: 0.03 }, 8)).toEqual(['machine_taken'])
    expect(codes({ stolen: 0.04 }, 8)).toEqual([])
  })

  test('fewer blocks than can decide, blocks run again, and what the worker had to say', () => {
    const plan = planFor({ blocks: { min: 1, max: 3 } })
    const own = { code: 'time_budget', message: 'said by the worker' }
    const found = warn(
      plan,
      facts,
      blocksOf(3, () => ({})),
      { ...ending, requeued: 2, warnings: [own] },
    )
    expect(found).toMatchObject([
      { code: 'too_few_blocks', message: expect.stringMatching(/At most 3 blocks.*at least 6/) },
      { code: 'requeued_blocks', message: expect.stringMatching(/^2 blocks were run again/) },
      own,
    ])
  })

  test('a threshold out of reach is told where it left the metric undecided, and only there', () => {
    const scatter = (block: number) => ({ eval_duration: block % 2 === 0 ? 60 : 150 })
    const trials = blocksOf(10, scatter)
    expect(warn(planFor(), facts, trials)).toMatchObject([
      { code: 'threshold_out_of_reach', metric: 'output_throughput' },
    ])
    expect(warn(planFor({ thresholds: { output_throughput: { gated: false } } }), facts, trials)).toEqual([])
  })

  test('a threshold of a fraction is told in points, and no scatter where most blocks are equal', () => {
    const found = { metric: 'stall_share', threshold: 0.05, scale: 0.02, blocks: 49 } as const
    expect(warningTexts.outOfReach(found, 16)).toMatch(
      /^A threshold of 5 points for stall_share .*: values scatter by 2 points between blocks, so a verdict would/,
    )
    expect(warningTexts.outOfReach({ ...found, scale: 0 }, 16)).toMatch(
      /is out of reach on this machine: a verdict would take about 49 blocks; at most 16 are allowed\./,
    )
    expect(warningTexts.outOfReach({ ...found, metric: 'ttft' }, 16)).toContain('5 % for ttft')
  })

  test("the server's own figure takes the place of what does not arrive piece by piece, and why is told", () => {
    const why = (candidate: Partial<Call>, baseline: Partial<Call> = {}) =>
      warn(
        planFor(),
        facts,
        blocksOf(
          6,
          () => candidate,
          () => baseline,
        ),
      ).find(({ code }) => code === 'reported_gated')?.message
    expect(why({ chunks: 1, chunk_times: [50] })).toBe(
      `output_throughput could not be measured: every reply of arm "candidate" came in one chunk. Ask for longer replies, or use a server that streams token by token. Until then reported_throughput, the server's own figure, is gated instead.`,
    )
    expect(
      warn(
        planFor(),
        facts,
        blocksOf(6, () => ({ streamed: false, chunk_times: [] })),
      ),
    ).toMatchObject([{ code: 'reported_gated', arm: 'candidate' }])
    expect(why({ chunks: 3, chunk_times: [50, 50, 50] })).toMatch(/of arm "candidate" arrived all at once\./)
    expect(why({}, { streamed: false, chunk_times: [] })).toMatch(/no call of arm "baseline" is streamed\./)
    expect(why({})).toBeUndefined()
  })

  test('a server that reports less than arrives is not said to leave work out', () => {
    const said = warningTexts.reportedDiffers('a', 100, 150)
    expect(said).toMatch(/the server's own figure\.$/)
    expect(warningTexts.reportedDiffers('a', 150, 100)).toMatch(/which may exclude part of the work/)
  })

  test('an arm that loads the model far more often than the other is told, unless it asks to', () => {
    const cold = (n: number, other = 0, candidate: Partial<Arm> = {}) =>
      warn(
        planFor({ candidate: { name: 'candidate', model: 'tiny', ...candidate } }),
        facts,
        blocksOf(
          8,
          (block) => ({ cold: block <= n }),
          (block) => ({ cold: block <= other }),
        ),
      ).filter(({ code }) => code === 'cold_trials')
    expect(cold(3)).toMatchObject([
      {
        arm: 'candidate',
        message: expect.stringMatching(
          /^In 3 of 8 trials of arm "candidate" a call loaded the model; in the other arm, in 0\./,
        ),
      },
    ])
    expect(cold(8, 2)).toHaveLength(1)
    expect(cold(2)).toEqual([])
    expect(cold(8, 8)).toEqual([])
    expect(cold(8, 0, { keep_alive: 0 })).toEqual([])
  })

  test('prompts found in the cache are counted by arm', () => {
    const warmup = { ...blocksOf(1, () => ({ prompt_eval_cached_count: 99 }))[1]!, phase: 'warmup' as const }
    const measured = blocksOf(6, (block) =>
      block > 2 ? { prompt_eval_cached_count: 99 } : { prompt_eval_cached_count: 1 },
    )
    const trials = [{ ...warmup, block: 0 }, ...measured]
    expect(warn(planFor(), facts, trials)).toMatchObject([
      { code: 'prompt_cache_hit', arm: 'candidate', message: expect.stringMatching(/^4 of 6 calls/) },
    ])
  })

  test('a gated metric that no block has is named', () => {
    const short = blocksOf(
      6,
      () => ({ eval_count: 10 }),
      () => ({ eval_count: 10 }),
    )
    expect(warn(planFor(), facts, short)).toMatchObject([
      {
        code: 'metric_absent',
        metric: 'output_throughput',
        message: expect.stringContaining('every reply has fewer than 16 tokens'),
      },
    ])
  })
})

test('calls that failed and were made again are counted by arm, in valid trials', () => {
  const trials = blocksOf(6, () => ({}))
  const retried = trials.map((trial) =>
    trial.role === 'candidate' && trial.block <= 2
      ? { ...trial, calls: [brokenCall('busy'), ...trial.calls] }
      : trial,
  )
  const broken = trialOf({ role: 'baseline', block: 7, call: brokenCall('http_error') })
  const facts = { baseline: factsOf(GPU), candidate: factsOf(GPU) }
  expect(warn(planFor({}), facts, [...retried, broken])).toContainEqual({
    code: 'retried_calls',
    arm: 'candidate',
    message: expect.stringMatching(/^2 of 8 calls of arm "candidate" failed \(busy\) and were made again/),
  })
  expect(
    warn(planFor({}), facts, [...trials, broken]).filter(({ code }) => code === 'retried_calls'),
  ).toEqual([])
})
