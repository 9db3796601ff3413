import { describe, expect, test } from 'vitest'
import { callOf } from '../../test/support/trials.ts'
import { paceOf } from './steady.ts'

/** A reply of one token a chunk whose chunks come after these gaps, ms. */
const reply = (gaps: readonly number[], over: object = {}) => {
  const times = gaps.reduce((all, gap) => [...all, all.at(-1)! + gap], [50])
  return callOf({ chunk_times: times, chunks: times.length, eval_count: times.length, ...over })
}
const gaps = (count: number, ms: number): number[] => Array.from({ length: count }, () => ms)

describe('paceOf', () => {
  test('an even stream has its own rate and no pauses', () => {
    expect(paceOf([reply(gaps(30, 4))])).toEqual({ throughput: 250, stallShare: 0 })
  })

  test('is the middle third of the times per chunk, and the rest is stall_share', () => {
    // A third of 1 ms, a third of 4, a third of 10: 150 ms in all, 120 at the steady pace.
    const one = paceOf([reply([...gaps(10, 10), ...gaps(10, 1), ...gaps(10, 4)])])!
    expect(one.throughput).toBeCloseTo(250, 9)
    expect(one.stallShare).toBeCloseTo(0.2, 9)
    // What arrives is the steady throughput less the pauses, whatever the gaps are.
    expect(one.throughput * (1 - one.stallShare)).toBeCloseTo(30 / 0.15, 9)
  })

  test('pauses leave the pace alone: 5 % of the gaps ten times as long are 31 points of the time', () => {
    const paused = paceOf([reply([...gaps(95, 4), ...gaps(5, 40)])])!
    expect(paused.throughput).toBe(250)
    expect(paused.stallShare).toBeCloseTo(180 / 580, 9)
  })

  test('several tokens a chunk are several tokens', () => {
    const three = reply(gaps(20, 12), { eval_count: 63 })
    expect(paceOf([three])!.throughput).toBeCloseTo(250, 9)
  })

  test('chunks that arrive together share their time, those of the first packet have none', () => {
    const late = reply([...gaps(12, 4), 40, ...gaps(9, 0), ...gaps(12, 4)])
    expect(paceOf([late])).toEqual({ throughput: 250, stallShare: 0 })
    const early = reply([0, 0, ...gaps(20, 4)])
    expect(paceOf([early])!.throughput).toBeCloseTo(250, 9)
  })

  test('goes call by call: a longer reply is no slower one', () => {
    const [fast, slow] = [reply(gaps(40, 2)), reply(gaps(40, 8))]
    expect(paceOf([fast, slow])!.throughput).toBeCloseTo(80 / 0.4, 9)
    expect(paceOf([fast, slow])!.stallShare).toBe(0)
  })

  test('there is none without a second packet', () => {
    expect(paceOf([])).toBeUndefined()
    expect(paceOf([callOf({ chunk_times: [5] })])).toBeUndefined()
    expect(paceOf([callOf({ chunk_times: [5, 5, 5] })])).toBeUndefined()
  })
})
