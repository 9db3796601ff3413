import { expect, test } from 'vitest'
import { checkOptions, runnerKey } from './options.ts'

test('known options pass', () => {
  checkOptions({ num_ctx: 1024, num_gpu: 80, temperature: 0.6, stop: ['x'], mirostat: 1 }, 'arm "a"')
  checkOptions(undefined, 'arm "a"')
})

test.each([
  ['num_ctxt', 'num_ctx'],
  ['numGpu', 'num_gpu'],
  ['temprature', 'temperature'],
  ['max_tokens', 'num_predict'],
  ['repetition_penalty', 'repeat_penalty'],
  ['toString', 'top_k'],
])('%s is refused, %s is near', (name, near) => {
  const check = (): void => checkOptions({ [name]: 1 }, 'arm "chimera"')
  expect(check).toThrow(expect.objectContaining({ code: 'unknown_option' }))
  expect(check).toThrow(`"${name}"`)
  expect(check).toThrow('arm "chimera"')
  expect(check).toThrow(near)
})

test('a runner is shared when model and runner options agree', () => {
  const arm = { name: 'a', model: 'tiny', options: { num_ctx: 1024, temperature: 0.6 } }
  expect(runnerKey({ ...arm, name: 'b', options: { temperature: 0.8, num_ctx: 1024 } })).toBe(runnerKey(arm))
  expect(runnerKey({ ...arm, options: { num_ctx: 2048 } })).not.toBe(runnerKey(arm))
  expect(runnerKey({ ...arm, options: { num_ctx: 1024, num_gpu: 80 } })).not.toBe(runnerKey(arm))
  expect(runnerKey({ ...arm, model: 'other' })).not.toBe(runnerKey(arm))
})
