import { expect, test } from 'vitest'
import { refuseUnsent, runnerKey } from './options.ts'

test('a runner is shared when model and runner options agree', () => {
  const arm = { model: 'tiny', options: { num_ctx: 1024, temperature: 0.6 } }
  expect(runnerKey({ ...arm, options: { temperature: 0.8, num_ctx: 1024 } })).toBe(runnerKey(arm))
  expect(runnerKey({ ...arm, options: { num_ctx: 2048 } })).not.toBe(runnerKey(arm))
  expect(runnerKey({ ...arm, options: { num_ctx: 1024, num_gpu: 80 } })).not.toBe(runnerKey(arm))
  expect(runnerKey({ ...arm, model: 'other' })).not.toBe(runnerKey(arm))
})

test("an option that OpenAI's protocol does not have is refused by name", () => {
  refuseUnsent({ temperature: 0, top_p: 1, seed: 1, num_predict: 9, stop: ['x'] }, 'arm "a"', 'openai')
  const refuse = (): void => refuseUnsent({ num_ctx: 1024 }, 'arm "a"', 'openai')
  expect(refuse).toThrow(/"num_ctx" of arm "a".*`api: 'openai'`.*num_predict/)
})
