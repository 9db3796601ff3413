import { describe, expect, test } from 'vitest'
import { blocksOf, brokenCall, callOf, pairFor, trialOf } from '../../test/support/trials.ts'
import schema from '../../schemas/trial.schema.json' with { type: 'json' }
import type { TrialReason } from '../schema/generated.ts'
import { makeRules } from '../run/plan.ts'
import { assess, hasRegression, judgePair } from './assess.ts'
import { countValid } from './validity.ts'

const REASONS = schema.$defs.trial_reason.enum as readonly TrialReason[]

const plan = pairFor()
const verdictOf = (
  comparisons: ReturnType<typeof assess>['comparisons'],
  metric: string,
  stage: string | null = null,
) => comparisons.find((one) => one.metric === metric && one.stage === stage)?.verdict

describe('assess', () => {
  test('a tenth slower in every block is regressed at the first look, the rest unchanged', () => {
    const trials = blocksOf(6, () => ({ eval_duration: 112 }))
    const { comparisons, done, blocks } = assess(plan, trials, 'measure')
    expect(verdictOf(comparisons, 'output_throughput')).toBe('regressed')
    expect(verdictOf(comparisons, 'ttft')).toBe('unchanged')
    expect(verdictOf(comparisons, 'valid_rate')).toBe('unchanged')
    expect({ done, blocks }).toEqual({ done: true, blocks: 6 })
    expect(comparisons.find((one) => one.metric === 'output_throughput')!.ratio).toBeCloseTo(100 / 112, 10)
  })

  test('counts that are equal in every block are unchanged, a second call in every trial is regressed', () => {
    const more = blocksOf(6, () => ({})).map((trial) =>
      trial.role === 'baseline' ? trial : { ...trial, calls: [callOf(), callOf({ index: 1, start: 200 })] },
    )
    const found = (trials: typeof more) =>
      assess(plan, trials, 'measure')
        .comparisons.filter(({ unit }) => unit === 'count')
        .map(({ metric, ratio, interval, verdict }) => ({ metric, ratio, interval, verdict }))
    const names = ['calls', 'input_tokens', 'output_tokens']
    expect(found(blocksOf(6, () => ({})))).toEqual(
      names.map((metric) => ({ metric, ratio: 1, interval: [1, 1], verdict: 'unchanged' })),
    )
    const two = expect.closeTo(2, 10)
    expect(found(more)).toEqual(
      names.map((metric) => ({ metric, ratio: two, interval: [two, two], verdict: 'regressed' })),
    )
  })

  /** 100 chunks a millisecond apart, each twentieth of them after ten times as long where it pauses. */
  const streamed = (pauses: boolean) => {
    const times = Array.from({ length: 99 }, (_, i) => (pauses && i % 20 === 0 ? 10 : 1))
    return { chunk_times: times.reduce((all, gap) => [...all, all.at(-1)! + gap], [50]) }
  }

  test('a slowdown made only of pauses is found, by stall_share and without a part of alpha', () => {
    const { comparisons, done } = assess(
      plan,
      blocksOf(
        6,
        () => streamed(true),
        () => streamed(false),
      ),
      'measure',
    )
    const stall = comparisons.find(({ metric, stage }) => metric === 'stall_share' && stage === null)!
    expect(stall).toMatchObject({ kind: 'difference', verdict: 'regressed', gated: true, threshold: 0.05 })
    expect(stall.difference).toBeCloseTo(45 / 144, 9)
    expect(verdictOf(comparisons, 'output_throughput')).toBe('unchanged')
    expect(done).toBe(true)
    expect(hasRegression({ ...assess(plan, [], 'measure'), comparisons })).toBe(true)
  })

  test('a reply twice as long at the same pace is no change of speed', () => {
    const reply = (tokens: number) => () => {
      const gaps = Array.from({ length: tokens - 1 }, (_, i) => 1 + (i % 3))
      const chunk_times = gaps.reduce((all, gap) => [...all, all.at(-1)! + gap], [50])
      return {
        chunk_times,
        chunks: tokens,
        eval_count: tokens,
        eval_duration: 2 * tokens,
        e2e_latency: chunk_times.at(-1)!,
      }
    }
    const { comparisons, done } = assess(plan, blocksOf(6, reply(200), reply(100)), 'measure')
    for (const metric of ['output_throughput', 'stall_share', 'reported_throughput', 'tpot', 'ttft'])
      expect([metric, verdictOf(comparisons, metric)]).toEqual([metric, 'unchanged'])
    // What a user waits for, and why.
    for (const metric of ['e2e_latency', 'output_tokens'])
      expect([metric, verdictOf(comparisons, metric)]).toEqual([metric, 'regressed'])
    expect(done).toBe(true)
    expect(hasRegression({ ...assess(plan, [], 'measure'), comparisons })).toBe(false)
  })

  test('it holds a suite up while it is open, and not where it is not gated', () => {
    // The candidate pauses in every other block.
    const open = blocksOf(
      6,
      (block) => streamed(block % 2 === 0),
      () => streamed(false),
    )
    const found = assess(plan, open, 'measure')
    expect(verdictOf(found.comparisons, 'stall_share')).toBe('inconclusive')
    expect(found.done).toBe(false)
    expect(assess(pairFor({ thresholds: { stall_share: false } }), open, 'measure').done).toBe(true)
    const ungated = assess(pairFor({ thresholds: { output_throughput: false } }), open, 'measure')
    expect(ungated.comparisons.find(({ metric }) => metric === 'stall_share')!.gated).toBe(false)
  })

  test('a floor of stall_share is in points, as its threshold is', () => {
    const few = blocksOf(
      6,
      () => streamed(true),
      () => streamed(false),
    )
    const stallOf = (floor: number) =>
      assess(
        pairFor({ thresholds: { stall_share: { relative: 0.05, floor } } }),
        few,
        'measure',
      ).comparisons.find(({ metric, stage }) => metric === 'stall_share' && stage === null)
    expect(stallOf(0.1)).toMatchObject({ verdict: 'regressed', threshold: 0.1 })
    expect(stallOf(0.4)).toMatchObject({ verdict: 'unchanged', threshold: 0.4 })
  })

  test('a gated stage that one arm never enters, or that looks like a slip, is told', () => {
    const named = (baseline: string, candidate: string, gated: string, isOwn = false) => {
      const thresholds = { e2e_latency: { relative: 0.1, stages: [gated] } }
      const rules = isOwn ? makeRules({}, thresholds) : makeRules(thresholds, {})
      const own = { ...pairFor(), rules }
      const trials = blocksOf(6, () => ({})).map((trial) => {
        const name = trial.role === 'baseline' ? baseline : candidate
        const calls = trial.calls.map((call) => ({ ...call, stage: name }))
        return { ...trial, calls, stages: [{ name, start: 0, duration: 150 }] }
      })
      return assess(own, trials, 'measure').absentStages
    }
    const metric = 'e2e_latency'
    expect(named('report', 'report', 'report')).toEqual([])
    expect(named('report', 'summary', 'report')).toEqual([{ metric, stage: 'report', arm: 'candidate' }])
    expect(named('report', 'report', 'reprot')).toEqual([{ metric, stage: 'reprot', meant: 'report' }])
    // One exchange in a short name.
    expect(named('two', 'two', 'tow')).toEqual([{ metric, stage: 'tow', meant: 'two' }])
    // The config's thresholds hold for every suite.
    expect(named('report', 'report', 'summary')).toEqual([])
    // The suite's own are about its own stages.
    expect(named('report', 'report', 'summary', true)).toEqual([
      { metric, stage: 'summary', others: ['report'] },
    ])
    expect(named('report', 'report', 'report', true)).toEqual([])
  })

  test('five blocks decide nothing', () => {
    const { comparisons, done } = assess(
      plan,
      blocksOf(5, () => ({ eval_duration: 150 })),
      'measure',
    )
    expect(verdictOf(comparisons, 'output_throughput')).toBe('inconclusive')
    expect(done).toBe(false)
  })

  test('a broken trial takes its whole block out, and the retried block counts by its last attempt', () => {
    const trials = blocksOf(6, () => ({ eval_duration: 112 }))
    const broken = trialOf({ role: 'candidate', block: 3, call: brokenCall('no_done') })
    const before = [...trials.filter((trial) => !(trial.block === 3 && trial.role === 'candidate')), broken]
    expect(assess(plan, before, 'measure').blocks).toBe(5)
    const again = (['baseline', 'candidate'] as const).map((role) => trialOf({ role, block: 3, attempt: 2 }))
    expect(assess(plan, [...before, ...again], 'measure').blocks).toBe(6)
  })

  test('an unexpectedly cold trial takes its block out; an arm that is always cold does not', () => {
    const once = blocksOf(6, (block) => ({ cold: block === 2 }))
    expect(assess(plan, once, 'measure').blocks).toBe(5)
    const always = blocksOf(6, () => ({ cold: true }))
    const { blocks, comparisons } = assess(plan, always, 'measure')
    expect(blocks).toBe(6)
    // Cold and warm are metrics of their own: one arm has only the one, the other only the other.
    expect(verdictOf(comparisons, 'ttft')).toBeUndefined()
    expect(verdictOf(comparisons, 'ttft_cold')).toBeUndefined()
  })

  test('a gated metric that was never measured is named, and the others judge', () => {
    const unstreamed = {
      streamed: false,
      ttft: undefined,
      ttft_content: undefined,
      chunk_times: undefined,
    } as object
    const unstreamedBlocks = (slower: number) =>
      blocksOf(
        6,
        () => ({ ...unstreamed, eval_duration: 100 * slower }),
        () => unstreamed,
      )
    const { absent, done, comparisons, reportedGated } = assess(plan, unstreamedBlocks(1), 'measure')
    expect(absent).toEqual(['ttft'])
    expect(done).toBe(true)
    expect(reportedGated).toBe(true)
    expect(verdictOf(comparisons, 'output_throughput')).toBeUndefined()
    const reported = (found: typeof comparisons) =>
      found.find(({ metric, stage }) => metric === 'reported_throughput' && stage === null)
    expect(reported(comparisons)).toMatchObject({ verdict: 'unchanged', gated: true, threshold: 0.05 })
    expect(reported(assess(plan, unstreamedBlocks(1.3), 'measure').comparisons)).toMatchObject({
      verdict: 'regressed',
      gated: true,
    })
    const streamed = assess(
      plan,
      blocksOf(6, () => ({})),
      'measure',
    )
    expect(streamed.reportedGated).toBe(false)
    expect(reported(streamed.comparisons)).toMatchObject({ gated: false })
  })

  test('a server that reports its usual rate cannot hide that tokens arrive more slowly', () => {
    const late = blocksOf(6, () => ({ chunk_times: [50, 50 + 99 * 4.5] }))
    const { comparisons } = assess(plan, late, 'measure')
    expect(verdictOf(comparisons, 'output_throughput')).toBe('regressed')
    expect(verdictOf(comparisons, 'reported_throughput')).toBe('unchanged')
    const modest = blocksOf(6, () => ({ eval_duration: 450, chunk_times: [50, 149] }))
    expect(verdictOf(assess(plan, modest, 'measure').comparisons, 'output_throughput')).toBe('unchanged')
  })

  test('stages are compared by themselves and not gated unless asked', () => {
    const stage = (name: string, eval_duration: number) => callOf({ stage: name, eval_duration })
    const staged = blocksOf(6, () => ({})).map((trial) => ({
      ...trial,
      stages: [
        { name: 'a', start: 0, duration: 80 },
        { name: 'b', start: 80, duration: 80 },
      ],
      calls: [stage('a', 100), stage('b', trial.role === 'candidate' ? 130 : 100)],
    }))
    const { comparisons } = assess(plan, staged, 'measure')
    expect(verdictOf(comparisons, 'output_throughput', 'a')).toBe('unchanged')
    expect(verdictOf(comparisons, 'output_throughput', 'b')).toBe('regressed')
    expect(comparisons.filter((one) => one.stage !== null && one.gated)).toEqual([])
    const asked = pairFor({ thresholds: { output_throughput: { stages: ['a'] } } })
    const gated = assess(asked, staged, 'measure').comparisons.filter(
      (one) => one.stage !== null && one.gated,
    )
    expect(gated.map(({ metric, stage }) => [metric, stage])).toEqual([
      ['output_throughput', 'a'],
      ['stall_share', 'a'],
    ])
  })

  test('valid_rate regresses when one arm breaks far more often, not when it does once or twice', () => {
    const rate = (broken: number) => {
      const trials = blocksOf(12, () => ({}))
      const candidates = trials.filter((trial) => trial.role === 'candidate').slice(0, broken)
      const mixed = trials.map((trial) =>
        candidates.includes(trial)
          ? trialOf({ role: 'candidate', block: trial.block, call: brokenCall('no_done') })
          : trial,
      )
      return verdictOf(assess(plan, mixed, 'measure').comparisons, 'valid_rate')
    }
    expect([0, 1, 2, 8].map(rate)).toEqual(['unchanged', 'inconclusive', 'inconclusive', 'regressed'])
  })

  test('valid_rate holds a suite up while a drop is seen, not once it has become small', () => {
    const failed = trialOf({ role: 'candidate', block: 1, call: brokenCall('no_done') })
    const first = [trialOf({ role: 'baseline', block: 1 }), failed]
    const again = (blocks: number) =>
      blocksOf(blocks, () => ({})).map((trial) => (trial.block === 1 ? { ...trial, attempt: 2 } : trial))
    const long = pairFor({ blocks: { min: 6, max: 40 } })
    const open = assess(long, [...first, ...again(18)], 'measure')
    expect(open.done).toBe(false)
    expect(verdictOf(open.comparisons, 'output_throughput')).toBe('unchanged')
    // 1 of 20 is five points; 1 of 21 is less.
    expect(assess(long, [...first, ...again(19)], 'measure').done).toBe(false)
    const over = assess(long, [...first, ...again(20)], 'measure')
    expect(over.done).toBe(true)
    expect(verdictOf(over.comparisons, 'valid_rate')).toBe('unchanged')
    const ungated = pairFor({ blocks: { min: 6, max: 40 }, thresholds: { valid_rate: { gated: false } } })
    expect(assess(ungated, [...first, ...again(18)], 'measure').done).toBe(true)
  })

  test('the threshold of valid_rate is a difference in points that a suite may set', () => {
    const lenient = pairFor({ thresholds: { valid_rate: 0.2 } })
    const mixed = [
      ...blocksOf(8, () => ({})),
      trialOf({ role: 'baseline', block: 9 }),
      trialOf({ role: 'candidate', block: 9, call: brokenCall('busy') }),
    ]
    const { comparisons, done } = assess(lenient, mixed, 'measure')
    const rate = comparisons.find((one) => one.metric === 'valid_rate')!
    expect(rate).toMatchObject({ verdict: 'unchanged', threshold: 0.2, blocks: 8 })
    expect(rate.difference).toBeCloseTo(-1 / 9, 12)
    expect(rate).not.toHaveProperty('ratio')
    expect(done).toBe(true)
  })

  test('fewer than six blocks say nothing of valid_rate either, unless failures prove it', () => {
    expect(
      verdictOf(
        assess(
          plan,
          blocksOf(5, () => ({})),
          'measure',
        ).comparisons,
        'valid_rate',
      ),
    ).toBe('inconclusive')
  })

  test('valid_rate improves when the baseline fails instead', () => {
    const mixed = blocksOf(12, () => ({})).map((trial) =>
      trial.role === 'baseline' && trial.block > 4
        ? trialOf({ role: 'baseline', block: trial.block, call: brokenCall('no_done') })
        : trial,
    )
    expect(verdictOf(assess(plan, mixed, 'measure').comparisons, 'valid_rate')).toBe('improved')
  })

  test('a trial that was interrupted is counted nowhere', () => {
    const cut = { valid: false, invalid_reason: 'interrupted', message: 'cut' } as const
    const trials = [...blocksOf(8, () => ({})), trialOf({ role: 'candidate', block: 9, over: cut })]
    expect(
      assess(plan, trials, 'measure').comparisons.find((one) => one.metric === 'valid_rate'),
    ).toMatchObject({
      candidate_value: 1,
      verdict: 'unchanged',
    })
  })

  test('k trials of a mini-block count as one block by the mean of logs', () => {
    const pair = (role: 'baseline' | 'candidate', block: number) =>
      [80, 125].map((eval_duration) =>
        trialOf({ role, block, call: callOf({ eval_duration: role === 'baseline' ? 100 : eval_duration }) }),
      )
    const trials = [1, 2, 3, 4, 5, 6].flatMap((block) => [
      ...pair('baseline', block),
      ...pair('candidate', block),
    ])
    const { comparisons, blocks } = assess(plan, trials, 'measure')
    expect(blocks).toBe(6)
    expect(comparisons.find((one) => one.metric === 'output_throughput')!.ratio).toBeCloseTo(1, 10)
  })
})

describe('judge', () => {
  const regressed = blocksOf(6, () => ({ eval_duration: 112 }))

  test('a regression stands only if fresh blocks show it again', () => {
    const again = judgePair(plan, [
      ...regressed,
      ...blocksOf(6, () => ({ eval_duration: 112 }), undefined, 'confirm'),
    ])
    expect(hasRegression(again)).toBe(true)
    const vanished = judgePair(plan, [...regressed, ...blocksOf(6, () => ({}), undefined, 'confirm')])
    expect(hasRegression(vanished)).toBe(false)
    expect(verdictOf(vanished.comparisons, 'output_throughput')).toBe('unchanged')
  })

  test('fresh blocks that did not come to a look take nothing back', () => {
    for (const count of [0, 1, 5]) {
      const cut = judgePair(plan, [...regressed, ...blocksOf(count, () => ({}), undefined, 'confirm')])
      expect([count, hasRegression(cut)]).toEqual([count, true])
    }
  })

  /** `n` attempts in which the candidate alone failed, then `blocks` whole ones. */
  const failing = (n: number, blocks: number, phase: 'measure' | 'confirm') => [
    ...Array.from({ length: n }, (_, i) => [
      trialOf({ role: 'baseline', block: 1, phase, attempt: i + 1 }),
      trialOf({ role: 'candidate', block: 1, phase, attempt: i + 1, call: brokenCall('no_done') }),
    ]).flat(),
    ...blocksOf(blocks, () => ({}), undefined, phase).map((trial) => ({ ...trial, attempt: n + 1 })),
  ]
  const rateOf = (trials: Parameters<typeof judgePair>[1]) =>
    judgePair(plan, trials).comparisons.find((one) => one.metric === 'valid_rate')!

  test('valid_rate is judged over both phases: fresh blocks add to what failed and take nothing back', () => {
    const measured = failing(6, 6, 'measure')
    expect(rateOf(measured)).toMatchObject({ verdict: 'regressed', candidate_value: 6 / 12, blocks: 6 })
    const confirmed = [...measured, ...blocksOf(8, () => ({}), undefined, 'confirm')]
    expect(rateOf(confirmed)).toMatchObject({ verdict: 'regressed', candidate_value: 14 / 20, blocks: 14 })
    // 6 of 130: proven once, but no longer a drop that matters. Not green either.
    const faded = [...measured, ...blocksOf(118, () => ({}), undefined, 'confirm')]
    expect(rateOf(faded).verdict).toBe('inconclusive')
  })

  test('failures in fresh blocks count although valid_rate was not what had regressed', () => {
    const trials = [...regressed, ...failing(2, 6, 'confirm')]
    expect(rateOf(regressed).verdict).toBe('unchanged')
    expect(rateOf(trials)).toMatchObject({ verdict: 'inconclusive', candidate_value: 12 / 14 })
  })

  const brokenBy = (trials: ReturnType<typeof failing>, reason: TrialReason) =>
    trials.map((trial) => (trial.valid ? trial : { ...trial, invalid_reason: reason }))

  test.each(REASONS.filter((reason) => reason !== 'interrupted'))(
    'a candidate that breaks counts the same whatever broke it, at first and on fresh blocks: %s',
    (reason) => {
      const few = brokenBy(failing(2, 6, 'measure'), reason)
      expect(rateOf(few)).toMatchObject({ verdict: 'inconclusive', candidate_value: 6 / 8 })
      // Nothing ends while the drop is open.
      expect(assess(plan, few, 'measure').done).toBe(false)
      expect(rateOf(brokenBy(failing(6, 6, 'measure'), reason)).verdict).toBe('regressed')
      const fresh = [...regressed, ...brokenBy(failing(2, 6, 'confirm'), reason)]
      expect(rateOf(fresh)).toMatchObject({ verdict: 'inconclusive', candidate_value: 12 / 14 })
      expect(assess(plan, fresh, 'confirm').done).toBe(false)
      expect(rateOf([...regressed, ...brokenBy(failing(12, 6, 'confirm'), reason)]).verdict).toBe('regressed')
    },
  )

  test('what was interrupted counts for neither arm', () => {
    const cut = brokenBy(failing(6, 6, 'measure'), 'interrupted')
    expect(rateOf(cut)).toMatchObject({ verdict: 'unchanged', candidate_value: 1, baseline_value: 1 })
    expect(countValid({ trials: 5, invalid: { interrupted: 2, timeout: 1 } })).toEqual({
      valid: 2,
      trials: 3,
    })
  })

  test('a warm-up before the fresh blocks does not change what the first run said', () => {
    const warm = trialOf({ role: 'candidate', block: 1, phase: 'warmup', call: brokenCall('no_done') })
    const fresh = blocksOf(6, () => ({}), undefined, 'confirm')
    const measured = (trials: Parameters<typeof judgePair>[1]) =>
      assess(plan, trials, 'measure').comparisons.find((one) => one.metric === 'valid_rate')
    expect(measured([...regressed, warm, ...fresh])).toEqual(measured(regressed))
  })
})

test('fresh blocks have decided once what regressed has its verdict, though another metric is still open', () => {
  const slower = blocksOf(6, () => ({ eval_duration: 112 }))
  let n = 0
  const wild = blocksOf(
    6,
    () => ({ eval_duration: 112, ttft: n++ % 2 === 0 ? 20 : 90 }),
    undefined,
    'confirm',
  )
  const fresh = assess(plan, [...slower, ...wild], 'confirm')
  expect(verdictOf(fresh.comparisons, 'ttft')).toBe('inconclusive')
  expect(fresh.done).toBe(true)
  const few = [...slower, ...blocksOf(5, () => ({ eval_duration: 112 }), undefined, 'confirm')]
  expect(assess(plan, few, 'confirm').done).toBe(false)
})

test('fresh blocks test what regressed with the whole error, which the first ones share among all metrics', () => {
  const blocks = (phase: 'measure' | 'confirm') =>
    blocksOf(6, (block) => ({ eval_duration: block === 1 ? 103 : 112 }), undefined, phase)
  const trials = [...blocks('measure'), ...blocks('confirm')]
  const of = (phase: 'measure' | 'confirm', metric: string) =>
    assess(plan, trials, phase).comparisons.find((one) => one.metric === metric)!
  const [first, again] = [of('measure', 'output_throughput'), of('confirm', 'output_throughput')]
  for (const one of [first, again])
    expect(one).toMatchObject({ verdict: 'regressed', gated: true, blocks: 6 })
  expect(first.looks![0]!.interval[1]).toBeCloseTo(100 / 103, 6)
  expect(again.looks![0]!.interval[1]).toBeLessThan(first.looks![0]!.interval[1])
  expect(of('confirm', 'ttft').gated).toBe(false)
  const gatedOf = ({ comparisons }: ReturnType<typeof judgePair>) =>
    comparisons.filter(({ gated }) => gated).map(({ metric }) => metric)
  expect(gatedOf(judgePair(plan, trials))).toEqual(gatedOf(assess(plan, trials, 'measure')))
})
