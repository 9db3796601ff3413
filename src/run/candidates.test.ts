import { describe, expect, test } from 'vitest'
import { namesOf, sweepFor } from '../../test/support/sweeps.ts'
import { pairOf } from '../judge/pair.ts'
import type { AgentSweepOptions } from './candidates.ts'

describe('the plan of a sweep', () => {
  test('grid points first, then the candidates given as arms, each against the baseline at its share of alpha', () => {
    const sweep = sweepFor({
      grid: { top_k: [1, 2] },
      candidates: [{ name: 'wide', model: 'tiny', options: { num_ctx: 8192 } }],
    })
    expect(namesOf(sweep)).toEqual(['top_k=1', 'top_k=2', 'wide'])
    expect(sweep.candidates.map(({ settings }) => settings)).toEqual([{ top_k: 1 }, { top_k: 2 }, undefined])
    const plan = pairOf(sweep, sweep.candidates[2]!)
    expect(plan).toMatchObject({
      suite: 'swept',
      alpha: 0.05 / 3,
      looks: sweep.looks,
      arms: { candidate: { name: 'wide', options: { num_ctx: 8192 } } },
    })
    expect(Object.values(plan.rules).some(({ gated }) => gated)).toBe(false)
  })

  test('halving as a word or with its figures', () => {
    expect(sweepFor({}).ranking.halving).toBeUndefined()
    expect(sweepFor({ halving: true }).ranking.halving).toEqual({ keep: 0.5 })
    expect(sweepFor({ halving: { keep: 0.3, budget: 200 } }).ranking.halving).toEqual({
      keep: 0.3,
      budget: 200,
    })
  })

  test.each<[Partial<AgentSweepOptions>, RegExp]>([
    [{ grid: {} }, /Sweep "swept" has no candidate/],
    [
      {
        grid: {
          seed: Array.from({ length: 1000 }, (_, i) => i),
          top_k: Array.from({ length: 100 }, (_, i) => i),
        },
      },
      /grid of sweep "swept" has 100000 points: Expected at most 1000\. Give fewer values/,
    ],
    [{ grid: { seed: Array(1_000_000).fill(1) } }, /1000000 points/],
    [
      { grid: { num_ctx: [] } },
      /Invalid `grid\.num_ctx` of suite "swept" in .*: Expected a list of different values/,
    ],
    [{ grid: { num_ctx: 2048 as never } }, /Expected a list of different values.* but received 2048/],
    [{ grid: { temperature: [0.6, 0.8, 0.6] } }, /`grid\.temperature`.*a list of different values/],
    [
      { grid: { temperature: [0.6, undefined as never] } },
      /`grid\.temperature\[1\]`.*a value but received undefined/,
    ],
    [
      { grid: { num_ctxx: [1] } as never },
      /Unknown option "options\.num_ctxx" of arm "num_ctxx=1".*"num_ctx"/,
    ],
    [{ grid: { 'insight.top_k': [1] } }, /Unknown agent "insight"/],
    [
      { candidates: [{ name: 'num_ctx=2048 temperature=0.2', model: 'tiny' }] },
      /Two arms of sweep "swept" are named "num_ctx=2048 temperature=0.2"/,
    ],
    [
      { candidates: [{ name: 'baseline', model: 'tiny' }] },
      /Both arms of suite "swept" are named "baseline"/,
    ],
    [
      { rankBy: 'sped_up' as never },
      /^Unknown metric "sped_up" in `rankBy` of suite "swept" in [^ ]+\. Did you mean "speedup"\? Known metrics: output_throughput, /,
    ],
    [{ rankBy: 'valid_rate' }, /Invalid `rankBy`/],
    [{ halving: { keep: 1 } }, /Invalid `halving\.keep`.*between 0 and 1.*received 1/],
    [{ halving: { budget: 0.5 } }, /Invalid `halving\.budget`.*number of trials.*received 0\.5/],
    [{ baseline: undefined as never }, /Invalid `baseline` of suite "swept"/],
  ])('%j is refused with what to do', (definition, message) => {
    expect(() => sweepFor(definition)).toThrow(message)
  })
})
