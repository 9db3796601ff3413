import { expect, test } from 'vitest'
import { sampleRun } from '../../test/support/sample-runs.ts'
import type { GateFinding, SuiteReport } from '../schema/generated.ts'
import { isAbout, suiteOf } from './findings.ts'

const { report } = sampleRun('regressed')
const [sample] = report.suites

/** A suite of the sample's name, of this file and candidate. */
function suite(file: string, candidate: string): SuiteReport {
  const arms = sample!.arms.map((arm) => (arm.role === 'candidate' ? { ...arm, name: candidate } : arm))
  return { ...sample!, file, arms }
}

const suites = [suite('a.bench.ts', 'same'), suite('b.bench.ts', 'cool'), suite('b.bench.ts', 'hot')]
const of = (finding: Partial<GateFinding>): SuiteReport | undefined =>
  suiteOf({ suites }, { suite: sample!.name, message: '', ...finding })

test('of suites that share a name, file and candidate tell which one a finding is about', () => {
  expect(of({ file: 'b.bench.ts', arm: 'hot' })).toBe(suites[2])
  expect(of({ file: 'b.bench.ts', arm: 'cool' })).toBe(suites[1])
  expect(of({ file: 'b.bench.ts' })).toBe(suites[1])
  expect(of({ file: 'a.bench.ts', arm: 'baseline' })).toBe(suites[0])
})

test('a finding of an older report has no file, and then the name and the candidate tell', () => {
  expect(of({ arm: 'hot' })).toBe(suites[2])
  expect(of({ suite: 'another' })).toBeUndefined()
  expect(isAbout({ suite: 'a' }, { suite: 'a', file: 'a.bench.ts' })).toBe(true)
  expect(isAbout({ suite: 'a', file: 'b.bench.ts' }, { suite: 'a', file: 'a.bench.ts' })).toBe(false)
})
