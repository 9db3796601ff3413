import { describe, expect, test } from 'vitest'
import { createRandom } from '../stats/index.ts'
import { changePoints } from './e-divisive.ts'

const indexes = (series: readonly number[]): number[] => changePoints(series).map(({ index }) => index)

/** About normal: twelve uniform numbers, Irwin and Hall. */
function noise(seed: number): () => number {
  const random = createRandom(seed)
  return () => Array.from({ length: 12 }, random).reduce((sum, one) => sum + one, -6)
}

/** Annual flow of the Nile at Aswan, 1871 to 1970 (Cobb 1978); it fell in 1899, index 28. */
const NILE = [
  1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958,
  1140, 1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020,
  1050, 969, 831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040,
  759, 781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890,
  744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740,
]

describe('change points', () => {
  test('of the Nile: its fall of 1899', () => {
    expect(indexes(NILE)).toEqual([28])
  })

  test('of planted changes are found, in order, with their p', () => {
    const next = noise(7)
    const series = Array.from({ length: 60 }, (_, i) => (i < 20 ? 100 : i < 45 ? 110 : 104) + next())
    const found = changePoints(series)
    expect(found.map(({ index }) => index)).toEqual([20, 45])
    expect(found.every(({ p }) => p > 0 && p <= 0.001)).toBe(true)
  })

  test('of a scatter that grows are found, though the mean stays', () => {
    const next = noise(3)
    const series = Array.from({ length: 160 }, (_, i) => 100 + next() * (i < 80 ? 0.5 : 6))
    const [found, ...more] = indexes(series)
    expect(Math.abs(found! - 80)).toBeLessThanOrEqual(3)
    expect(more).toEqual([])
  })

  test('of 50 series without a change are none', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const next = noise(seed)
      expect(indexes(Array.from({ length: 40 }, next)), `seed ${seed}`).toEqual([])
    }
  })

  test('of few or equal values are none', () => {
    expect(indexes([])).toEqual([])
    expect(indexes([1, 1, 1, 9, 9, 9])).toEqual([])
    expect(indexes(Array.from({ length: 30 }, () => 5))).toEqual([])
  })

  test('are the same for the same seed', () => {
    expect(changePoints(NILE.slice(10, 50), 4)).toEqual(changePoints(NILE.slice(10, 50), 4))
  })
})
