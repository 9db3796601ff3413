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

test('what cannot be read becomes its message, and the rest stays', () => {
  const hostile = {
    good: 1,
    get bad(): never {
      throw new Error('no getter')
    },
    // oxlint-disable-next-line unicorn/no-thenable
    proxy: new Proxy(
      {},
      {
        ownKeys: () => {
          throw Object.create(null)
        },
      },
    ),
    bare: Object.assign(Object.create(null), { a: 1 }) as object,
  }
  expect(toJson(hostile)).toEqual({
    good: 1,
    bad: '[unreadable: no getter]',
    proxy: '[unreadable: a value without a readable message]',
    bare: { a: 1 },
  })
})

test('depth and size are bounded: 20,000 levels, and a graph that shares its parts 2^40 times', () => {
  let deep: unknown = 'bottom'
  for (let i = 0; i < 20_000; i++) deep = { deep }
  const text = JSON.stringify(toJson(deep))
  expect(text).toContain('[too deep]')
  expect(text.length).toBeLessThan(2000)
  let shared: unknown[] = []
  for (let i = 0; i < 40; i++) shared = [shared, shared]
  expect(JSON.stringify(toJson(shared))).toContain('[truncated]')
  expect(toJson(new Uint8Array(1_000_000))).toHaveLength(200_001)
})
