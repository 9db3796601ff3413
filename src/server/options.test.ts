import { expect, test } from 'vitest'
import { runnerKey } from './options.ts'

test('a runner is shared when model and runner options agree', () => {
  const arm = { name: 'a', model: 'tiny', options: { num_ctx: 1024, temperature: 0.6 } }
  expect(runnerKey({ ...arm, name: 'b', options: { temperature: 0.8, num_ctx: 1024 } })).toBe(runnerKey(arm))
  expect(runnerKey({ ...arm, options: { num_ctx: 2048 } })).not.toBe(runnerKey(arm))
  expect(runnerKey({ ...arm, options: { num_ctx: 1024, num_gpu: 80 } })).not.toBe(runnerKey(arm))
  expect(runnerKey({ ...arm, model: 'other' })).not.toBe(runnerKey(arm))
})
