import { expect, test } from 'vitest'
import { planFor, trialOf } from '../../test/support/trials.ts'
import type { Message } from './wire.ts'
import type { ArmFacts, Ending } from '../judge/plan.ts'
import { recordSuite } from './wire.ts'

const plan = planFor()
const facts = (version: string): Record<'baseline' | 'candidate', ArmFacts> => {
  const one: ArmFacts = { server: { kind: 'ollama', version }, effective: {} }
  return { baseline: one, candidate: one }
}
const trial = (role: 'baseline' | 'candidate'): Message => ({
  kind: 'trial',
  trial: trialOf({ role, block: 1 }),
})
const ending: Ending = { stopped: 'decided', requeued: 1, warnings: [] }

test('the messages of a whole suite make its record, later facts over earlier ones', () => {
  const { suites, refusals, removed, overhead } = recordSuite([
    { kind: 'plan', plan, removed: ['gone.bench.ts'] },
    { kind: 'facts', facts: facts('1'), overhead: 0.1 },
    { kind: 'notice', text: 'slow' },
    { kind: 'facts', facts: facts('2'), overhead: 0.2 },
    trial('candidate'),
    trial('baseline'),
    { kind: 'ending', ending },
  ])
  expect(suites).toEqual([
    {
      plan,
      facts: facts('2'),
      trials: [trialOf({ role: 'candidate', block: 1 }), trialOf({ role: 'baseline', block: 1 })],
      ending,
    },
  ])
  expect({ refusals, removed, overhead }).toEqual({ refusals: [], removed: ['gone.bench.ts'], overhead: 0.2 })
})

test('a worker that died leaves a record without an ending', () => {
  const { suites } = recordSuite([{ kind: 'plan', plan }, trial('baseline')])
  expect(suites).toHaveLength(1)
  expect(suites[0]).toMatchObject({ facts: {} })
  expect(suites[0]).not.toHaveProperty('ending')
})

test('a definition that was refused is a failure and no suite', () => {
  const refused: Message = { kind: 'refused', suite: 'made', file: 'made.bench.ts', message: 'Mend it.' }
  expect(recordSuite([refused])).toMatchObject({
    suites: [],
    refusals: [{ suite: 'made', message: 'Mend it.' }],
  })
})

test('a suite that was refused once its facts were known is reported as unusable', () => {
  const refused: Message = {
    kind: 'refused',
    suite: 'made',
    file: 'made.bench.ts',
    message: 'Not comparable.',
  }
  const { suites, refusals } = recordSuite([
    { kind: 'plan', plan },
    { kind: 'facts', facts: facts('1') },
    refused,
  ])
  expect(suites[0]!.ending).toEqual({
    stopped: 'unusable',
    message: 'Not comparable.',
    requeued: 0,
    warnings: [],
  })
  expect(refusals).toEqual([])
})

test('a test that is not ours gives nothing', () => {
  expect(recordSuite([])).toEqual({ suites: [], refusals: [], removed: [] })
})

test('a damaged message costs what it told: a warning where the suite is known, else a failure', () => {
  const damaged: Message = { kind: 'damaged', text: 'It is torn.' }
  const { suites } = recordSuite([
    { kind: 'plan', plan },
    damaged,
    trial('baseline'),
    { kind: 'ending', ending },
  ])
  expect(suites[0]!.trials).toHaveLength(1)
  expect(suites[0]!.ending!.warnings).toEqual([{ code: 'damaged_message', message: 'It is torn.' }])
  expect(recordSuite([damaged], 'rivers (a vs b)')).toMatchObject({
    suites: [],
    refusals: [{ suite: 'rivers (a vs b)', message: 'It is torn.' }],
  })
})
