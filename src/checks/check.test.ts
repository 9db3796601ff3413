import { expect, test } from 'vitest'
import { runCheck, type Check } from './check.ts'

const trial = { output: 'text', arm: 'candidate', calls: [], stages: [] }
const named = (check: Check): Check => Object.assign(check, { checkName: 'named(5)' })

test.each<[string, Check, object]>([
  ['returns nothing', () => {}, { ok: true }],
  ['resolves to nothing', async () => {}, { ok: true }],
  ['returns an empty text', () => '', { ok: true }],
  ['returns what is wrong', () => 'too short', { ok: false, message: 'too short' }],
  ['resolves to what is wrong', async () => 'too short', { ok: false, message: 'too short' }],
  [
    'throws',
    () => {
      throw new Error('too long')
    },
    { ok: false, message: 'too long' },
  ],
  [
    'rejects',
    async () => {
      throw new Error('too long')
    },
    { ok: false, message: 'too long' },
  ],
  // oxlint-disable-next-line typescript/only-throw-error
  [
    'throws what is no error',
    () => {
      throw 'a text'
    },
    { ok: false, message: 'a text' },
  ],
])('a check that %s', async (_, check, expected) => {
  expect(await runCheck(named(check), trial)).toEqual({ name: 'named(5)', ...expected })
})

test('a check sees the trial, and is called by its checkName, its own name, or "check"', async () => {
  const seen: unknown[] = []
  const looksAtIt: Check = (own) => void seen.push(own)
  expect((await runCheck(looksAtIt, trial)).name).toBe('looksAtIt')
  expect(seen).toEqual([trial])
  expect((await runCheck((() => () => {})(), trial)).name).toBe('check')
})
