import { expect, test } from 'vitest'
import {
  bytes,
  change,
  difference,
  includesNone,
  pair,
  percent,
  quantity,
  share,
  span,
  spread,
  threshold,
} from './numbers.ts'

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
  [3, 'count', undefined, '3'],
  [2.5, 'count', 20_480, '2.5'],
  [20_480, 'count', undefined, '20480'],
])('quantity(%j, %j, %j) is %j', (value, unit, like, text) => expect(quantity(value, unit, like)).toBe(text))

test.each([
  [0.879, '−12.1'],
  [1.0345, '+3.4'],
  [1.0003, '0.0'],
  [0.9997, '0.0'],
  [21, '+2000'],
])('percent(%d) is %j', (ratio, text) => expect(percent(ratio)).toBe(text))

test('two quantities share one scale, a mean its deviation', () => {
  expect(pair(117, 102.6, 'tok/s')).toBe('117.0 → 102.6 tok/s')
  expect(pair(9700, 10_200, 'ms')).toBe('9.70 → 10.20 s')
  expect(pair(undefined, 3, 'ms')).toBe('– → 3.00 ms')
  expect(spread(102.6, 0.7, 'tok/s')).toBe('102.6 ± 0.7 tok/s')
  expect(spread(0.999, 0.001, 'fraction')).toBe('99.9 ± 0.1 %')
  expect(spread(3, undefined, 'x')).toBe('3')
})

test('a change has its sign, its interval, and a mark where it may be none', () => {
  expect(change({ ratio: 0.879, interval: [0.874, 0.885] })).toBe('−12.1 % [−12.6, −11.5]')
  expect(change({ ratio: 1.004, interval: [0.979, 1.03] })).toBe('~ +0.4 % [−2.1, +3.0]')
  expect(change({ ratio: 0.9 })).toBe('~ −10.0 %')
  expect(change({})).toBe('–')
  expect(includesNone({ ratio: 0.9, interval: [0.8, 0.95], isNone: true })).toBe(true)
})

test('a difference of rates is in points', () => {
  const rate = { difference: -0.3, interval: [-0.485, -0.091] as const, threshold: 0.05, unit: 'fraction' }
  expect(change(rate)).toBe('−30.0 points [−48.5, −9.1]')
  expect(change({ difference: 0, interval: [-0.139, 0.139] })).toBe('~ 0.0 points [−13.9, +13.9]')
  expect(threshold(rate)).toBe('5 points')
})

test('a difference has a sign, one scale and a mark where it may be none', () => {
  expect(difference(300, 'ms', [280, 320])).toBe('+300 ms [+280, +320]')
  expect(difference(-12_000, 'ms', [-13_000, 90])).toBe('~ −12.00 s [−13.00, +0.09]')
  expect(difference(1.5, 'ms')).toBe('~ +1.50 ms')
  expect(difference(0, 'ms', [0, 0])).toBe('~ 0.00 ms')
  expect(difference(450, 'ms', [450, 450])).toBe('+450 ms')
})

test('thresholds and shares', () => {
  const unit = 'ms'
  expect([0.05, 0.125, 0].map((relative) => threshold({ threshold: relative, unit }))).toEqual([
    '5 %',
    '12.5 %',
    '–',
  ])
  expect(threshold({ threshold: 0.15, floor: 5, unit })).toBe('5.00 ms')
  expect(share(1)).toBe('100 %')
})

test('spans and sizes', () => {
  expect([48_000, 192_000, 7_500_000].map(span)).toEqual(['48 s', '3 min 12 s', '2 h 5 min'])
  expect([512, 1_900_000, 4_952_000_000].map(bytes)).toEqual(['512 B', '1.9 MB', '5.0 GB'])
})
