import { describe, expect, test } from 'vitest'
import { callOf, pairFor, trialOf } from '../../test/support/trials.ts'
import type { Trial } from '../schema/generated.ts'
import { completeBlocks } from './blocks.ts'
import { concurrencyValues, isConcurrencyOpen, judgeConcurrency } from './concurrency.ts'

/** Start and wall time of each agent, ms. */
type Work = Record<string, readonly [start: number, wall: number]>

const plan = pairFor()

function trial(role: 'baseline' | 'candidate', block: number, phase: 'measure' | 'solo', work: Work): Trial {
  const agents = Object.entries(work)
  return trialOf({
    role,
    block,
    phase,
    over: {
      calls: agents.map(([agent], index) => callOf({ index, agent, stage: agent })),
      stages: agents.map(([name, [start, duration]]) => ({ name, start, duration })),
    },
  })
}

/** Blocks in which two agents work together as told by `work`, and alone for 60 ms each. */
function blocks(count: number, work: (block: number) => Work): Trial[] {
  return Array.from({ length: count }, (_, index) => index + 1).flatMap((block) =>
    (['baseline', 'candidate'] as const).flatMap((role) => [
      trial(role, block, 'measure', work(block)),
      trial(role, block, 'solo', { a: [0, 60] }),
      trial(role, block, 'solo', { b: [0, 60] }),
    ]),
  )
}

describe('the agents run alone', () => {
  const parallel = () => ({ a: [0, 61], b: [0, 60] }) as const
  const unclear = (block: number): Work =>
    block % 2 === 0 ? { a: [0, 60], b: [0, 60] } : { a: [0, 130], b: [0, 130] }

  test('until both arms have a verdict', () => {
    expect(isConcurrencyOpen(plan, blocks(5, parallel))).toBe(true)
    expect(isConcurrencyOpen(plan, blocks(6, parallel))).toBe(false)
    expect(isConcurrencyOpen(plan, blocks(6, unclear))).toBe(true)
    const one = blocks(6, unclear).filter(({ role }) => role === 'candidate')
    const other = blocks(6, parallel).filter(({ role }) => role === 'baseline')
    expect(isConcurrencyOpen(plan, [...one, ...other])).toBe(true)
  })

  test('throughout where a figure of theirs is gated', () => {
    const gating = (rule: object) => ({
      ...plan,
      rules: { ...plan.rules, slowdown: { ...plan.rules.slowdown, ...rule } },
    })
    expect(isConcurrencyOpen(gating({ gated: true }), blocks(20, parallel))).toBe(true)
    expect(isConcurrencyOpen(gating({ stages: ['a'] }), blocks(20, parallel))).toBe(true)
  })

  test('blocks without them leave the verdict and its blocks as they are', () => {
    const later = blocks(12, parallel).filter(({ block, phase }) => block <= 6 || phase === 'measure')
    expect(judgeConcurrency(plan, later, 'candidate')).toMatchObject({ blocks: 6, verdict: 'parallel' })
    expect(completeBlocks(plan, later, 'measure')).toHaveLength(12)
  })
})

const verdictOf = (count: number, work: (block: number) => Work) =>
  judgeConcurrency(plan, blocks(count, work), 'baseline')!.verdict

describe('what working at once gains', () => {
  const [block] = completeBlocks(
    plan,
    blocks(1, () => ({ a: [10, 100], b: [20, 120] })),
    'measure',
  )
  const values = concurrencyValues(block!, 'baseline')

  test('the whole: walls alone over the span together, by agent, and how even the work is', () => {
    expect(Object.fromEntries(values.get(null)!)).toEqual({
      // From 10 to 140 ms.
      speedup: expect.closeTo(120 / 130, 12),
      efficiency: expect.closeTo(60 / 130, 12),
      slowdown: expect.closeTo(Math.sqrt((100 / 60) * 2), 12),
      load_balance: expect.closeTo(220 / 120, 12),
    })
  })

  test('each agent: its wall together over its wall alone', () => {
    expect(Object.fromEntries(values.get('a')!)).toEqual({ slowdown: 100 / 60 })
    expect(Object.fromEntries(values.get('b')!)).toEqual({ slowdown: 2 })
  })

  test('nothing is claimed of one agent, or where one never ran alone', () => {
    expect(
      judgeConcurrency(
        plan,
        [trialOf({ role: 'baseline', block: 1 }), trialOf({ role: 'candidate', block: 1 })],
        'baseline',
      ),
    ).toBeUndefined()
    const half = blocks(6, () => ({ a: [0, 60], b: [0, 60] })).filter(
      ({ phase, stages }) => phase === 'measure' || stages[0]!.name === 'a',
    )
    expect(judgeConcurrency(plan, half, 'baseline')).toBeUndefined()
  })
})

describe('the statement on an arm', () => {
  test('parallel: each is as fast as alone', () => {
    expect(verdictOf(6, () => ({ a: [0, 61], b: [0, 60] }))).toBe('parallel')
  })

  test('contended: slower than alone beyond doubt, and still gaining', () => {
    expect(verdictOf(6, () => ({ a: [0, 80], b: [0, 85] }))).toBe('contended')
  })

  test('serialized: together they take as long as one after the other, whatever the load balance', () => {
    const found = judgeConcurrency(
      plan,
      blocks(6, () => ({ a: [0, 118], b: [0, 120] })),
      'baseline',
    )!
    expect(found.verdict).toBe('serialized')
    expect(found.speedup.value).toBeCloseTo(1, 12)
    expect(found.load_balance.value).toBeCloseTo(238 / 120, 12)
  })

  test('inconclusive: before the first look, and where blocks disagree', () => {
    expect(verdictOf(5, () => ({ a: [0, 118], b: [0, 120] }))).toBe('inconclusive')
    expect(
      verdictOf(6, (block) => (block % 2 === 0 ? { a: [0, 60], b: [0, 60] } : { a: [0, 130], b: [0, 130] })),
    ).toBe('inconclusive')
  })
})
