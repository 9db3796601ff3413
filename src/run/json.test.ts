import { expect, test } from 'vitest'
import { toJson } from './json.ts'

test('whatever an agent returns becomes plain JSON', () => {
  const circular: Record<string, unknown> = { a: 1 }
  circular['self'] = circular
  const value = {
    big: 12n,
    date: new Date(0),
    map: new Map([['k', 1]]),
    set: new Set([1, 2]),
    typed: new Float32Array([0.5]),
    nan: Number.NaN,
    fn: () => 1,
    nothing: undefined,
    error: new Error('no'),
    list: [1, undefined],
    circular,
  }
  const json = toJson(value)
  expect(JSON.parse(JSON.stringify(json))).toEqual(json)
  expect(json).toEqual({
    big: '12',
    date: '1970-01-01T00:00:00.000Z',
    map: { k: 1 },
    set: [1, 2],
    typed: [0.5],
    nan: 'NaN',
    error: { name: 'Error', message: 'no' },
    list: [1, null],
    circular: { a: 1, self: '[circular]' },
  })
})

test('nothing stays nothing', () => {
  expect(toJson(undefined)).toBeUndefined()
  expect(toJson(null)).toBeNull()
})
