import { expect, test } from 'vitest'
import { sampleRun } from '../../test/support/sample-runs.ts'
import { trialsJsonl } from './jsonl.ts'

test('one trial a line, in order, whatever it holds', () => {
  const { trials } = sampleRun('hostile')
  const lines = trialsJsonl(trials).split('\n')
  expect(lines.pop()).toBe('')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(trials)
})

test('no trials, no line', () => expect(trialsJsonl([])).toBe(''))
