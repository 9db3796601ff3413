import { describe, expect, test } from 'vitest'
import { sweepFor } from '../../test/support/sweeps.ts'
import { callOf, trialOf } from '../../test/support/trials.ts'
import type { ArmFacts, Facts } from '../judge/plan.ts'
import type { AgentSweepOptions } from '../run/candidates.ts'
import { findSame, measuredPlan, whySame } from './same.ts'

/** 27 layers, all on the GPU; a context of 2048 unless told otherwise. */
const loaded = (over: ArmFacts['effective'] = {}): ArmFacts => ({
  server: { kind: 'ollama' },
  effective: { num_ctx: 2048, size: 100, size_vram: 100, gpu_fraction: 1, block_count: 26, ...over },
})
const warmUp = [
  trialOf({ role: 'baseline', block: 0, call: callOf({ prompt_eval_count: 40, eval_count: 60 }) }),
]

function sameOf(
  definition: Partial<AgentSweepOptions>,
  factsOf: (arm: string) => ArmFacts = () => loaded(),
  trials = warmUp,
): Record<string, string> {
  const plan = sweepFor(definition)
  const facts = Object.fromEntries(plan.candidates.map(({ arm }) => [arm.name, factsOf(arm.name)]))
  return Object.fromEntries(findSame(plan, facts, trials))
}

describe('one to the server', () => {
  test('num_gpu from the number of layers up', () => {
    expect(sameOf({ grid: { num_gpu: [10, 27, 99, 120] } })).toEqual({
      'num_gpu=99': 'num_gpu=27',
      'num_gpu=120': 'num_gpu=27',
    })
  })

  test('any num_gpu where no layer is on a GPU', () => {
    const onCpu = () => loaded({ size_vram: 0, gpu_fraction: 0 })
    expect(sameOf({ grid: { num_gpu: [10, 80] } }, onCpu)).toEqual({ 'num_gpu=80': 'num_gpu=10' })
  })

  test('a num_ctx that is clamped, within each setting of the others', () => {
    expect(sameOf({ grid: { num_ctx: [4096, 8192], temperature: [0, 1] } })).toEqual({
      'num_ctx=8192 temperature=0': 'num_ctx=4096 temperature=0',
      'num_ctx=8192 temperature=1': 'num_ctx=4096 temperature=1',
    })
  })

  test('a num_ctx that is raised, where the calls fit into what was asked for', () => {
    const raised = { grid: { num_ctx: [100, 200] } }
    expect(sameOf(raised)).toEqual({ 'num_ctx=200': 'num_ctx=100' })
    expect(sameOf({ grid: { num_ctx: [99, 200] } })).toEqual({})
    expect(sameOf(raised, undefined, [])).toEqual({})
    const silent = callOf({})
    delete silent.prompt_eval_count
    expect(sameOf(raised, undefined, [trialOf({ role: 'baseline', block: 0, call: silent })])).toEqual({})
  })
})

describe('not for certain', () => {
  const beyond = { grid: { num_gpu: [99, 120] } }
  test.each<[string, Partial<AgentSweepOptions>, (arm: string) => ArmFacts]>([
    ['sampling options that differ', { grid: { temperature: [0.6, 0.8] } }, () => loaded()],
    ['another size in memory', beyond, (arm) => loaded({ size: arm.endsWith('99') ? 100 : 90 })],
    ['another share on the GPU', beyond, (arm) => loaded({ size_vram: arm.endsWith('99') ? 60 : 70 })],
    [
      'another context',
      { grid: { num_ctx: [2048, 4096] } },
      (arm) => loaded({ num_ctx: Number(arm.slice(8)) }),
    ],
    [
      'layers that nobody knows',
      beyond,
      () => ({ ...loaded(), effective: { num_ctx: 2048, size: 1, size_vram: 1 } }),
    ],
    ['nothing said of what is loaded', beyond, () => ({ ...loaded(), effective: { block_count: 26 } })],
    ['a server without such options', beyond, () => ({ ...loaded(), server: { kind: 'openai' } })],
  ])('%s', (_, definition, factsOf) => expect(sameOf(definition, factsOf)).toEqual({}))

  test('asked for twice in the same words, or as the baseline', () => {
    const again = { name: 'again', model: 'tiny' }
    expect(sameOf({ grid: {}, candidates: [again, { ...again, name: 'once more' }] })).toEqual({})
    expect(sameOf({ grid: { num_gpu: [99] } })).toEqual({})
  })
})

test('a team is one to the server where each of its agents is', () => {
  const plan = sweepFor({ grid: {}, candidates: ['one', 'two'].map((name) => ({ name, model: 'tiny' })) })
  const agents = (numGpu: number) =>
    ['a', 'b'].map((name) => ({ ...plan.baseline, name, options: { num_gpu: numGpu } }))
  const [first, second] = plan.candidates
  const team = {
    ...plan,
    candidates: [
      { arm: { ...first.arm, agents: agents(30) } },
      { arm: { ...second!.arm, agents: agents(40) } },
    ] as const,
  }
  const facts = (a: ArmFacts): Facts => ({
    one: { ...loaded(), agents: ['a', 'b'].map((name) => ({ name, effective: loaded().effective })) },
    two: {
      ...loaded(),
      agents: [
        { name: 'a', effective: a.effective },
        { name: 'b', effective: loaded().effective },
      ],
    },
  })
  expect(Object.fromEntries(findSame(team, facts(loaded()), warmUp))).toEqual({ two: 'one' })
  expect(Object.fromEntries(findSame(team, facts(loaded({ size: 7 })), warmUp))).toEqual({})
})

test('the plan that is measured shares its error among the others', () => {
  const plan = sweepFor({ grid: { num_gpu: [10, 99, 120] } })
  const facts = { 'num_gpu=120': { ...loaded(), same_as: 'num_gpu=99' } }
  expect(measuredPlan(plan, facts).candidates.map(({ arm }) => arm.name)).toEqual([
    'num_gpu=10',
    'num_gpu=99',
  ])
  expect(measuredPlan(plan, {})).toEqual(plan)
})

test('why is said by option', () => {
  const plan = sweepFor({ grid: { num_ctx: [4096, 8192], num_gpu: [99, 120] } })
  const [first, , , last] = plan.candidates
  const why = (facts: ArmFacts) => whySame(first.arm, last!.arm, { [first.arm.name]: facts })
  expect(why(loaded())).toEqual(['num_ctx is 2048 in effect', 'num_gpu puts all 27 layers on the GPU'])
  expect(why(loaded({ size_vram: 0, gpu_fraction: 0 }))[1]).toBe('num_gpu puts no layer on the GPU')
  expect(why(loaded({ size_vram: 60, gpu_fraction: 0.6 }))[1]).toBe('num_gpu counts all 27 layers')
})
