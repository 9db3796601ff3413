import { expect, test } from 'vitest'
import { keepAliveMs } from './keep-alive.ts'

test.each<[unknown, number | undefined]>([
  [0, 0],
  [1.5, 1500],
  [-1, Infinity],
  ['0', 0],
  ['0.0', 0],
  ['0s', 0],
  ['0h0m0s', 0],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['1.5s', 1500],
  ['.5s', 500],
  ['250ms', 250],
  ['2µs', 0.002],
  ['-1m', Infinity],
  ['5', undefined],
  ['5m later', undefined],
  ['', undefined],
  [null, undefined],
  [undefined, undefined],
])('keep_alive %j is %s ms', (keepAlive, expected) => expect(keepAliveMs(keepAlive)).toBe(expected))
