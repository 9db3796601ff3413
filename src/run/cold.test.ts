import { describe, expect, test } from 'vitest'
import { recordedLoads } from '../../test/support/recorded-loads.ts'
import { warmLimit } from './cold.ts'

const { aa4b, topk, aamini, coldmini } = recordedLoads
const coldOf = (loads: readonly number[], level = loads): number[] =>
  loads.filter((load) => load > warmLimit(level)!)

describe('the longest warm load', () => {
  test('is that of the machine: no recorded warm load is beyond it, every recorded cold one is', () => {
    for (const warm of [aa4b, topk, aamini]) expect(coldOf(warm)).toEqual([])
    // The shortest loads of a model that were ever seen beside such warm ones.
    for (const cold of [871, 938, 1366, 3400]) expect(coldOf([cold], [...aa4b])).toEqual([cold])
    expect(coldOf(coldmini, aamini)).toEqual([...coldmini])
  })

  test.each([1, 2, 3, 5, 8])('holds from the first loads on: %i of 253 ms part 304 from 871', (count) => {
    const level = Array.from({ length: count }, () => 253)
    expect(coldOf([304, 871], level)).toEqual([871])
  })

  test('a load of seconds is no warm level, even as the first ever seen', () => {
    expect(coldOf([4836, 259, 262, 300, 4929])).toEqual([4836, 4929])
  })

  test('another client that reloads most of the time does not become the level', () => {
    expect(coldOf([3, 150, 3.2, 151, 149, 155, 148, 152, 3.1])).toEqual([150, 151, 149, 155, 148, 152])
  })

  test('a short reload is beyond a steady level of a few ms, a busy machine is not', () => {
    const steady = [3, 3.1, 2.9, 3.2, 3, 3.3, 2.8, 3, 3.1]
    expect(coldOf([4, 40, 93, 150], steady)).toEqual([150])
    expect(coldOf([5, 3.5, 19, 93, 320])).toEqual([320])
    // Loads that spread from 3.5 to 120 ms show that such a machine delays them.
    const busy = [3.5, 19, 5, 44, 12, 4, 80, 30, 9, 120, 60, 7]
    expect(coldOf([150, 212], busy)).toEqual([])
  })

  test('loads of 0 are loads; without any there is no limit', () => {
    expect(coldOf([90, 150], [0, 0, 0])).toEqual([150])
    expect(warmLimit([])).toBeUndefined()
  })
})
