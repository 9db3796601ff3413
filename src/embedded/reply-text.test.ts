import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { StopFilter } from './reply-text.ts'

/** What a filter sends when the text comes in these pieces. */
function sent(pieces: readonly string[], stops: readonly string[]): string {
  const filter = new StopFilter(stops)
  return pieces.map((piece) => filter.push(piece)).join('') + filter.flush('')
}

test('ends at a stop string that comes in pieces', () => {
  expect(sent(['one ##', ' En', 'd two'], ['## End'])).toBe('one ')
})

test('sends what only looked like one', () => {
  expect(sent(['one ##', ' Enter'], ['## End'])).toBe('one ## Enter')
})

test('holds back no more than it must', () => {
  expect(new StopFilter(['abc']).push('xxab')).toBe('xx')
})

test('sends the text up to the first stop string, however it is cut', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c') })
  const stops = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 3 }), {
    maxLength: 1,
  })
  fc.assert(
    fc.property(fc.array(letters), stops, (pieces, [stop]) => {
      const text = pieces.join('')
      const end = stop === undefined ? -1 : text.indexOf(stop)
      expect(sent(pieces, stop === undefined ? [] : [stop])).toBe(end < 0 ? text : text.slice(0, end))
    }),
  )
})
