import { expect, test } from 'vitest'
import { auditedLevel } from '../../test/support/audits.ts'
import { printTerminal } from '../report/index.ts'
import { auditDocument } from './document.ts'

test('a table a suite, what it took, and a sentence for each at the end', () => {
  const comparisons = [
    ...auditedLevel('nothing', 0, [0, 4], { blocks: 12, duration: 9_000 }),
    ...auditedLevel('decode', 0.05, [1, 2]),
    ...auditedLevel('decode', 0.1, [2, 2], { blocks: 8 }),
    ...auditedLevel('ttft', 2, [0, 2], { ms: 10.2 }),
    ...auditedLevel('nothing', 0, [1, 1], { suite: 'two' }),
    ...auditedLevel('decode', 0.1, [0, 1], { suite: 'two' }),
    ...auditedLevel('nothing', 0, [0, 1], { suite: '\u001b[2Jthree' }),
  ]
  const text = printTerminal(auditDocument(comparisons, { comparisons: 5, ms: 290_000 }), { color: false })
  expect(text).toMatch(/nothing +0 of 4 false alarms, at most 53 % +12 +9 s/)
  expect(text).toMatch(/decode \+5 % +1 of 2, at least 2 % +6 +4 s/)
  expect(text).toMatch(/decode \+10 % +2 of 2, at least 22 % +8 +4 s/)
  expect(text).toMatch(/TTFT \+30 % \(10\.2 ms\) +0 of 2, at least 0 % +6 +4 s/)
  expect(text).toMatch(/nothing +1 of 1 false alarms, at most 100 %/)
  expect(text).not.toContain('\u001b')
  expect(text).toContain('5 comparisons in 4 min 50 s, and 8 comparisons of earlier audits.')
  expect(text.trimEnd().split('\n').filter(Boolean).slice(-3)).toEqual([
    'On this machine, one sees changes of 9 % of decode in 4 s.',
    'On this machine, two sees none of the planted changes in nine of ten comparisons in 4 s.',
    expect.stringMatching(/^For .*three, no change has been planted yet\.$/),
  ])
})
