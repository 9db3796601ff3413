import { expect, test } from 'vitest'
import { audited } from '../../test/support/audits.ts'
import type { AuditComparison } from '../schema/generated.ts'
import { hasTime, nextCase, settingsOf } from './plan.ts'

/** What an audit of these suites does one after the other, as it goes on from what was kept. */
function play(
  runs: number,
  kept: AuditComparison[],
  suites = ['one'],
  over: Partial<AuditComparison> = {},
): string[] {
  const done = [...kept]
  return Array.from({ length: runs }, (_, i) => {
    const one = nextCase(done, i === 0 ? [] : suites)
    done.push(
      ...suites.map((suite) =>
        audited({ ...one, suite, at: `2026-01-01T00:00:${String(i).padStart(2, '0')}Z`, ...over }),
      ),
    )
    return `${one.planted} ${one.step}`
  })
}

const ROUND = [
  'nothing 0',
  'decode 0.1',
  'ttft 2',
  'decode 0.2',
  'ttft 4',
  'decode 0.05',
  'ttft 1',
  'nothing 0',
]

test('a round has one of each, equal arms twice; then it begins again', () => {
  expect(play(16, [])).toEqual([...ROUND, ...ROUND])
})

test('a second audit starts with equal arms, and goes on with what the first one lacks', () => {
  const kept = [
    audited({ planted: 'nothing' }),
    audited({ planted: 'decode', step: 0.1 }),
    audited({ planted: 'ttft', step: 2 }),
    audited({ planted: 'decode', step: 0.2, suite: 'other' }),
  ]
  expect(play(5, kept)).toEqual(['nothing 0', 'decode 0.2', 'ttft 4', 'decode 0.05', 'ttft 1'])
  // A suite that was not part of the first one.
  expect(play(3, kept, ['one', 'new'])).toEqual(['nothing 0', 'decode 0.1', 'ttft 2'])
})

test('nothing is planted where no gated metric would show it', () => {
  expect(play(4, [], ['one'], { gated: ['ttft', 'valid_rate'] })).toEqual([
    'nothing 0',
    'ttft 2',
    'ttft 4',
    'ttft 1',
  ])
  expect(play(3, [], ['one'], { gated: ['valid_rate'] })).toEqual(['nothing 0', 'nothing 0', 'nothing 0'])
})

test('a first token is slowed by thresholds of its own suite, of which another knows none', () => {
  const known = [2, 4, 9].map((ttft_threshold) => audited({ planted: 'nothing', ttft_threshold }))
  const one = { planted: 'ttft', step: 2 } as const
  expect(settingsOf(one, known, ['one', 'other'])).toEqual({ decode: 0, first_token: { one: 8 } })
  expect(settingsOf({ planted: 'decode', step: 0.2 }, known, ['one'])).toEqual({
    decode: 0.2,
    first_token: {},
  })
  expect(settingsOf({ planted: 'nothing', step: 0 }, known, ['one'])).toEqual({ decode: 0, first_token: {} })
})

test('no run starts that would end after the budget, if it took as long as those before', () => {
  expect(hasTime(0, 60, [])).toBe(true)
  expect(hasTime(30, 60, [10, 90, 30])).toBe(true)
  expect(hasTime(30, 60, [10, 90, 31])).toBe(false)
})
