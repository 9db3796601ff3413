import { expect, test } from 'vitest'
import { planFor, trialOf } from '../../test/support/trials.ts'
import type { SuiteRecord } from '../judge/plan.ts'
import { soundReport } from './sound-report.ts'

const suite = (name: string): SuiteRecord => ({
  plan: { ...planFor(), suite: name },
  facts: {},
  trials: [trialOf({ role: 'baseline', block: 1 }), trialOf({ role: 'candidate', block: 1 })],
  ending: { stopped: 'budget', requeued: 0, warnings: [] },
})

const report = (suites: SuiteRecord[]): ReturnType<typeof soundReport> =>
  soundReport({
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: '2026-01-01T00:01:00.000Z',
    interrupted: false,
    version: '1.0.0',
    environment: { node: '24', vitest: '5', os: 'x', cpu: 'y', ci: false },
    suites,
    refusals: [],
    failOn: new Set(['regressed']),
  })

test('a suite that cannot be judged or reported is a failure, and the others are reported', () => {
  const unjudged = suite('unjudged')
  const broken: SuiteRecord = {
    ...unjudged,
    get trials(): never {
      throw new Error('torn')
    },
  }
  const odd = suite('odd')
  const invalid: SuiteRecord = { ...odd, plan: { ...odd.plan, seed: 1.5 } }
  const { suites, gate } = report([suite('one'), broken, invalid, suite('two')])
  expect(suites.map(({ name }) => name)).toEqual(['one', 'two'])
  const said = Object.fromEntries(gate.failures.map(({ suite: name, message }) => [name, message]))
  expect(said['unjudged']).toMatch(/^The suite cannot be reported: torn/)
  expect(said['odd']).toMatch(/seed: must be integer but received 1\.5/)
  expect(gate.status).toBe('invalid')
})

test('one suite that was cut off makes the whole run interrupted, never passed', () => {
  const { ending: _, ...cut } = suite('cut')
  const interrupted = suite('canceled')
  for (const one of [
    cut,
    { ...interrupted, ending: { ...interrupted.ending!, stopped: 'interrupted' as const } },
  ]) {
    const { status, gate } = report([suite('whole'), one])
    expect(status).toBe('interrupted')
    expect(gate.status).not.toBe('passed')
    expect(gate.failures.map(({ suite: name }) => name)).toContain(one.plan.suite)
  }
  expect(report([suite('whole')]).status).toBe('complete')
})
