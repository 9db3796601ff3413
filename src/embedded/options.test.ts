import { describe, expect, test } from 'vitest'
import { readKeepAlive, readOptions, sameRunner } from './options.ts'

describe('readOptions', () => {
  test('takes defaults for what is unset, drops what it does not know', () => {
    const { runner, sampling } = readOptions({ num_ctx: 1024.9, temperature: null, banana: 1 })
    expect(runner).toMatchObject({ num_ctx: 1024, num_gpu: -1 })
    expect(sampling).toMatchObject({ temperature: 0.8, num_predict: -1 })
    expect({ ...runner, ...sampling }).not.toHaveProperty('banana')
  })

  test.each([
    [{ num_ctx: '1024' }, 'option "num_ctx" must be of type integer'],
    [{ top_p: true }, 'option "top_p" must be of type float32'],
    [{ stop: 'x' }, 'option "stop" must be of an array of strings'],
    [{ use_mmap: 1 }, 'option "use_mmap" must be of type boolean'],
  ])('refuses %j', (options, message) => {
    expect(() => readOptions(options)).toThrow(message)
  })
})

describe('sameRunner', () => {
  const loaded = readOptions({ num_gpu: 80, num_ctx: 1024 }).runner

  test('any loaded runner will do for a default num_gpu, and only for that', () => {
    expect(sameRunner(loaded, readOptions({ num_ctx: 1024 }).runner)).toBe(true)
    expect(sameRunner(readOptions({ num_ctx: 1024 }).runner, loaded)).toBe(false)
    expect(sameRunner(loaded, readOptions({ num_gpu: 60, num_ctx: 1024 }).runner)).toBe(false)
  })

  test.each(['num_ctx', 'num_batch', 'main_gpu', 'num_thread'])('another %s is another runner', (name) => {
    expect(sameRunner(loaded, readOptions({ num_gpu: 80, num_ctx: 1024, [name]: 3 }).runner)).toBe(false)
  })
})

test.each([
  [undefined, undefined],
  [0, 0],
  [1.5, 1500],
  [-1, Number.POSITIVE_INFINITY],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['1.5s', 1500],
  ['250ms', 250],
  ['-1s', Number.POSITIVE_INFINITY],
  ['0', 0],
])('keep_alive %j lasts %j ms', (given, ms) => {
  expect(readKeepAlive(given)).toBe(ms)
})

test.each(['', '5', '5 m', 'm', '1x', {}, true])('keep_alive %j is refused', (given) => {
  expect(() => readKeepAlive(given)).toThrow('invalid duration')
})
