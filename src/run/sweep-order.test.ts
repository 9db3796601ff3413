import { describe, expect, test } from 'vitest'
import { sweepOrder } from './sweep-order.ts'

const GROUPS = [['baseline', 'a', 'b'], ['c'], ['d', 'e']]
const order = (seed: number, number: number): string[] => sweepOrder(seed, number, GROUPS).flat()

describe('the order of arms in a block', () => {
  test('every arm once, groups whole', () => {
    const groups = sweepOrder(3, 1, GROUPS)
    expect(groups.flat().toSorted()).toEqual(GROUPS.flat().toSorted())
    expect(groups.map((group) => group.toSorted().join())).toEqual(
      expect.arrayContaining(GROUPS.map((group) => group.toSorted().join())),
    )
  })

  test('two blocks run it there and back, so that a drift cancels', () => {
    for (const seed of [1, 2, 3]) expect(order(seed, 2)).toEqual(order(seed, 1).toReversed())
    expect(order(1, 4)).toEqual(order(1, 3).toReversed())
  })

  test('the same seed, the same order; another pair of blocks, another one', () => {
    expect(order(5, 1)).toEqual(order(5, 1))
    expect(new Set([1, 3, 5, 7, 9].map((number) => order(5, number).join())).size).toBeGreaterThan(1)
  })

  test('each arm goes first about as often as any other of its group', () => {
    const firsts = Array.from(
      { length: 3000 },
      (_, seed) => sweepOrder(seed, 1, [['baseline', 'a', 'b']]).flat()[0]!,
    )
    for (const arm of ['baseline', 'a', 'b'])
      expect(firsts.filter((first) => first === arm).length / 3000).toBeCloseTo(1 / 3, 1)
  })
})
