import { describe, expect, test } from 'vitest'
import {
  judgeSweep,
  namesOf,
  sweepFor,
  sweepTrial,
  sweepTrials,
  type Rate,
} from '../../test/support/sweeps.ts'
import type { ArmFacts, Ending, RankedPlan } from '../judge/plan.ts'

const sweep = sweepFor()
const slow: Rate = (arm) => (arm.endsWith('temperature=0.8') ? 80 : arm === 'baseline' ? 90 : 100)
/** A server that gives every arm the same context. */
const clamping = (plan: RankedPlan) =>
  Object.fromEntries(
    ['baseline', ...namesOf(plan)].map((arm): [string, ArmFacts] => [
      arm,
      { server: { kind: 'ollama' }, effective: { num_ctx: 8192 } },
    ]),
  )
const ended: Ending = { stopped: 'budget', requeued: 0, warnings: [] }

describe('a judged sweep', () => {
  const trials = sweepTrials(sweep, 1, 12, slow)

  test('ranking, ties, effects and figures', () => {
    const { sweep: found } = judgeSweep(sweep, {}, trials, ended)
    const [fast, slowOnes] = [
      namesOf(sweep).filter((arm) => arm.endsWith('0.2')),
      namesOf(sweep).filter((arm) => arm.endsWith('0.8')),
    ]
    expect(found.ranking.map(({ rank }) => rank)).toEqual([1, 1, 1, 4, 4, 4])
    expect(found.ties).toEqual([fast, slowOnes])
    expect(found.effects.map(({ axis, effect }) => `${axis} ${effect}`)).toEqual([
      'num_ctx none',
      'temperature some',
    ])
    expect(found).toMatchObject({
      rank_by: 'output_throughput',
      better: 'higher',
      unit: 'tok/s',
      alpha: 0.05,
      threshold: 0.05,
      trials: 84,
    })
    const last = found.ranking.at(-1)!
    expect(last).toMatchObject({
      verdict: 'regressed',
      // The look that decided, as in the comparison; the leader was told apart by all 12 blocks.
      blocks: 8,
      valid_rate: 1,
      leader: { blocks: 12, verdict: 'behind' },
    })
    expect(last.value).toBeCloseTo(80, 9)
    expect(last.ratio).toBeCloseTo(80 / 90, 9)
    expect(last.leader!.ratio).toBeCloseTo(0.8, 9)
    expect(found.ranking[1]!.leader).toMatchObject({ verdict: 'equal' })
  })

  test('nothing is gated, whatever the config and the suite ask', () => {
    const asked = sweepFor({
      thresholds: { output_throughput: 0.02, ttft: { gated: true, stages: ['report'] } },
    })
    const { results, gate } = judgeSweep(asked, {}, trials, ended)
    const comparisons = results.candidates.flatMap(({ assessment }) => assessment.comparisons)
    expect(comparisons.filter(({ gated }) => gated)).toEqual([])
    expect(gate).toEqual({
      status: 'passed',
      failures: [],
      notices: [],
    })
  })

  test('clamped num_ctx is told once, by axis; who equals the baseline is told by name', () => {
    const clamped = judgeSweep(sweep, clamping(sweep), trials, ended)
    expect(clamped.sweep.effects[0]).toMatchObject({
      effect: 'none',
      by_construction: true,
      same: [[2048, 4096, 8192]],
    })
    expect(clamped.warnings).toEqual([])
    const same = sweepFor({ grid: { num_ctx: [2048, 4096] } })
    const { warnings } = judgeSweep(
      same,
      clamping(same),
      sweepTrials(same, 1, 6, () => 100),
      ended,
    )
    expect(warnings.map(({ code, message }) => `${code} ${message}`)).toEqual([
      expect.stringMatching(
        /^identical_arms The effective configs of "baseline", "num_ctx=2048" and "num_ctx=4096" are identical/,
      ),
    ])
  })

  test('what the server runs identically is measured once, and shares the figures and the rank', () => {
    const grid = sweepFor({ grid: { num_gpu: [10, 99, 120], temperature: [0.2, 0.8] } })
    const all = namesOf(grid)
    const twins = all.filter((arm) => arm.includes('=120'))
    const facts = Object.fromEntries(
      all.map((arm): [string, ArmFacts] => {
        const effective = { num_ctx: 4096, block_count: 26, size: 9, size_vram: 9, gpu_fraction: 1 }
        const same_as = twins.includes(arm) ? arm.replace('120', '99') : undefined
        return [arm, { server: { kind: 'ollama' }, effective, ...(same_as && { same_as }) }]
      }),
    )
    const measured = all.filter((arm) => !twins.includes(arm))
    const own = sweepTrials(
      grid,
      1,
      12,
      (arm) => (arm.endsWith('0.8') ? 80 : 100) * (arm.includes('=10 ') ? 0.5 : 1),
      measured,
    )
    const { sweep: found, warnings, gate } = judgeSweep(grid, facts, own, ended)
    expect(found.ranking.map(({ rank, arm, same_as }) => [rank, arm, same_as])).toEqual([
      [1, 'num_gpu=99 temperature=0.2', undefined],
      [1, 'num_gpu=120 temperature=0.2', 'num_gpu=99 temperature=0.2'],
      [3, 'num_gpu=99 temperature=0.8', undefined],
      [3, 'num_gpu=120 temperature=0.8', 'num_gpu=99 temperature=0.8'],
      [5, 'num_gpu=10 temperature=0.2', undefined],
      [6, 'num_gpu=10 temperature=0.8', undefined],
    ])
    const [leader, twin] = found.ranking
    expect(twin).toEqual({
      ...leader,
      arm: 'num_gpu=120 temperature=0.2',
      point: { num_gpu: 120, temperature: 0.2 },
      same_as: 'num_gpu=99 temperature=0.2',
    })
    expect(found.ties).toHaveLength(2)
    expect(found.effects[0]).toMatchObject({ axis: 'num_gpu', effect: 'some', same: [[99, 120]] })
    expect(found.effects[1]).toMatchObject({ axis: 'temperature', effect: 'some' })
    expect(warnings.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'measured_once "num_gpu=120 temperature=0.2" was not measured: the server runs it the same as "num_gpu=99 temperature=0.2" (num_gpu puts all 27 layers on the GPU). The ranking has the figures of "num_gpu=99 temperature=0.2", and the blocks went to the others.',
      expect.stringContaining('"num_gpu=120 temperature=0.8" was not measured'),
    ])
    expect(gate).toEqual({ status: 'passed', failures: [], notices: [] })
  })

  test('ranked by a metric where less is better', () => {
    const byLatency = sweepFor({ rankBy: 'e2e_latency', grid: { top_k: [1, 2] } })
    const all = sweepTrials(byLatency, 1, 12, () => 100).map((trial) => ({
      ...trial,
      calls: trial.calls.map((call) => ({ ...call, e2e_latency: trial.arm === 'top_k=2' ? 100 : 150 })),
    }))
    const { ranking, better } = judgeSweep(byLatency, {}, all, ended).sweep
    expect(better).toBe('lower')
    expect(ranking.map(({ arm, rank, verdict }) => `${rank} ${arm} ${verdict}`)).toEqual([
      '1 top_k=2 improved',
      '2 top_k=1 unchanged',
    ])
    expect(ranking[1]!.leader!.ratio).toBeCloseTo(1.5, 9)
  })
})

describe('who is not ranked', () => {
  const [A, B] = namesOf(sweep) as [string, string]

  test('answers worse, given up, not measured: last, without a rank, with the reason', () => {
    const short = sweepFor({ grid: { top_k: [1, 2, 3, 4] } })
    const [worse, lost, silent] = namesOf(short) as [string, string, string]
    const rate: Rate = (arm) => (arm === lost ? undefined : arm === worse ? 300 : 100)
    const tries = Array.from({ length: 12 }, (_, i) =>
      sweepTrial(short, worse, i + 1, () => undefined, { phase: 'warmup' }),
    )
    const trials = [...tries, ...sweepTrials(short, 1, 12, rate)].map((trial) =>
      trial.arm === silent
        ? { ...trial, calls: trial.calls.map((call) => ({ ...call, eval_count: 3 })) }
        : trial,
    )
    const assessed = judgeSweep(short, {}, trials, ended)
    expect(assessed.sweep.ranking.map(({ arm, rank, unranked }) => [arm, rank ?? unranked])).toEqual([
      ['top_k=4', 1],
      [worse, 'answers_worse'],
      [lost, 'given_up'],
      [silent, 'not_measured'],
    ])
    expect(assessed.warnings.map(({ code, arm }) => `${code} ${arm}`)).toEqual([
      `arm_given_up ${lost}`,
      `answers_worse ${worse}`,
      `metric_absent ${silent}`,
    ])
    expect(assessed.warnings.at(-1)!.message).toMatch(/not ranked, because .* fewer than 16 tokens/)
    const { gate } = assessed
    expect(gate).toMatchObject({ status: 'passed', failures: [] })
    expect(gate.notices[0]?.message).toMatch(/3 candidates are not ranked \(top_k=1; top_k=2; top_k=3\)/)
  })

  test('where no candidate is ranked, the gate is open, which fails only when asked', () => {
    const trials = sweepTrials(sweep, 1, 8, () => 100).map((trial) => ({
      ...trial,
      calls: trial.calls.map((call) => ({ ...call, eval_count: 3 })),
    }))
    const { gate } = judgeSweep(sweep, {}, trials, ended)
    expect(gate).toMatchObject({ status: 'inconclusive', failures: [] })
    expect(gate.notices[0]!.message).toMatch(/^\d candidates are not ranked/)
  })

  test('a candidate that never started has no valid_rate', () => {
    const warm = sweepTrial(sweep, A, 0, () => 100, { phase: 'warmup' })
    const { ranking } = judgeSweep(sweep, {}, [warm], ended).sweep
    const rateOf = (name: string) => ranking.find(({ arm }) => arm === name)!.valid_rate
    expect(rateOf(A)).toBe(1)
    expect(rateOf(B)).toBeUndefined()
  })

  test('the gate fails when the baseline, or every block, is broken, and when it was interrupted', () => {
    const broken = sweepTrials(sweep, 1, 3, (arm) => (arm === 'baseline' ? undefined : 100))
    const gateOf = (trials: typeof broken, ending: Ending | undefined) =>
      judgeSweep(sweep, {}, trials, ending).gate
    expect(gateOf(broken, { ...ended, stopped: 'unusable' })).toMatchObject({
      status: 'invalid',
      failures: [{ suite: 'swept', arm: 'baseline' }],
    })
    const apart = sweepTrials(sweep, 1, 2, (arm, block) =>
      (arm === 'baseline') === (block === 1) ? 100 : undefined,
    )
    expect(gateOf(apart, ended).failures[0]!.message).toMatch(/nothing usable was measured/)
    const whole = sweepTrials(sweep, 1, 6, () => 100, [A, B])
    expect(gateOf(whole, undefined)).toMatchObject({
      status: 'inconclusive',
      failures: [{ message: expect.stringMatching(/worker ended before a verdict/) }],
    })
    expect(gateOf(whole, { ...ended, stopped: 'interrupted' }).status).toBe('inconclusive')
    expect(gateOf(whole, ended).status).toBe('passed')
  })
})
