import { expect, test } from 'vitest'
import { repeatedTail } from './tail.ts'

test.each([
  ['and so on' + 'x'.repeat(31), { piece: 'x', times: 31 }],
  ['and so on ' + '𝚞'.repeat(31) + '\n', { piece: '𝚞', times: 31 }],
  ['again ' + 'la la '.repeat(12), { piece: ' la', times: 24 }],
  ['honest text.', undefined],
  ['', undefined],
])('%j', (text, tail) => {
  expect(repeatedTail(text)).toEqual(tail)
})
