import { expect, test } from 'vitest'
import { atLastLook, criticalValues, hodgesLehmann, repeatedInterval } from './index.ts'

const plan = { looks: [6, 8, 10], alpha: 0.05 }
const d = [0.1, 0.3, 0.2, 0.5, 0.4, 0.6, 9, 0.7, 0.8]

test('before the first look there is an estimate over all values, and no interval', () => {
  expect(atLastLook(d.slice(0, 5), plan)).toEqual({ n: 5, estimate: hodgesLehmann(d.slice(0, 5)) })
})

test.each([
  [6, 0],
  [7, 0],
  [8, 1],
  [9, 1],
])('%i values stand at look %i, and the values after it do not count', (values, k) => {
  const n = plan.looks[k]!
  const standing = atLastLook(d.slice(0, values), plan)
  expect(standing).toEqual({ n, ...repeatedInterval(d.slice(0, n), criticalValues(plan)[k]!) })
  expect(standing.interval).toBeDefined()
})

test('a plan whose looks are too early has no interval', () => {
  expect(atLastLook([0.1, 0.2, 0.3], { looks: [3], alpha: 0.05 })).toEqual({ n: 3, estimate: 0.2 })
})

test('nothing has no standing', () => {
  expect(() => atLastLook([], plan)).toThrow('at least one value')
})
