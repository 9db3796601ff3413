import { expect, test } from 'vitest'
import { plannedBlock } from './schedule.ts'

test('the order alternates, ABBA, whatever the seed', () => {
  for (const seed of [1, 2, 3, 99]) {
    const firsts = [1, 2, 3, 4, 5, 6].map((number) => plannedBlock(seed, 'measure', number).order[0])
    expect(new Set([firsts[0], firsts[1]]).size).toBe(2)
    expect(firsts).toEqual([firsts[0], firsts[1], firsts[0], firsts[1], firsts[0], firsts[1]])
  }
})

test('which arm starts is random over seeds and fixed by the seed', () => {
  const starts = Array.from({ length: 400 }, (_, seed) => plannedBlock(seed, 'measure', 1).order[0])
  const share = starts.filter((role) => role === 'baseline').length / starts.length
  expect(share).toBeGreaterThan(0.4)
  expect(share).toBeLessThan(0.6)
  expect(plannedBlock(7, 'measure', 1)).toEqual(plannedBlock(7, 'measure', 1))
})

test('sampling seeds differ between blocks and phases, stay an int of Ollama, and survive a re-queue', () => {
  const seeds = [1, 2, 3].flatMap((n) =>
    (['measure', 'confirm'] as const).map((phase) => plannedBlock(5, phase, n).seed),
  )
  expect(new Set(seeds).size).toBe(6)
  expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31)).toBe(true)
  expect(plannedBlock(5, 'measure', 2, 2).seed).toBe(plannedBlock(5, 'measure', 2, 1).seed)
})
