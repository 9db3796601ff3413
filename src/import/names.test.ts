import { expect, test } from 'vitest'
import { suiteNames } from './names.ts'

test('a file is called by what says something', () => {
  expect(
    suiteNames([
      '/a/gpu80.json',
      '/a/gpu60/data/metrics.json',
      '/a/test1/run_2/metrics.json',
      '/a/test1/summary.json',
    ]),
  ).toEqual(['gpu80', 'gpu60', 'test1/run_2', 'test1/summary'])
})

test('files that would be called alike take as many folders as it needs', () => {
  expect(suiteNames(['/a/x/same.json', '/a/y/same.json', '/b/y/same.json'])).toEqual([
    'x/same',
    'a/y/same',
    'b/y/same',
  ])
})

test('a file without a telling name keeps the one it has', () => {
  expect(suiteNames(['/metrics.json'])).toEqual(['metrics'])
})
