import { expect, test } from 'vitest'
import { isObject, objectOf, parseJson } from './json.ts'

test.each([
  ['{"a":1}', { a: 1 }],
  ['null', null],
  ['[]', []],
  ['{"a":', undefined],
  ['', undefined],
])('parses %j', (text, value) => {
  expect(parseJson(text)).toEqual(value)
})

test.each([null, undefined, [], ['a'], 'text', 7])('%j is no object', (value) => {
  expect(isObject(value)).toBe(false)
  expect(objectOf(value)).toEqual({})
})

test('an object is one, and stays the same', () => {
  const value = { a: 1 }
  expect(isObject(value)).toBe(true)
  expect(objectOf(value)).toBe(value)
})
