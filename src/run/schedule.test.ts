import { describe, expect, test } from 'vitest'
import { blockOrder, plannedBlock } from './schedule.ts'

const GROUPS = [['baseline', 'a', 'b'], ['c'], ['d', 'e']]
const order = (seed: number, number: number, groups: readonly (readonly string[])[] = GROUPS): string[] =>
  blockOrder(seed, 'measure', number, groups).flat()
const share = (many: readonly boolean[]): number => many.filter(Boolean).length / many.length

describe('the order of two arms', () => {
  const pair = [['baseline', 'candidate']]
  const baselineFirst = (seed: number, number: number): boolean => order(seed, number, pair)[0] === 'baseline'

  test('two blocks are ABBA or BAAB', () => {
    for (const seed of [1, 2, 3, 99])
      for (const number of [1, 3, 5, 7])
        expect(order(seed, number + 1, pair)).toEqual(order(seed, number, pair).toReversed())
  })

  test('which of them is drawn anew for every two blocks', () => {
    const seeds = Array.from({ length: 1000 }, (_, seed) => seed)
    for (const number of [1, 3, 5]) {
      expect(share(seeds.map((seed) => baselineFirst(seed, number)))).toBeCloseTo(0.5, 1)
      expect(
        share(seeds.map((seed) => baselineFirst(seed, number) === baselineFirst(seed, number + 2))),
      ).toBeCloseTo(0.5, 1)
    }
    expect(share(seeds.map((seed) => baselineFirst(seed, 1) === baselineFirst(seed + 1, 1)))).toBeCloseTo(
      0.5,
      1,
    )
  })

  test('fresh blocks have their own', () => {
    const confirm = (seed: number): boolean => blockOrder(seed, 'confirm', 1, pair).flat()[0] === 'baseline'
    const seeds = Array.from({ length: 1000 }, (_, seed) => seed)
    expect(share(seeds.map((seed) => confirm(seed) === baselineFirst(seed, 1)))).toBeCloseTo(0.5, 1)
  })
})

describe('the order of many arms', () => {
  test('every arm once, groups whole', () => {
    const groups = blockOrder(3, 'measure', 1, GROUPS)
    expect(groups.flat().toSorted()).toEqual(GROUPS.flat().toSorted())
    expect(groups.map((group) => group.toSorted().join())).toEqual(
      expect.arrayContaining(GROUPS.map((group) => group.toSorted().join())),
    )
  })

  test('two blocks run it there and back, so that a drift cancels', () => {
    for (const seed of [1, 2, 3]) expect(order(seed, 2)).toEqual(order(seed, 1).toReversed())
    expect(order(1, 4)).toEqual(order(1, 3).toReversed())
  })

  test('the same seed, the same order; the next two blocks, another one', () => {
    expect(order(5, 1)).toEqual(order(5, 1))
    expect(new Set([1, 3, 5, 7, 9].map((number) => order(5, number).join())).size).toBeGreaterThan(1)
  })

  test('each arm goes first about as often as any other of its group', () => {
    const firsts = Array.from({ length: 3000 }, (_, seed) => order(seed, 1, [['baseline', 'a', 'b']])[0])
    for (const arm of ['baseline', 'a', 'b'])
      expect(share(firsts.map((first) => first === arm))).toBeCloseTo(1 / 3, 1)
  })
})

test('sampling seeds differ between blocks and phases, stay an int of Ollama, and survive a re-queue', () => {
  const seeds = [1, 2, 3].flatMap((n) =>
    (['measure', 'confirm'] as const).map((phase) => plannedBlock(5, phase, n).seed),
  )
  expect(new Set(seeds).size).toBe(6)
  expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31)).toBe(true)
  expect(plannedBlock(5, 'measure', 2, 2).seed).toBe(plannedBlock(5, 'measure', 2, 1).seed)
})
