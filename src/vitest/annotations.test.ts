import { expect, test } from 'vitest'
import { annotations } from './annotations.ts'

test('a failure is one command, whatever stands in it', () => {
  const suites = [{ name: 'a, b', file: 'suites/a:b.bench.ts', arms: [] }]
  const failures = [
    { suite: 'a, b', message: '5 % slower\n::error::planted' },
    { suite: 'elsewhere.bench.ts', message: 'could not be loaded' },
  ]
  // The rest of a report plays no part.
  const report = { gate: { status: 'regressed', failures }, suites } as unknown as Parameters<
    typeof annotations
  >[0]
  expect(annotations(report, [])).toEqual([
    '::error file=suites/a%3Ab.bench.ts,title=a%2C b::5 %25 slower%0A::error::planted',
  ])
  expect(annotations(report, [{ suite: 'a, b' }])).toEqual([])
})
