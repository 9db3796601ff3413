import { expect, test } from 'vitest'
import { canAfford, survivors } from './halving.ts'

const ORDER = ['a', 'b', 'c', 'd', 'e']
/** Told apart when they are so many places away from each other. */
const apart = (places: number) => (arm: string, than: string) =>
  ORDER.indexOf(arm) - ORDER.indexOf(than) >= places

test.each([
  ['all told apart: the better half, the odd one included', 1, 0.5, ['a', 'b', 'c']],
  ['the last kept drags its tie along', 2, 0.5, ['a', 'b', 'c', 'd']],
  ['nobody can be told apart, nobody goes', 9, 0.5, ORDER],
  ['a smaller share', 1, 0.2, ['a']],
  ['never nobody', 1, 0.01, ['a']],
] as const)('%s', (_, places, keep, expected) => {
  expect(survivors(ORDER, keep, apart(places))).toEqual(expected)
})

test('one arm goes on, none stays none', () => {
  expect(survivors(['a'], 0.5, () => true)).toEqual(['a'])
  expect(survivors([], 0.5, () => true)).toEqual([])
})

test('a budget is trials, whole blocks at a time', () => {
  expect(canAfford(undefined, 1e6, 9, 3)).toBe(true)
  expect(canAfford(30, 20, 5, 2)).toBe(true)
  expect(canAfford(30, 21, 5, 2)).toBe(false)
})
