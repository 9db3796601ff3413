import { expect, test } from 'vitest'
import { sampleRun } from '../../../test/support/sample-runs.ts'
import { collectNotes } from './notes.ts'

const { report } = sampleRun('regressed')
const [first, second] = report.suites.map((suite, i) => ({
  ...suite,
  warnings: [
    { code: 'clamped', message: 'num_ctx is 2048', arm: 'baseline' },
    ...(i === 1
      ? [{ code: 'cache', message: 'hits' }]
      : [{ code: 'absent', message: 'no tpot', metric: 'tpot' as const }]),
    { code: 'noisy', message: 'ttft', metric: 'ttft' as const },
  ],
}))
const notes = collectNotes({ ...report, suites: [first!, second!] })

test('each kind of warning is one note, however many suites raise it', () => {
  expect(notes.all.map(({ number, code }) => [number, code])).toEqual([
    [1, 'clamped'],
    [2, 'absent'],
    [3, 'noisy'],
    [4, 'cache'],
  ])
  expect(notes.all[0]!.messages[0]!.where).toEqual([['report-agent', 'baseline']])
})

test('marks stand where the warning applies', () => {
  expect(notes.at(first!, { arm: 'baseline' })).toEqual([1])
  expect(notes.at(second!, { metric: 'ttft' })).toEqual([3])
  expect(notes.at(second!)).toEqual([4])
})

test('a warning about a metric that was not compared shows at the suite', () => {
  expect(notes.at(first!)).toEqual([])
  expect(notes.at(first!, { metric: 'tpot' })).toEqual([2])
})
