import { describe, expect, test } from 'vitest'
import { judgeHistory } from './history.ts'

const earlier = Array.from({ length: 20 }, (_, i) => 100 * Math.exp(0.01 * (i % 2 === 0 ? 1 : -1)))
// sd of the logs .01 √(20/19), t(.975, 19) = 2.0930240544: half = .01 √(20/19) 2.0930240544 √1.05
const half = 0.01 * Math.sqrt(20 / 19) * 2.0930240544083087 * Math.sqrt(1.05)
const rule = { threshold: 0.05, floor: 0 }

describe('a new run against twenty', () => {
  test('has the interval of the textbook', () => {
    const { center, prediction, interval, ratio, runs } = judgeHistory(earlier, 110, 'trial_duration', rule)
    expect([runs, center, ratio]).toEqual([20, expect.closeTo(100, 9), expect.closeTo(1.1, 9)])
    expect(prediction).toEqual([-half, half].map((log) => expect.closeTo(100 * Math.exp(log), 9)))
    expect(interval).toEqual([-half, half].map((log) => expect.closeTo(1.1 * Math.exp(log), 9)))
  })

  test.each([
    // value, metric, position, verdict
    [110, 'trial_duration', 'above', 'regressed'],
    [110, 'output_throughput', 'above', 'improved'],
    [90, 'output_throughput', 'below', 'regressed'],
    [90, 'trial_duration', 'below', 'improved'],
    [100, 'trial_duration', 'inside', 'unchanged'],
    [102, 'trial_duration', 'inside', 'unchanged'],
    // Outside, but by less than what matters and not surely less.
    [104, 'trial_duration', 'above', 'inconclusive'],
  ] as const)('%d of %s is %s and %s', (value, metric, position, verdict) => {
    expect(judgeHistory(earlier, value, metric, rule)).toMatchObject({ position, verdict })
  })

  test('inside is not unchanged where the runs differ by more than what matters', () => {
    const wide = earlier.map((value, i) => value * (i % 3 === 0 ? 1.3 : 1))
    expect(judgeHistory(wide, 100, 'ttft', rule)).toMatchObject({
      position: 'inside',
      verdict: 'inconclusive',
    })
  })

  test("a floor takes the threshold's place where it asks for more", () => {
    const result = judgeHistory(earlier, 110, 'ttft', { threshold: 0.05, floor: 20 })
    expect(result).toMatchObject({
      position: 'above',
      threshold: expect.closeTo(0.2, 9),
      verdict: 'unchanged',
    })
  })

  test('a share of time is judged by its difference in points, whatever its ratio', () => {
    const shares = earlier.map((value) => value / 10_000)
    const judged = (value: number) => judgeHistory(shares, value, 'stall_share', rule)
    expect(judged(0.03)).toMatchObject({
      center: expect.closeTo(0.01, 5),
      position: 'above',
      difference: expect.closeTo(0.02, 4),
      threshold: 0.05,
      verdict: 'unchanged',
    })
    expect(judged(0.03).ratio).toBeUndefined()
    expect(judged(0.08)).toMatchObject({ position: 'above', verdict: 'regressed' })
    expect(judged(0)).toMatchObject({ position: 'below', verdict: 'unchanged' })
  })

  test('runs without any spread leave room for rounding only', () => {
    const same = Array.from({ length: 20 }, () => 3)
    expect(judgeHistory(same, 3, 'ttft', rule)).toMatchObject({ position: 'inside', verdict: 'unchanged' })
    expect(judgeHistory(same, 3.3, 'ttft', rule)).toMatchObject({ position: 'above', verdict: 'regressed' })
  })
})

test('fewer than twenty runs judge nothing', () => {
  expect(judgeHistory(earlier.slice(1), 500, 'ttft', rule)).toEqual({ runs: 19, needed: 20 })
})
