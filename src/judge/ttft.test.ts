import { describe, expect, test } from 'vitest'
import { blocksOf, pairFor } from '../../test/support/trials.ts'
import type { CallBase, Comparison } from '../schema/generated.ts'
import { assess } from './assess.ts'

const plan = pairFor({ blocks: { min: 6, max: 20 } })

/** A warm call whose server says how long it loaded and read the prompt; the rest takes 4 ms. */
function call(load: number, prompt: number): Partial<CallBase> {
  const ttft = load + prompt + 4
  return { ttft, load_duration: load, prompt_eval_duration: prompt, ttft_parts: { load, prompt, rest: 4 } }
}

/** Loads that scatter by tens of ms, as on a GPU with a real Ollama; block by block, the candidate's in reverse. */
const scattered = [
  253, 290, 221, 262, 236, 301, 248, 270, 215, 255, 240, 266, 231, 288, 226, 259, 244, 277, 219, 251,
]
const load = (block: number, by = 0): number => scattered[(block + by) % scattered.length]!

function ttft(
  candidate: (block: number) => Partial<CallBase>,
  baseline: (block: number) => Partial<CallBase> = (block) => call(load(block), 13),
  blocks = 20,
): Comparison {
  const trials = blocksOf(blocks, candidate, baseline)
  return assess(plan, trials, 'measure').comparisons.find(
    ({ metric, stage }) => metric === 'ttft' && stage === null,
  )!
}

describe('ttft', () => {
  test('is decided at the first look with an interval where only the load scatters', () => {
    expect(ttft((block) => call(load(block, 7), 13))).toMatchObject({ verdict: 'unchanged', blocks: 8 })
  })

  test('regresses where the prompt takes long enough to be felt', () => {
    const found = ttft((block) => call(load(block, 7), 13 + 60))
    expect(found).toMatchObject({ verdict: 'regressed', blocks: 8 })
    expect(found.ratio).toBeCloseTo((253 + 77) / (253 + 17), 1)
  })

  test('names the part that differs, though it is far below the threshold', () => {
    const { verdict, parts = [] } = ttft((block) => call(load(block, 7), 13 * 1.5))
    expect(verdict).toBe('unchanged')
    expect(parts.map(({ part }) => part)).toEqual(['load', 'prompt', 'rest'])
    const [loads, prompt, rest] = parts
    expect(prompt).toMatchObject({ baseline_value: 13, candidate_value: 19.5 })
    expect(prompt!.interval).toEqual([expect.closeTo(6.5), expect.closeTo(6.5)])
    expect(rest!.interval).toEqual([expect.closeTo(0), expect.closeTo(0)])
    expect(loads!.interval![0]).toBeLessThan(0)
    expect(loads!.interval![1]).toBeGreaterThan(0)
  })

  test('regresses where the candidate loads twice as long for each call', () => {
    expect(ttft((block) => call(2 * load(block, 7), 13)).verdict).toBe('regressed')
  })

  test('is not called unchanged where the load alone is beyond the threshold', () => {
    const found = ttft((block) => call(1.25 * load(block, 7), 13), undefined, 8)
    expect(found.verdict).not.toBe('unchanged')
    expect(found.ratio).toBeGreaterThan(1.15)
  })

  test('improves where it loads for half as long', () => {
    expect(ttft((block) => call(0.5 * load(block, 7), 13)).verdict).toBe('improved')
  })

  test('is what a user observes where load and the rest change in opposite directions', () => {
    const swapped = [
      (block: number) => call(66 + (block % 5), 56),
      (block: number) => call(253 + (block % 7), 17),
    ] as const
    const slower = ttft(swapped[1], swapped[0])
    expect(slower).toMatchObject({ verdict: 'regressed', ratio: expect.closeTo(275 / 128, 1) })
    const faster = ttft(swapped[0], swapped[1])
    expect(faster).toMatchObject({ verdict: 'improved', ratio: expect.closeTo(128 / 275, 1) })
    // The rest is slower by more than the threshold, and what is observed detectably faster by less than it.
    const both = ttft(
      (block) => call(90 + (block % 3), 60),
      (block) => call(125 + (block % 3), 30),
    )
    expect(both).toMatchObject({ verdict: 'inconclusive', ratio: expect.closeTo(155 / 160, 1) })
  })

  test('is the observed one where the server reports no load, and has no parts', () => {
    const plain = (ms: number): Partial<CallBase> => ({ ttft: ms, load_duration: undefined as never })
    const found = ttft(
      () => plain(60),
      () => plain(50),
    )
    expect(found.ratio).toBeCloseTo(1.2, 10)
    expect(found).not.toHaveProperty('parts')
  })

  test('a later block does not change what an earlier look has said', () => {
    const eight = ttft((block) => call(load(block, 7), 13), undefined, 8)
    const twenty = ttft((block) => call(load(block, 7), 13))
    expect(twenty.ratio).toBe(eight.ratio)
    expect(twenty.interval).toEqual(eight.interval)
  })
})
