import { describe, expect, test } from 'vitest'
import { sweepFor, sweepTrial, sweepTrials, namesOf } from '../../test/support/sweeps.ts'
import { blocksOf as blocks, brokenCall, planFor, trialOf } from '../../test/support/trials.ts'
import type { Trial } from '../schema/generated.ts'
import { findNeverValid, findUnusable, whyGivenUp } from './unusable.ts'

const broken = (
  role: 'baseline' | 'candidate',
  block: number,
  reason = 'busy' as const,
  over: Partial<Trial> = {},
) => trialOf({ role, block, call: brokenCall(reason), over })
const reasonOf = (trials: Trial[]) => findUnusable(planFor(), trials)?.arm

describe('an arm that makes a suite unusable', () => {
  test('three measured trials without a valid one; warm-ups are no evidence', () => {
    const bad = [1, 2, 3].map((block) => broken('candidate', block))
    expect(reasonOf(bad.slice(0, 2))).toBeUndefined()
    expect(reasonOf(bad)).toBe('candidate')
    expect(reasonOf(bad.map((trial) => ({ ...trial, phase: 'warmup' })))).toBeUndefined()
    expect(reasonOf([trialOf({ role: 'candidate', block: 1 }), ...bad])).toBeUndefined()
  })

  test('a server that is away ends it at once; one that went away, after three in a row', () => {
    const away = (block: number) => ({
      ...trialOf({ role: 'baseline', block, call: brokenCall('unreachable') }),
    })
    expect(reasonOf([away(1)])).toBe('baseline')
    const before = trialOf({ role: 'baseline', block: 1 })
    expect(reasonOf([before, away(2), away(3)])).toBeUndefined()
    expect(reasonOf([before, away(2), away(3), away(4)])).toBe('baseline')
  })

  test('of many candidates the first, once none is left', () => {
    const sweep = sweepFor({ grid: { top_k: [1, 2] } })
    const [first, second] = namesOf(sweep)
    const dead = (arms: readonly (string | undefined)[]) =>
      sweepTrials(sweep, 1, 3, (arm) => (arms.includes(arm) ? undefined : 100))
    expect(findUnusable(sweep, dead([second]))).toBeUndefined()
    expect(findUnusable(sweep, dead([first, second]))).toMatchObject({ arm: first })
    expect(findUnusable(sweep, dead(['baseline']))).toMatchObject({ arm: 'baseline' })
    expect(findNeverValid(sweep, dead([second]))).toBeUndefined()
    expect(findNeverValid(sweep, dead([first, second]))?.trials).toHaveLength(3)
  })
})

describe('a candidate that is given up', () => {
  const again = (attempts: number, max: number) =>
    [
      ...blocks(1, () => ({})),
      ...Array.from({ length: attempts }, (_, i) => [
        trialOf({ role: 'baseline', block: 2, attempt: i + 1 }),
        trialOf({
          role: 'candidate',
          block: 2,
          attempt: i + 1,
          call: brokenCall('busy'),
          over: { attempt: i + 1 },
        }),
      ]).flat(),
    ].filter(({ block }) => block <= max)

  test('a drop of its gated valid_rate keeps it in while it is not decided', () => {
    const plan = planFor({ blocks: { min: 6, max: 6 } })
    const ungated = planFor({ blocks: { min: 6, max: 6 }, thresholds: { valid_rate: false } })
    const why = (of: typeof plan, attempts: number) =>
      whyGivenUp(of, of.candidates[0], again(attempts, 6), 'measure') !== undefined
    expect([3, 4].map((attempts) => why(ungated, attempts))).toEqual([false, true])
    // Four failures leave it open, seven prove it.
    expect([4, 7].map((attempts) => why(plan, attempts))).toEqual([false, true])
  })

  test('each phase has its own', () => {
    const plan = planFor({ blocks: { min: 6, max: 6 }, thresholds: { valid_rate: false } })
    expect(whyGivenUp(plan, plan.candidates[0], again(4, 6), 'confirm')).toBeUndefined()
  })

  test('one of many leaves the others in', () => {
    const sweep = sweepFor({ grid: { top_k: [1, 2] } })
    const [, second] = namesOf(sweep)
    const trials = [
      ...sweepTrials(sweep, 1, 3, (arm) => (arm === second ? undefined : 100)),
      sweepTrial(sweep, 'baseline', 4, () => 100),
    ]
    expect(sweep.candidates.map((one) => whyGivenUp(sweep, one, trials, 'measure') !== undefined)).toEqual([
      false,
      true,
    ])
  })
})
