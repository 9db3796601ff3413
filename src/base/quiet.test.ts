/** What base's bench files get for Vitest: blocks run, nothing is registered. */
import * as vitest from 'vitest'
import { expect, test } from 'vitest'
import * as quiet from './quiet.ts'

test('describe runs its block in whatever form, unless it is skipped', () => {
  const ran: unknown[] = []
  const block =
    (name: string) =>
    (...args: unknown[]): void =>
      void ran.push([name, ...args])
  const { describe } = quiet as unknown as typeof vitest
  describe('a', block('plain'))
  describe('a', { timeout: 1 }, block('options'))
  describe.concurrent('a', block('concurrent'))
  describe.only.shuffle('a', block('chained'))
  describe.skip('a', block('skipped'))
  describe.todo('a')
  describe.skipIf(true)('a', block('skipped'))
  describe.runIf(true)('a', block('run'))
  describe.each([[1, 2], [3]])('a', block('each'))
  describe.for([[1, 2]])('a', block('for'))
  expect(ran).toEqual([
    ['plain'],
    ['options'],
    ['concurrent'],
    ['chained'],
    ['run'],
    ['each', 1, 2],
    ['each', 3],
    ['for', [1, 2]],
  ])
})

test('tests and hooks are passed over, in any form', () => {
  const { test, it, beforeAll, afterEach } = quiet as unknown as typeof vitest
  const never = (): never => expect.fail('ran')
  test('a', never)
  it.each([1])('a', never)
  test.skip.concurrent('a', never)
  test.extend({})('a', never)
  beforeAll(never)
  afterEach(never)
})

test('stands in for all that registers, and passes the rest on', () => {
  const registering = [
    'test',
    'it',
    'describe',
    'suite',
    ...Object.keys(vitest).filter((name) => /^(before|after|around)/.test(name)),
  ]
  for (const name of Object.keys(vitest)) {
    const [ours, theirs] = [quiet, vitest].map((module) => (module as Record<string, unknown>)[name])
    if (registering.includes(name)) expect(ours, name).not.toBe(theirs)
    else expect(ours, name).toBe(theirs)
  }
})
