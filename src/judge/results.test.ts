import { describe, expect, test } from 'vitest'
import { namesOf, sweepFor, sweepTrial, sweepTrials } from '../../test/support/sweeps.ts'
import { blocksOf, callOf, planFor, trialOf } from '../../test/support/trials.ts'
import { judge } from './results.ts'

const reported = <One extends { metric: string; stage: string | null }>(comparisons: readonly One[]) =>
  comparisons.find(({ metric, stage }) => metric === 'reported_throughput' && stage === null)

describe('two arms', () => {
  const slower = (phase: 'measure' | 'confirm', duration: number) =>
    blocksOf(10, () => ({ eval_duration: duration }), undefined, phase)
  const plan = planFor({ thresholds: { reported_throughput: true } })

  test("the values beside a ratio are the medians of the arms' samples, over both phases", () => {
    const results = judge(plan, [...slower('measure', 125), ...slower('confirm', 200)])
    const [only] = results.candidates
    expect(only?.arm.samples['reported_throughput']).toMatchObject({ n: 20, median: 650 })
    expect(results.baseline.samples['reported_throughput']).toMatchObject({ n: 20, median: 1000 })
    expect(reported(only?.assessment.comparisons ?? [])).toMatchObject({
      baseline_value: 1000,
      candidate_value: 650,
      ratio: expect.closeTo(0.5, 9),
      verdict: 'regressed',
    })
  })

  test('a prompt from the cache is in no sample and in no comparison', () => {
    const cached = callOf({ prompt_eval_cached_count: 99 })
    const trials = [...blocksOf(5, () => ({})), trialOf({ role: 'baseline', block: 6 })]
    const { candidates } = judge(plan, [...trials, trialOf({ role: 'candidate', block: 6, call: cached })])
    expect(candidates[0]?.arm.samples['prompt_throughput']?.n).toBe(5)
    expect(candidates[0]?.arm.samples['ttft']?.n).toBe(6)
    const compared = candidates[0]?.assessment.comparisons ?? []
    expect(compared.find(({ metric }) => metric === 'prompt_throughput')?.blocks).toBe(5)
  })
})

describe('many candidates', () => {
  const sweep = sweepFor({ grid: { top_k: [1, 2] } })
  const [first, second] = namesOf(sweep)

  test('a trial of the shared baseline counts once, and one that ran for a re-queued part as well', () => {
    const broken = sweepTrials(sweep, 1, 6, (arm, block) => (arm === second && block === 2 ? undefined : 100))
    const again = ['baseline', second ?? ''].map((arm) => sweepTrial(sweep, arm, 2, () => 50, { attempt: 2 }))
    const { baseline, candidates } = judge(sweep, [...broken, ...again])
    expect(baseline.samples['reported_throughput']).toMatchObject({ n: 7, min: 50, max: 100 })
    expect(candidates.map(({ assessment }) => assessment.blocks)).toEqual([6, 6])
    expect(candidates.map(({ arm }) => arm.samples['reported_throughput']?.min)).toEqual([100, 50])
  })

  test('each is judged at its share of alpha, in the order of the plan', () => {
    const { candidates } = judge(
      sweep,
      sweepTrials(sweep, 1, 8, (arm) => (arm === first ? 80 : 100)),
    )
    expect(candidates.map(({ pair }) => pair.alpha)).toEqual([0.025, 0.025])
    expect(candidates.map(({ assessment }) => reported(assessment.comparisons)?.verdict)).toEqual([
      'regressed',
      'unchanged',
    ])
  })
})
