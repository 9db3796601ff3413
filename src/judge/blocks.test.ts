import { describe, expect, test } from 'vitest'
import { blocksOf, brokenCall, callOf, pairFor, trialOf } from '../../test/support/trials.ts'
import type { Call, MachineTime, Role, Trial } from '../schema/generated.ts'
import { completeBlocks, isCold, keepAliveMs, sortBlocks } from './blocks.ts'

const plan = pairFor()
const numbers = (trials: Trial[], of = plan) =>
  completeBlocks(of, trials, 'measure').map((block) => block.number)
const cold = callOf({ cold: true })
const both = (block: number, attempt: number) =>
  (['baseline', 'candidate'] as const).map((role) => trialOf({ role, block, attempt }))

describe('complete blocks', () => {
  test('come in the order of their numbers, of one phase only', () => {
    const trials = [
      ...both(3, 1),
      ...both(1, 1),
      ...blocksOf(2, () => ({}), undefined, 'confirm'),
      ...both(2, 1),
    ]
    expect(numbers(trials)).toEqual([1, 2, 3])
    expect(completeBlocks(plan, trials, 'confirm').map((block) => block.number)).toEqual([1, 2])
    expect(completeBlocks(plan, trials, 'warmup')).toEqual([])
  })

  test('a block with one arm is none', () => {
    expect(numbers([trialOf({ role: 'baseline', block: 1 })])).toEqual([])
  })

  test('only the last attempt counts, also when an earlier one was whole', () => {
    const broken = trialOf({ role: 'candidate', block: 1, call: brokenCall('busy') })
    expect(numbers([trialOf({ role: 'baseline', block: 1 }), broken])).toEqual([])
    expect(numbers([trialOf({ role: 'baseline', block: 1 }), broken, ...both(1, 2)])).toEqual([1])
    expect(numbers([...both(1, 1), trialOf({ role: 'baseline', block: 1, attempt: 2 })])).toEqual([])
  })

  test('k trials of a mini-block stand and fall together', () => {
    const twice = [...both(1, 1), ...both(1, 1)]
    expect(completeBlocks(plan, twice, 'measure')[0]!.trials.candidate).toHaveLength(2)
    expect(numbers([...both(1, 1), trialOf({ role: 'baseline', block: 1 })])).toEqual([])
    expect(
      numbers([...twice.slice(1), trialOf({ role: 'baseline', block: 1, call: brokenCall('timeout') })]),
    ).toEqual([])
  })

  test('a solo trial belongs to its block: one that is broken takes the block out', () => {
    const solo = (role: Role, call: Call = callOf()) => trialOf({ role, block: 1, phase: 'solo', call })
    const whole = [...both(1, 1), solo('baseline'), solo('candidate')]
    expect(completeBlocks(plan, whole, 'measure')[0]).toMatchObject({
      solos: { baseline: [{ phase: 'solo' }], candidate: [{ phase: 'solo' }] },
    })
    expect(numbers([...both(1, 1), solo('baseline')])).toEqual([])
    expect(numbers([...both(1, 1), solo('baseline'), solo('candidate', brokenCall('busy'))])).toEqual([])
  })
})

describe('blocks that the machine took', () => {
  const taken = (block: number, role: Role, machine: MachineTime, attempt = 1) =>
    both(block, attempt).map((trial) => (trial.role === role ? { ...trial, machine } : trial))
  const sorted = (trials: Trial[]) => {
    const { complete, apart } = sortBlocks(plan, trials, 'measure')
    return [complete, apart].map((blocks) => blocks.map(({ number }) => number))
  }

  test('are set apart, whichever arm it was; a busy machine is no reason', () => {
    for (const role of ['baseline', 'candidate'] as const) {
      expect(sorted([...taken(1, role, { ticks: 20, stolen: 0.11 }), ...both(2, 1)])).toEqual([[2], [1]])
      expect(sorted(taken(1, role, { ticks: 20, stolen: 0.06, throttled: 0.05 }))).toEqual([[], [1]])
      expect(sorted(taken(1, role, { ticks: 20, stolen: 0.1, waited: 1 }))).toEqual([[1], []])
      // One tick of two: the counter has no better answer.
      expect(sorted(taken(1, role, { ticks: 2, stolen: 0.5 }))).toEqual([[1], []])
    }
  })

  test('count by the attempt that followed, or not at all', () => {
    expect(sorted([...taken(1, 'candidate', { ticks: 20, stolen: 0.5 }), ...both(1, 2)])).toEqual([[1], [1]])
    const broken = trialOf({ role: 'candidate', block: 1, attempt: 2, call: brokenCall('busy') })
    expect(sorted([...taken(1, 'candidate', { ticks: 20, stolen: 0.5 }), broken])).toEqual([[], [1]])
  })

  test('are two, and a tenth of the blocks at most; then they count as they are', () => {
    const all = Array.from({ length: 40 }, (_, i) =>
      taken(i + 1, 'baseline', { ticks: 20, throttled: 1 }),
    ).flat()
    const [complete, apart] = sorted(all)
    expect(apart).toEqual([1, 2, 30, 40])
    expect(complete).toHaveLength(36)
  })

  test('are the same at every look, and with the arms the other way round', () => {
    const machineOf = (n: number): MachineTime => ({ ticks: 20, stolen: n % 7 === 3 ? 0.3 : 0 })
    const trials = Array.from({ length: 30 }, (_, i) => taken(i + 1, 'baseline', machineOf(i))).flat()
    const swapped = trials.map((trial) => ({
      ...trial,
      role: trial.role === 'baseline' ? ('candidate' as const) : ('baseline' as const),
    }))
    expect(sorted(swapped)).toEqual(sorted(trials))
    for (const look of [6, 10, 20]) {
      const before = trials.filter(({ block }) => block <= look)
      expect(sorted(before)).toEqual(sorted(trials).map((blocks) => blocks.filter((n) => n <= look)))
    }
  })
})

describe('cold trials', () => {
  const oneCold = [
    ...both(1, 1),
    ...both(2, 1),
    trialOf({ role: 'baseline', block: 3 }),
    trialOf({ role: 'candidate', block: 3, call: cold }),
  ]

  test('an unexpected load takes its block out', () => {
    expect(isCold(oneCold.at(-1)!)).toBe(true)
    expect(numbers(oneCold)).toEqual([1, 2])
  })

  test('an arm that is always cold is meant to be, but two trials do not tell', () => {
    expect(numbers(blocksOf(2, () => ({ cold: true })))).toEqual([])
    expect(numbers(blocksOf(3, () => ({ cold: true })))).toEqual([1, 2, 3])
  })

  test.each([0, '0', '0s', '0m', '0.0s', '0ms'])(
    'keep_alive %j means cold from the first trial on',
    (keep_alive) => {
      const asked = pairFor({ candidate: { name: 'candidate', model: 'tiny', keep_alive } })
      expect(numbers(oneCold, asked)).toEqual([1, 2, 3])
    },
  )

  test.each([-1, '5m', '10s', '0.5s', '1m0s'])('keep_alive %j does not', (keep_alive) => {
    const asked = pairFor({ candidate: { name: 'candidate', model: 'tiny', keep_alive } })
    expect(numbers(oneCold, asked)).toEqual([1, 2])
  })
})

test.each<[unknown, number | undefined]>([
  [0, 0],
  [1.5, 1500],
  [-1, Infinity],
  ['0', 0],
  ['0.0', 0],
  ['0s', 0],
  ['0h0m0s', 0],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['1.5s', 1500],
  ['.5s', 500],
  ['250ms', 250],
  ['2µs', 0.002],
  ['-1m', Infinity],
  ['5', undefined],
  ['5m later', undefined],
  ['', undefined],
  [null, undefined],
  [undefined, undefined],
])('keep_alive %j is %s ms', (keepAlive, expected) => expect(keepAliveMs(keepAlive)).toBe(expected))
