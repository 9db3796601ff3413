import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineReader, parseLines } from './ndjson.ts'

test('lines come out whole, however the bytes are cut', () => {
  const line = fc
    .string({ unit: 'grapheme', minLength: 0, maxLength: 30 })
    .map((text) => JSON.stringify({ text }))
  const cuts = fc.array(fc.nat(400), { maxLength: 20 })
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 8 }),
      cuts,
      fc.constantFrom('\n', '\r\n', '\n\n', '\r\n\r\n'),
      (lines, cuts, newline) => {
        const bytes = Buffer.from(lines.map((line) => line + newline).join(''))
        const ends = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort(
          (a, b) => a - b,
        )
        const reader = new LineReader()
        const seen = ends.flatMap((end, i) => reader.push(bytes.subarray(ends[i - 1] ?? 0, end)))
        expect(seen).toEqual(lines)
        expect(reader.rest()).toBe('')
      },
    ),
  )
})

test('a line of megabytes in small chunks, without an end', () => {
  const reader = new LineReader()
  const part = Buffer.from('héllo '.repeat(100))
  for (let i = 0; i < 10_000; i++) expect(reader.push(part)).toEqual([])
  expect(reader.rest()).toBe('héllo '.repeat(1_000_000).trim())
})

test.each([
  ['none', [], []],
  ['whole ones', ['{"a":1}', '[2]', 'null'], [{ a: 1 }, [2], null]],
  ['one that is cut off', ['{"a":1}', '{"b":', '{"c":3}'], [{ a: 1 }, undefined, { c: 3 }]],
  ['two that are an object only together', ['{"a":1', '"b":2}', '{"c":3}'], [undefined, undefined, { c: 3 }]],
  ['one that is two', ['{"a":1},{"b":2}', '3'], [undefined, 3]],
])('lines say what each says alone: %s', (_name, lines, said) => {
  expect(parseLines(lines)).toEqual(said)
})
