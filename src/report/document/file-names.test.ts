import { assert, property, string, uniqueArray } from 'fast-check'
import { expect, test } from 'vitest'
import { fileNames } from './file-names.ts'

test('plain names stay as they are', () => {
  const names = [
    'report-agent',
    'chimera',
    'gpu80_ctx1024',
    'num_gpu=80, num_ctx=512',
    'größe',
    '報告',
    'v1.2',
  ]
  expect([...fileNames(names).values()]).toEqual(names)
})

test.each([
  ['llama3.2:3b', 'llama3.2-3b'],
  ['../../etc/passwd', 'etc-passwd'],
  ['..', 'unnamed'],
  ['', 'unnamed'],
  ['.hidden', 'hidden'],
  ['C:\\x', 'C-x'],
  ['con', '_con'],
  ['NUL.txt', '_NUL.txt'],
  ['a\0b\u202ec', 'a-b-c'],
  ['trailing. ', 'trailing'],
])('%j becomes %j', (name, file) => expect(fileNames([name]).get(name)).toBe(file))

test('names that would be one file are numbered, and the plain one keeps its name', () => {
  expect(fileNames(['a:b', 'a/b', 'a-b', 'A-B'])).toEqual(
    new Map([
      ['a-b', 'a-b'],
      ['A-B', 'A-B-2'],
      ['a:b', 'a-b-3'],
      ['a/b', 'a-b-4'],
    ]),
  )
})

test('any names give as many files, all within their folder', () => {
  assert(
    property(uniqueArray(string({ unit: 'binary', maxLength: 200 })), (names) => {
      const files = [...fileNames(names).values()]
      expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(names.length)
      expect(files.filter((file) => file === '' || /[/\\:*?"<>|\p{Cc}]|^\.|[. ]$/u.test(file))).toEqual([])
    }),
  )
})
