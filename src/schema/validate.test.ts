import { readdirSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { sampleRun } from '../../test/support/sample-runs.ts'
import { brokenCall, callOf, trialOf } from '../../test/support/trials.ts'
import { ChimeraError } from '../errors.ts'
import { asReport, asTrial, compileSchema, reportFaults, trialFaults } from './validate.ts'

const trial = trialOf({ role: 'baseline', block: 1 })
const { report } = sampleRun('regressed')
const without = (value: object, key: string): object =>
  Object.fromEntries(Object.entries(value).filter(([name]) => name !== key))

describe('what is whole has no faults', () => {
  test('a trial, valid or broken, and a report', () => {
    expect(trialFaults(trial)).toEqual([])
    expect(trialFaults(trialOf({ role: 'candidate', block: 1, call: brokenCall('no_done') }))).toEqual([])
    expect(reportFaults(report)).toEqual([])
    expect(asTrial(trial, 'here')).toBe(trial)
    expect(asReport(report, 'here')).toBe(report)
  })
})

describe('a fault is a sentence with the path to it', () => {
  test.each<[string, unknown, string]>([
    ['a missing member', without(trial, 'arm'), 'trial: "arm" is missing.'],
    [
      'one deep inside',
      { ...trial, calls: [callOf(), without(callOf(), 'start')] },
      'trial.calls[1]: "start" is missing.',
    ],
    ['one too many', { ...trial, extra: 1 }, 'trial: "extra" is not a known property.'],
    [
      'a word that is none of those allowed',
      { ...trial, role: 'control' },
      'trial.role: Expected one of baseline, candidate but received "control".',
    ],
    ['a wrong type', { ...trial, block: '1' }, 'trial.block: must be integer but received "1".'],
    ['a number out of range', { ...trial, duration: -1 }, 'trial.duration: must be >= 0 but received -1.'],
    [
      'a reason on a valid trial',
      { ...trial, invalid_reason: 'busy' },
      'trial.invalid_reason: must be absent here.',
    ],
    [
      'an invalid trial without its reason',
      { ...trial, valid: false, message: 'm' },
      'trial: "invalid_reason" is missing.',
    ],
    [
      'a tag that no kind has',
      { ...trial, valid: 1 },
      'trial.valid: Expected one of true, false but received 1.',
    ],
    ['no tag', without(trial, 'valid'), 'trial: "valid" is missing.'],
    [
      'a reason on a valid call',
      { ...trial, calls: [{ ...callOf(), reason: 'busy' }] },
      'trial.calls[0].reason: must be absent here.',
    ],
    [
      'an unknown member of a call',
      { ...trial, calls: [{ ...callOf(), x: 1 }] },
      'trial.calls[0]: "x" is not a known property.',
    ],
    ['no object at all', 'trial', 'trial: must be object but received "trial".'],
    ['nothing', undefined, 'trial: must be object but received undefined.'],
  ])('%s', (_, value, sentence) => expect(trialFaults(value)).toEqual([sentence]))

  test('a long value is cut', () => {
    const [fault] = trialFaults({ ...trial, started_at: 'x'.repeat(200) })
    expect(fault).toMatch(/^trial\.started_at: must match format "date-time" but received "x+…\.$/)
    expect(fault!.length).toBeLessThan(150)
  })

  test('of many faults the first eight are told, and how many there are more', () => {
    const faults = trialFaults({})
    expect(faults).toHaveLength(9)
    expect(faults.at(-1)).toMatch(/^… and \d+ more faults\.$/)
  })
})

describe('a fault of a report', () => {
  const [suite] = report.suites
  const faultsOf = (part: object): string[] => reportFaults({ ...report, suites: [{ ...suite, ...part }] })
  const [ratio] = suite!.comparisons

  test('a sweep has a ranking, a code comparison has trees and reasons, and no other suite has them', () => {
    const trees = { modules: 3, changed: ['agent.ts'], is_new: false }
    expect(faultsOf({ kind: 'code', trees })).toEqual([])
    expect(faultsOf({ kind: 'code' })).toEqual(['report.suites[0]: "trees" is missing.'])
    expect(faultsOf({ trees })).toEqual(['report.suites[0].trees: must be absent here.'])
    const attribution = { baseline_value: 1, candidate_value: 2, change: 1, blocks: 6, parts: [] }
    const requests = { block: 1, calls: [], counts: [{ stage: null, baseline: 1, candidate: 2 }] }
    expect(faultsOf({ kind: 'code', trees, attribution, requests })).toEqual([])
    expect(faultsOf({ attribution, requests })).toEqual([
      'report.suites[0].attribution: must be absent here.',
      'report.suites[0].requests: must be absent here.',
    ])
    expect(faultsOf({ kind: 'sweep' })).toEqual(['report.suites[0]: "sweep" is missing.'])
    expect(faultsOf({ kind: 'grid' })).toEqual([
      'report.suites[0].kind: Expected one of config, code, sweep but received "grid".',
    ])
  })

  test('a comparison is a ratio or a difference, of a metric that is known', () => {
    expect(faultsOf({ comparisons: [{ ...ratio, difference: 0.1 }] })).toEqual([
      'report.suites[0].comparisons[0].difference: must be absent here.',
    ])
    expect(faultsOf({ comparisons: [{ ...ratio, interval: [1] }] })).toEqual([
      'report.suites[0].comparisons[0].interval: must NOT have fewer than 2 items but received [1].',
    ])
    expect(faultsOf({ comparisons: [{ ...ratio, metric: 'tftt' }] })).toEqual([
      expect.stringMatching(
        /^report\.suites\[0\]\.comparisons\[0\]\.metric: Expected one of output_throughput, .* but received "tftt"\.$/,
      ),
    ])
    const { samples } = suite!.arms[0]!
    expect(faultsOf({ arms: [{ ...suite!.arms[0], samples: { tftt: samples.ttft } }] })).toEqual([
      expect.stringMatching(/samples: Expected one of output_throughput, /),
    ])
  })

  test('a unit is one of five words, as documents print it unescaped', () => {
    const unit = 'ms @team'
    const [arm] = suite!.arms
    const samples = { ttft: { ...arm!.samples.ttft, unit } }
    expect(faultsOf({ comparisons: [{ ...ratio, unit }], arms: [{ ...arm, samples }] })).toEqual([
      'report.suites[0].arms[0].samples.ttft.unit: Expected one of ms, tok/s, fraction, x, count but received "ms @team".',
      'report.suites[0].comparisons[0].unit: Expected one of ms, tok/s, fraction, x, count but received "ms @team".',
    ])
  })
})

describe('the errors', () => {
  test('name the origin, every fault, and what to do', () => {
    expect(() => asTrial({ ...trial, role: 'x', block: -1 }, 'a worker')).toThrow(
      new ChimeraError(
        'invalid_trial',
        `Invalid trial from a worker:
  - trial.block: must be >= 0 but received -1.
  - trial.role: Expected one of baseline, candidate but received "x".
It was written by another version or edited by hand. Create it again with this version.`,
      ),
    )
    expect(() => asReport({ ...report, schema_version: 9 }, 'old/report.json')).toThrow(
      /^Invalid report from old\/report\.json:\n {2}- report\.schema_version: /,
    )
  })
})

describe("a schema of the user's own", () => {
  const schema = {
    type: 'object',
    required: ['title'],
    properties: { items: { type: 'array', items: { type: 'integer' } } },
  }

  test('is compiled once and tells faults by its subject', () => {
    const faults = compileSchema(schema, 'output')
    expect(faults({ title: 't', items: [1, 2] })).toEqual([])
    expect(faults({ items: [1, 2.5] })).toEqual([
      'output: "title" is missing.',
      'output.items[1]: must be integer but received 2.5.',
    ])
  })

  test('may use keywords of other tools and formats', () => {
    const faults = compileSchema({ type: 'string', format: 'email', 'x-order': 1 })
    expect(faults('a@b.example')).toEqual([])
    expect(faults('no')).toEqual(['value: must match format "email" but received "no".'])
  })

  test('that is no schema is refused with what is wrong and what to do', () => {
    const compile = () => compileSchema({ type: 'strnig' })
    expect(compile).toThrow(ChimeraError)
    expect(compile).toThrow(/^The JSON Schema is invalid: .*the expected draft is 2020-12\.$/)
  })
})

test.each(readdirSync(new URL('../../schemas', import.meta.url)))(
  '%s is a schema of draft 2020-12',
  (file) => {
    const schema = JSON.parse(
      readFileSync(new URL(`../../schemas/${file}`, import.meta.url), 'utf8'),
    ) as object
    const ajv = new Ajv2020()
    expect(ajv.validateSchema(schema), ajv.errorsText()).toBe(true)
  },
)
