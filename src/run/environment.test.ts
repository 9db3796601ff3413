import { expect, test } from 'vitest'
import { planFor } from '../../test/support/trials.ts'
import { checkEnvironment, misspelled, wholeNumber } from './environment.ts'

test.each([
  ['CHIMERA_SEED', '-1', /a whole number/],
  ['CHIMERA_SEED', '1e3', /a whole number/],
  ['CHIMERA_SEED', '9007199254740993', /a whole number up to 9007199254740991/],
  ['CHIMERA_TIME_BUDGET', '5s', /a whole number/],
  ['CHIMERA_BLOCKS_MIN', '0', /1 <= min <= max <= 300/],
  ['CHIMERA_BLOCKS_MAX', '1000', /1 <= min <= max <= 300/],
  ['CHIMERA_PAIRS_MIN', 'six', /a whole number/],
  ['CHIMERA_FAIL_ON', 'regresed', /a list of regressed/],
  ['CHIMERA_KEEP_BASE', 'yes', /0 or 1/],
])('%s=%s is refused by name', (name, value, message) => {
  const check = (): void => checkEnvironment({ [name]: value })
  expect(check).toThrow(message)
  expect(check).toThrow(expect.objectContaining({ name: 'ChimeraError' }))
})

test('of the limits of blocks, those that are set are named as they are', () => {
  expect(() => checkEnvironment({ CHIMERA_BLOCKS_MAX: '0' })).toThrow(
    'Invalid CHIMERA_BLOCKS_MAX: Expected whole numbers 1 <= min <= max <= 300 but received "0". Correct the variable or unset it.',
  )
  expect(() => checkEnvironment({ CHIMERA_BLOCKS_MIN: '9', CHIMERA_BLOCKS_MAX: '7' })).toThrow(
    'Invalid CHIMERA_BLOCKS_MIN and CHIMERA_BLOCKS_MAX: Expected whole numbers 1 <= min <= max <= 300 but received "9 and 7".',
  )
})

test('a variable that looks misspelled is told, and what may be the user’s own is not', () => {
  const names = [
    'CHIMERA_BLOCK_MAX',
    'CHIMERA_TIMEBUDGET',
    'CHIMERA_SEEDS',
    'CHIMERA_FAILON',
    'CHIMERA_KEEPBASE',
  ]
  const found = misspelled(Object.fromEntries(names.map((name) => [name, '1'])))
  expect(found.map(({ meant }) => meant)).toEqual([
    'CHIMERA_BLOCKS_MAX',
    'CHIMERA_TIME_BUDGET',
    'CHIMERA_SEED',
    'CHIMERA_FAIL_ON',
    'CHIMERA_KEEP_BASE',
  ])
  const own = {
    CHIMERA_MODE: 'x',
    CHIMERA_HOST: 'x',
    CHIMERA_API_KEY: 'x',
    CHIMERA_: 'x',
    CHIMERA_AUDIT: 'x',
  }
  expect(misspelled({ ...own, CHIMERA_SEED: '1', CHIMERA_PAIRS_MAX: '7' })).toEqual([])
})

test('what is empty or in order passes', () => {
  for (const value of ['', ' 7 ', String(Number.MAX_SAFE_INTEGER)]) checkEnvironment({ CHIMERA_SEED: value })
  for (const value of ['', '0', '1']) checkEnvironment({ CHIMERA_KEEP_BASE: value })
})

test('a seed is printed in a form that CHIMERA_SEED takes', () => {
  const { seed } = planFor({}, {})
  for (const one of [seed, 0, Number.MAX_SAFE_INTEGER])
    expect(wholeNumber('CHIMERA_SEED', `${one}`)).toBe(one)
})
