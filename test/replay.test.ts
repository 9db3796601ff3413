/** Recorded trials of a GPU, judged again: what was slower is found, what was equal is not called changed. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { replay } from '../scripts/replay.ts'

const fixture = (name: string): string =>
  fileURLToPath(new URL(`./fixtures/gpu/${name}.trials.jsonl`, import.meta.url))
const verdictsOf = (path: string) =>
  Object.fromEntries(
    replay(path)[0]!
      .comparisons.filter(({ stage }) => stage === null)
      .map(({ metric, verdict }) => [metric, verdict]),
  )

test('a decode 4.5 times slower at the socket regresses, though the server reports its usual rate', () => {
  const [found] = replay(fixture('topk'))
  expect(found!.gate).toBe('regressed')
  expect(verdictsOf(fixture('topk'))).toMatchObject({
    output_throughput: 'regressed',
    reported_throughput: 'unchanged',
    e2e_latency: 'regressed',
  })
  const slower = found!.comparisons.find(
    ({ metric, stage }) => metric === 'output_throughput' && stage === null,
  )!
  expect(slower.ratio).toBeCloseTo(0.225, 2)
})

test('fewer layers on the GPU regress; a config against itself does not', () => {
  expect(verdictsOf(fixture('ngmini'))).toMatchObject({ output_throughput: 'regressed' })
  expect(replay(fixture('aa4b-3'))[0]!.gate).toBe('passed')
})

test('why trial_duration moved: the time per token of decoding; nothing where nothing changed', () => {
  for (const [name, least, most] of [
    ['topk', 2.5, 2.65],
    ['ngmini', 1.05, 1.2],
  ] as const) {
    const { baseline_value, parts } = replay(fixture(name))[0]!.attribution!
    const largest = parts.toSorted((a, b) => b.change - a.change)[0]!
    expect(largest.part).toBe('decode_rate')
    expect(largest.interval![0]).toBeGreaterThan(0)
    expect(largest.change / baseline_value).toBeGreaterThan(least)
    expect(largest.change / baseline_value).toBeLessThan(most)
  }
  const { parts } = replay(fixture('aa4b-3'))[0]!.attribution!
  expect(parts.map(({ part }) => part)).toContain('decode_rate')
  expect(
    parts.filter(({ interval }) => interval !== undefined && (interval[0] > 0 || interval[1] < 0)),
  ).toEqual([])
})

const corpus = fileURLToPath(new URL('../../shared/corpus/gpu', import.meta.url))

describe.skipIf(!existsSync(corpus))(
  'all recordings (skipped where the corpus is not beside the project)',
  () => {
    test.each([
      'aa0',
      'aa4b-1',
      'aa4b-2',
      'aa4b-3',
      'aamini-1',
      'aamini-2',
      'aamini-3',
      'aamini-4',
      'aamini-5',
      'rep0',
      'coldmini',
    ])('%s, a config against itself: nothing gated regressed or improved', (name) => {
      const found = replay(`${corpus}/${name}.trials.jsonl.gz`).flatMap(({ comparisons }) => comparisons)
      const gated = found.filter((one) => one.gated)
      expect(gated.length).toBeGreaterThan(1)
      expect(gated.filter(({ verdict }) => verdict === 'regressed' || verdict === 'improved')).toEqual([])
    })
  },
)
