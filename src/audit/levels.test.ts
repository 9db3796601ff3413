import { expect, test } from 'vitest'
import { audited, auditedLevel } from '../../test/support/audits.ts'
import { auditLevels, knownAudit, summarizeAudit } from './levels.ts'

test('levels: equal arms first, then each slowdown from the smallest, with what was found', () => {
  const levels = auditLevels([
    ...auditedLevel('ttft', 2, [1, 2]),
    ...auditedLevel('decode', 0.2, [2, 2]),
    ...auditedLevel('decode', 0.05, [0, 1]),
    ...auditedLevel('nothing', 0, [1, 4]),
  ])
  expect(
    levels.map(({ planted, change, found, comparisons }) => [planted, change, found, comparisons.length]),
  ).toEqual([
    ['nothing', 0, 1, 4],
    ['decode', 0.05, 0, 1],
    ['decode', 0.2, 2, 2],
    ['ttft', 0.3, 1, 2],
  ])
})

test('another metric that regressed is a false alarm with equal arms, and finds nothing that was planted', () => {
  expect(summarizeAudit([audited({ regressed: ['valid_rate'] })])).toMatchObject({ false_alarms: 1 })
  const missed = audited({ planted: 'decode', step: 0.1, regressed: ['ttft'] })
  expect(summarizeAudit([missed])).not.toHaveProperty('decode')
})

test('the limit of the false alarms is exact, and none for no comparison', () => {
  const limit = (found: number, of: number): number =>
    summarizeAudit([...auditedLevel('nothing', 0, [found, of]), audited({ planted: 'decode', step: 0.1 })])!
      .limit
  // 0.05 is the chance of no alarm in four at this rate.
  expect(limit(0, 4)).toBeCloseTo(1 - 0.05 ** (1 / 4), 9)
  expect(limit(1, 1)).toBe(1)
  expect(limit(0, 0)).toBe(1)
})

type Shares = [step: number, found: number, of: number][]

test.each<[string, Shares, number | undefined]>([
  [
    'the smallest that was planted, if that is found',
    [
      [0.05, 1, 1],
      [0.1, 1, 1],
    ],
    0.05,
  ],
  [
    'between one that is not and one that is',
    [
      [0.05, 5, 10],
      [0.1, 10, 10],
    ],
    0.09,
  ],
  [
    'none beyond the largest',
    [
      [0.05, 0, 2],
      [0.1, 1, 2],
    ],
    undefined,
  ],
  [
    'a luckier small change is pooled with the next',
    [
      [0.05, 1, 1],
      [0.1, 0, 1],
      [0.2, 1, 1],
    ],
    0.18,
  ],
])('nine of ten: %s', (_, shares, expected) => {
  const { decode } = summarizeAudit(
    shares.flatMap(([step, found, of]) => auditedLevel('decode', step, [found, of])),
  )!
  if (expected === undefined) expect(decode).toBeUndefined()
  else expect(decode).toBeCloseTo(expected, 9)
})

test('only an audit of this machine, server and model is known; the embedded engine has another port every time', () => {
  const machine = { os: 'Linux', cpu: 'EPYC' }
  const audit = { schema_version: 1 as const, ...machine, comparisons: auditedLevel('nothing', 0, [0, 2]) }
  const embedded = { host: 'http://127.0.0.1:4711', server: { kind: 'embedded' as const }, model: 'tiny' }
  expect(knownAudit(audit, 'one', embedded, machine)).toMatchObject({ equal: 2, planted: 0, duration: 4_000 })
  expect(knownAudit(undefined, 'one', embedded, machine)).toBeUndefined()
  expect(knownAudit(audit, 'two', embedded, machine)).toBeUndefined()
  expect(knownAudit(audit, 'one', { ...embedded, model: 'large' }, machine)).toBeUndefined()
  expect(knownAudit(audit, 'one', { ...embedded, server: { kind: 'ollama' } }, machine)).toBeUndefined()
  expect(knownAudit(audit, 'one', embedded, { ...machine, cpu: 'M4' })).toBeUndefined()
})
