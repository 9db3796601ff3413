import { describe, expect, test } from 'vitest'
import { blocksOf, brokenCall, callOf, planFor, trialOf } from '../../test/support/trials.ts'
import type { Trial, Verdict } from '../schema/generated.ts'
import { gateRun, gateSuite, readFailOn, type SuiteGate } from './gate.ts'
import type { Ending, Plan } from './plan.ts'
import { ungated } from '../run/plan.ts'
import { judge } from './results.ts'

const decided: Ending = { stopped: 'decided', requeued: 0, warnings: [] }
const REGRESSED = new Set<Verdict>(['regressed'])
const same = blocksOf(6, () => ({}))
const slower = blocksOf(6, () => ({ eval_duration: 112 }))

function gate(
  trials: Trial[],
  ending: Ending | undefined = decided,
  failOn: ReadonlySet<Verdict> = REGRESSED,
  plan = planFor(),
) {
  return gateSuite({ plan, trials, ending, results: judge(plan, trials) }, failOn)
}

describe('CHIMERA_FAIL_ON', () => {
  test.each([
    [undefined, ['regressed']],
    ['  ', ['regressed']],
    ['inconclusive', ['inconclusive']],
    [' regressed , inconclusive', ['regressed', 'inconclusive']],
  ])('%j fails on %j', (value, verdicts) => expect([...readFailOn(value)]).toEqual(verdicts))

  test('a word that is no verdict is refused, with the words there are', () => {
    expect(() => readFailOn('regressed,slow')).toThrow(
      /CHIMERA_FAIL_ON: Expected a list of regressed, improved, unchanged, inconclusive but received "regressed,slow"/,
    )
  })
})

describe('the gate of a suite', () => {
  test('passes what is unchanged', () => {
    expect(gate(same)).toEqual({ status: 'passed', failures: [], notices: [] })
  })

  test('fails what regressed, in one sentence with change, interval, blocks and threshold', () => {
    expect(gate(slower)).toEqual({
      status: 'regressed',
      failures: [
        {
          suite: 'made',
          file: 'suites/made.bench.ts',
          metric: 'output_throughput',
          arm: 'candidate',
          message:
            'output_throughput regressed: candidate against baseline −10.7 % [−10.7, −10.7] over 6 blocks, threshold 5 %.',
        },
      ],
      notices: [],
    })
  })

  test('an improvement passes, unless improvements are to fail', () => {
    const faster = blocksOf(6, () => ({ eval_duration: 80 }))
    expect(gate(faster)).toMatchObject({ status: 'passed', failures: [] })
    expect(gate(faster, decided, new Set(['improved'])).failures).toMatchObject([
      { metric: 'output_throughput' },
    ])
  })

  test('what is inconclusive is a notice that says how many blocks would do, and fails only when asked', () => {
    const scattered = blocksOf(10, (block) => ({ eval_duration: block % 2 === 0 ? 90 : 110 }))
    const lenient = gate(scattered)
    expect(lenient).toMatchObject({ status: 'inconclusive', failures: [] })
    expect(lenient.notices).toMatchObject([
      {
        suite: 'made',
        metric: 'output_throughput',
        message: expect.stringMatching(
          /output_throughput inconclusive: .*; about \d+ blocks would decide it\.$/,
        ) as string,
      },
    ])
    expect(gate(scattered, decided, new Set(['inconclusive'])).failures).toMatchObject([
      { metric: 'output_throughput' },
    ])
  })

  test('a drop of valid_rate that is seen and not proven never passes, and is a notice in points', () => {
    const broken = trialOf({ role: 'candidate', block: 7, call: brokenCall('no_done') })
    const found = gate([...same, trialOf({ role: 'baseline', block: 7 }), broken])
    expect(found).toMatchObject({ status: 'inconclusive', failures: [] })
    expect(found.notices.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^valid_rate inconclusive: candidate 85\.7 % of trials valid against baseline 100\.0 %: ~ −14\.3 points \[−\d+\.\d, \+\d+\.\d\], threshold 5 points\.$/,
      ),
    ])
    const strict = gate(
      [...same, trialOf({ role: 'baseline', block: 7 }), broken],
      decided,
      new Set(['inconclusive']),
    )
    expect(strict.failures).toMatchObject([{ metric: 'valid_rate' }])
  })

  test('a drop that is proven fails it', () => {
    const broken = Array.from({ length: 6 }, (_, i) => [
      trialOf({ role: 'baseline', block: 7, attempt: i + 1 }),
      trialOf({ role: 'candidate', block: 7, attempt: i + 1, call: brokenCall('no_done') }),
    ])
    expect(gate([...same, ...broken.flat()])).toMatchObject({
      status: 'regressed',
      failures: [{ metric: 'valid_rate', message: expect.stringContaining('−50.0 points [−') }],
    })
  })

  test('a metric that is not gated never changes it', () => {
    const plan = planFor({ thresholds: { output_throughput: { gated: false } } })
    expect(gate(slower, decided, REGRESSED, plan)).toEqual({ status: 'passed', failures: [], notices: [] })
  })

  test('without a gated metric that was measured nothing is claimed, which fails only when asked', () => {
    const short = { eval_count: 5, ttft: 0 }
    const trials = blocksOf(
      6,
      () => short,
      () => short,
    )
    const reason = /none of the gated metrics could be measured.*output_throughput: every reply has fewer/
    const found = gate(trials)
    expect(found).toMatchObject({ status: 'inconclusive', failures: [] })
    expect(found.notices.map(({ message }) => message)).toEqual([expect.stringMatching(reason)])
    const strict = gate(trials, decided, new Set(['regressed', 'inconclusive']))
    expect(strict.failures.map(({ message }) => message)).toEqual([expect.stringMatching(reason)])
  })

  test('where validity alone is gated, nothing else has to be measured', () => {
    const thresholds = { output_throughput: { gated: false }, ttft: { gated: false } } as const
    expect(gate(same, decided, REGRESSED, planFor({ thresholds }))).toMatchObject({ status: 'passed' })
  })

  test('a new suite passes, unless it may be one of base by another name or in another file', () => {
    const planOf = (former: { formerly?: string[]; movedFrom?: string[] }): Plan => {
      const plan = planFor()
      return {
        ...plan,
        kind: 'code',
        rules: ungated(plan.rules),
        trees: { modules: 1, changed: [], isNew: true, ...former },
      }
    }
    expect(gate(slower, decided, REGRESSED, planOf({ formerly: [], movedFrom: [] }))).toEqual({
      status: 'passed',
      failures: [],
      notices: [],
    })
    expect(gate(slower, decided, REGRESSED, planOf({ formerly: ['old'] }))).toMatchObject({
      status: 'inconclusive',
      failures: [],
      notices: [{ suite: 'made', message: expect.stringContaining('if the suite was renamed') }],
    })
    expect(gate(slower, decided, REGRESSED, planOf({ movedFrom: ['old.bench.ts'] }))).toMatchObject({
      status: 'inconclusive',
      failures: [],
      notices: [
        {
          suite: 'made',
          message: expect.stringMatching(/in "old.bench.ts", which head lacks: if the suite was moved/),
        },
      ],
    })
  })
})

describe('data that cannot be judged', () => {
  test('an arm without a valid trial is one failure with reasons, last message and cure', () => {
    const trials = [1, 2, 3].flatMap((block) => [
      trialOf({ role: 'baseline', block }),
      trialOf({ role: 'candidate', block, call: brokenCall(block === 1 ? 'busy' : 'no_done') }),
    ])
    expect(
      gate(trials, { stopped: 'unusable', arm: 'candidate', message: 'other', requeued: 0, warnings: [] }),
    ).toEqual({
      status: 'invalid',
      failures: [
        {
          suite: 'made',
          file: 'suites/made.bench.ts',
          arm: 'candidate',
          message: 'arm "candidate" has no valid trial (3 of 3 busy, no_done). scripted no_done',
        },
      ],
      notices: [],
    })
  })

  test('a server that went away in mid-run is invalid, though some trials were fine', () => {
    const gone: Ending = {
      stopped: 'unusable',
      arm: 'baseline',
      message: 'No server.',
      requeued: 0,
      warnings: [],
    }
    expect(
      gate(
        blocksOf(2, () => ({})),
        gone,
      ),
    ).toMatchObject({
      status: 'invalid',
      failures: [{ arm: 'baseline', message: 'nothing usable was measured. No server.' }],
    })
  })

  test('no trial at all is invalid', () => {
    expect(gate([])).toMatchObject({
      status: 'invalid',
      failures: [{ message: expect.stringMatching(/no trial was started/) }],
    })
  })

  test('valid trials without a whole block are invalid', () => {
    const cold = [1, 2].flatMap((block) => [
      trialOf({ role: 'baseline', block }),
      trialOf({ role: 'candidate', block, call: callOf({ cold: true }) }),
    ])
    expect(gate(cold)).toMatchObject({
      status: 'invalid',
      failures: [{ message: expect.stringMatching(/In every block at least one call loaded the model/) }],
    })
    expect(gate(cold).failures[0]).not.toHaveProperty('arm')
  })

  test('where trials were invalid in every block, the reason of most is told with its cure', () => {
    const trials = [1, 2, 3].flatMap((block) => [
      trialOf({ role: 'baseline', block, ...(block === 1 && { call: brokenCall('busy') }) }),
      trialOf({ role: 'candidate', block, ...(block > 1 && { call: brokenCall('no_done') }) }),
    ])
    expect(gate(trials)).toMatchObject({
      status: 'invalid',
      failures: [
        {
          arm: 'candidate',
          message: expect.stringMatching(
            /^nothing usable was measured\. In every block .* most often with no_done in arm "candidate" \(2 of 3 trials\)\. \S/,
          ),
        },
      ],
    })
  })

  test('a suite that ended before its first block does not blame its trials', () => {
    const warm = [trialOf({ role: 'candidate', block: 0, phase: 'warmup' })]
    expect(gate(warm).failures).toMatchObject([
      { message: expect.stringMatching(/ended before its first block; the warnings say why/) },
    ])
  })

  test.each<[string, Ending | undefined, RegExp]>([
    ['a worker that died', undefined, /^its worker ended before a verdict: .*See the error/],
    [
      'an interrupted suite',
      { stopped: 'interrupted', requeued: 0, warnings: [] },
      /^interrupted before a verdict\. Run it again\.$/,
    ],
  ])('%s never passes, whatever the verdicts', (_, ending, sentence) => {
    const plan = planFor()
    expect(gateSuite({ plan, trials: same, ending, results: judge(plan, same) }, REGRESSED)).toMatchObject({
      status: 'inconclusive',
      failures: [{ message: expect.stringMatching(sentence) as string }],
    })
  })

  test('trials that were interrupted do not make an arm broken', () => {
    const cut = trialOf({
      role: 'candidate',
      block: 1,
      over: { valid: false, invalid_reason: 'interrupted', message: 'cut' },
    })
    const ending: Ending = { stopped: 'interrupted', requeued: 0, warnings: [] }
    expect(gate([trialOf({ role: 'baseline', block: 1 }), cut], ending).status).toBe('inconclusive')
  })
})

describe('the gate of a run', () => {
  const suite = (status: SuiteGate['status']): SuiteGate => ({
    status,
    failures: [],
    notices: [{ suite: 'made', message: `a notice of ${status}` }],
  })

  test.each<[SuiteGate['status'][], SuiteGate['status']]>([
    [['passed', 'passed'], 'passed'],
    [['passed', 'inconclusive'], 'inconclusive'],
    [['inconclusive', 'regressed'], 'regressed'],
    [['regressed', 'invalid'], 'invalid'],
  ])('of %j the gravest decides', (statuses, expected) => {
    const found = gateRun(statuses.map(suite), [], false)
    expect(found.status).toBe(expected)
    expect(found.notices).toHaveLength(statuses.length)
  })

  test('a refused suite makes it invalid', () => {
    const refusal = { suite: 'other', message: 'refused' }
    expect(gateRun([suite('passed')], [refusal], false)).toMatchObject({
      status: 'invalid',
      failures: [refusal],
    })
  })

  test('nothing at all is a failure, never a pass', () => {
    expect(gateRun([], [], false)).toMatchObject({
      status: 'invalid',
      failures: [{ message: expect.stringMatching(/No agentBench ran/) }],
    })
  })

  test('an interrupted run never passes, and says so', () => {
    expect(gateRun([suite('passed')], [], true)).toMatchObject({
      status: 'inconclusive',
      failures: [{ message: expect.stringMatching(/interrupted/) }],
    })
    expect(gateRun([suite('regressed')], [], true).status).toBe('regressed')
  })
})
