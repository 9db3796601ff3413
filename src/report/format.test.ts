import { describe, expect, test } from 'vitest'
import type { Comparison } from '../schema/generated.ts'
import { bytes, change, direction, percent, quantity, span, threshold, verdict } from './format.ts'

function comparison(part: Partial<Comparison>): Comparison {
  return {
    metric: 'output_throughput',
    stage: null,
    baseline: 'baseline',
    candidate: 'chimera',
    better: 'higher',
    unit: 'tok/s',
    threshold: 0.05,
    blocks: 10,
    verdict: 'unchanged',
    gated: true,
    ...part,
  }
}

test.each([
  [undefined, 'ms', undefined, '–'],
  [0, 'ms', undefined, '0.00 ms'],
  [48.04, 'ms', undefined, '48.0 ms'],
  [526.4, 'ms', undefined, '526 ms'],
  [9700, 'ms', 10_200, '9.70 s'],
  [116, 'tok/s', undefined, '116.0 tok/s'],
  [0.65, 'tok/s', 116, '0.7 tok/s'],
  [1180.4, 'tok/s', undefined, '1180 tok/s'],
  [0.958, 'fraction', undefined, '95.8 %'],
  [2143, 'x', undefined, '2143'],
])('quantity(%j, %j, %j) is %j', (value, unit, like, text) => expect(quantity(value, unit, like)).toBe(text))

test.each([
  [0.879, '-12.1'],
  [1.0345, '+3.4'],
  [1.0003, '0.0'],
  [0.9997, '0.0'],
  [21, '+2000'],
])('percent(%d) is %j', (ratio, text) => expect(percent(ratio)).toBe(text))

describe('a comparison', () => {
  test('shows the change in its own direction and which way that is', () => {
    const slower = comparison({ ratio: 0.879, interval: [0.874, 0.885], verdict: 'regressed' })
    expect(change(slower)).toBe('-12.1 % [-12.6, -11.5]')
    expect(direction(slower)).toBe('slower')
    expect(direction(comparison({ ratio: 0.8, interval: [0.7, 0.9], better: 'lower', unit: 'ms' }))).toBe(
      'faster',
    )
    expect(
      direction(comparison({ ratio: 0.8, interval: [0.7, 0.9], better: 'lower', unit: 'fraction' })),
    ).toBe('')
  })

  test('is marked where the interval includes no change, or there is none', () => {
    expect(change(comparison({ ratio: 1.004, interval: [0.979, 1.03] }))).toBe('~ +0.4 % [-2.1, +3.0]')
    expect(change(comparison({ ratio: 0.9 }))).toBe('~ -10.0 %')
    expect(direction(comparison({ ratio: 0.9 }))).toBe('')
    expect(change(comparison({}))).toBe('–')
  })

  test('gives a difference of rates in points', () => {
    const rate = comparison({ metric: 'valid_rate', difference: -0.3, difference_interval: [-0.485, -0.091] })
    expect(change(rate)).toBe('-30.0 points [-48.5, -9.1]')
    expect(change({ ...rate, difference: 0, difference_interval: [-0.139, 0.139] })).toBe(
      '~ 0.0 points [-13.9, +13.9]',
    )
    expect(threshold(rate)).toBe('5 points')
  })

  test('says what a verdict would take', () => {
    expect(verdict(comparison({ verdict: 'inconclusive', blocks_needed: 24 }))).toBe(
      'inconclusive, about 24 blocks needed',
    )
    expect(verdict(comparison({ verdict: 'inconclusive', blocks: 3 }))).toBe(
      'inconclusive, at least 6 blocks needed',
    )
    expect(verdict(comparison({}))).toBe('unchanged')
  })

  test('has no threshold where none applies', () => {
    expect([0.05, 0.125, 0].map((share) => threshold(comparison({ threshold: share })))).toEqual([
      '5 %',
      '12.5 %',
      '–',
    ])
  })
})

test('spans and sizes', () => {
  expect([48_000, 192_000, 7_500_000].map(span)).toEqual(['48 s', '3 min 12 s', '2 h 5 min'])
  expect([512, 1_900_000, 4_952_000_000].map(bytes)).toEqual(['512 B', '1.9 MB', '5.0 GB'])
})
