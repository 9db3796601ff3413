import { expect, test } from 'vitest'
import type { ComparisonBase, RatioComparison } from '../../schema/generated.ts'
import { forest, reach } from './forest.ts'
import { scale, ticks } from './svg.ts'

type Ratio = ComparisonBase & RatioComparison

function comparison(part: Partial<Ratio>): Ratio {
  return {
    kind: 'ratio',
    metric: 'ttft',
    stage: null,
    baseline: 'a',
    candidate: 'b',
    better: 'lower',
    unit: 'ms',
    threshold: 0.1,
    blocks: 8,
    verdict: 'unchanged',
    gated: true,
    ...part,
  }
}

/** Where the estimate's diamond stands, of 240. */
function place(part: Partial<Ratio>): number {
  return (
    Number(
      /class="estimate"/.test(forest(comparison(part), 2)!.text) &&
        /<path d="M([\d.]+) 14l5-5/.exec(forest(comparison(part), 2)!.text)?.[1],
    ) + 5
  )
}

test('right is worse, whichever way the metric counts', () => {
  expect(place({ ratio: 1 })).toBe(120)
  expect(place({ ratio: 1.1 })).toBe(174)
  expect(place({ ratio: 1 / 1.1, better: 'higher' })).toBe(174)
  expect(place({ ratio: 1 / 1.1 })).toBe(66)
})

test('the axis reaches as far as the data, within reason', () => {
  expect(reach([comparison({ ratio: 1.01, interval: [0.99, 1.02] })])).toBe(2)
  expect(reach([comparison({ ratio: 1.1 ** 3 })])).toBeCloseTo(3.24)
  expect(reach([comparison({ ratio: 20 })])).toBe(6)
})

test('what lies beyond the axis ends in an arrow', () => {
  expect(
    forest(comparison({ ratio: 20, interval: [1.05, 40] }), 6)!.text.match(/class="arrow"/g),
  ).toHaveLength(1)
})

test('nothing to draw without an estimate or a threshold', () => {
  expect(forest(comparison({}), 2)).toBeUndefined()
  expect(forest(comparison({ ratio: 0.9, threshold: 0 }), 2)).toBeUndefined()
})

test('ticks are round and within the range', () => {
  expect(ticks([98.2, 119.7])).toEqual([100, 110])
  expect(ticks([0.4, 2.1])).toEqual([0.5, 1, 1.5, 2])
  expect(ticks([5, 5])).toEqual([5])
  expect(scale([3, 3], [0, 10])(3)).toBe(5)
})
