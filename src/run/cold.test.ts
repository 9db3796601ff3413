import { expect, test } from 'vitest'
import { coldDetector } from './cold.ts'

test('a load of seconds is cold, even as the first ever seen', () => {
  const isCold = coldDetector()
  expect([4836, 259, 262, 300, 4929].map(isCold)).toEqual([true, false, false, false, true])
})

test('warm loads of a few ms may be late by a busy machine, not by a load', () => {
  const isCold = coldDetector()
  expect([5, 3.5, 19, 93, 320].map(isCold)).toEqual([false, false, false, false, true])
})
