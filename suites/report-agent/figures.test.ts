import { expect, test } from 'vitest'
import { figureLines, figuresOf } from './figures.ts'
import type { BenchmarkFile } from './inventory.ts'

const file = (type: BenchmarkFile['type'], content: unknown): BenchmarkFile => ({
  path: `a.${type}`,
  type,
  modified: new Date(0),
  content,
})

test('collects the figures of all files by name', () => {
  const figures = figuresOf({
    files: [
      file('csv', [
        ['run', 'TTFT ms', 'note'],
        ['1', '40', 'warm'],
        ['2', '42', 'warm'],
        ['3', '', 'failed'],
      ]),
      file('json', {
        ttft_ms: 60,
        config: { num_ctx: 1024 },
        results: [{ 'Tokens per Second': 85.5 }],
        latency_ms: { p50: 5 },
      }),
      file('markdown', [
        '- **Latency (ms)**: 524',
        '| ttft ms | 50 | x |',
        '- Latency on 2025-10-02',
        'Latency: 3',
      ]),
    ],
    unreadable: [],
  })
  expect(figures).toEqual([
    { name: 'ttft_ms', n: 4, median: 46, min: 40, max: 60 },
    { name: 'latency_ms', n: 1, median: 524, min: 524, max: 524 },
    { name: 'latency_ms_p50', n: 1, median: 5, min: 5, max: 5 },
    { name: 'tokens_per_second', n: 1, median: 85.5, min: 85.5, max: 85.5 },
  ])
  expect(figureLines(figures, 1)).toBe('- ttft_ms: median 46, 40 to 60 (4 values)')
})

test('leaves out what is no number', () => {
  expect(figuresOf({ files: [file('csv', [['ttft_ms'], ['n/a'], ['Infinity']])], unreadable: [] })).toEqual(
    [],
  )
})
