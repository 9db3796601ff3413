import { expect, test } from 'vitest'
import { blocksOf, callOf, planFor } from '../test/support/trials.ts'
import type { Trial } from './schema/generated.ts'
import { pathOf } from './judge/critical-path.ts'
import { judge } from './judge/results.ts'
import { endsOf, gapCounts, keptTrial, streamOf } from './stream.ts'

/** A stream whose pauses depend on where it stands, so that no two are the same. */
const times = (seed: number): number[] =>
  Array.from({ length: 40 }, (_, i) => 50 + 4 * i + ((i * seed) % 7) + (i > 20 ? seed : 0)).toSorted(
    (a, b) => a - b,
  )

const trials: Trial[] = blocksOf(8, () => ({})).map((trial, n) => ({
  ...trial,
  output: 'long',
  calls: [1, 2, 3].map((i) =>
    // The last one's counter cannot be, so it is judged by a copy without it.
    callOf({ index: i, chunk_times: times(n + i), chunks: 40, ...(i === 3 && { eval_duration: 1e9 }) }),
  ),
}))

test('a trial that is kept is judged as the whole one', () => {
  const plan = planFor()
  const kept = trials.map(keptTrial)
  const { candidates: whole, baseline } = judge(plan, trials)
  const judged = judge(plan, kept)
  expect(judged.baseline).toEqual(baseline)
  expect(judged.candidates.map(({ arm, assessment }) => ({ arm, assessment }))).toEqual(
    whole.map(({ arm, assessment }) => ({ arm, assessment })),
  )
  expect(kept.map(pathOf)).toEqual(trials.map(pathOf))
  expect(gapCounts(kept)).toEqual(gapCounts(trials))
  expect(gapCounts(kept).reduce((sum, { n }) => sum + n, 0)).toBeGreaterThan(500)
  const comparison = whole[0]!.assessment.comparisons.find(({ metric }) => metric === 'stall_share')
  expect(comparison).toMatchObject({ blocks: 8 })
})

test('it has neither output nor times of chunks, and equal options once', () => {
  const kept = keptTrial(structuredClone(trials[0]!))
  expect(kept).not.toHaveProperty('output')
  for (const call of kept.calls) {
    expect(call).not.toHaveProperty('chunk_times')
    expect(call.options).toBe(kept.calls[0]!.options)
  }
  expect(JSON.stringify(kept)).not.toContain('arrived')
  expect(keptTrial(kept)).toEqual(kept)
})

test('ends and stream agree; what was not streamed has none', () => {
  const call = callOf({ chunk_times: times(3) })
  expect(streamOf(call)).toMatchObject(endsOf(call)!)
  expect(endsOf(callOf({ chunk_times: [7] }))).toEqual({ chunks: 1, first: 7, last: 7 })
  expect([streamOf(callOf({ chunk_times: [] })), endsOf(callOf({ chunk_times: [] }))]).toEqual([
    undefined,
    undefined,
  ])
})
