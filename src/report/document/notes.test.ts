import { describe, expect, test } from 'vitest'
import { sampleRun } from '../../../test/support/sample-runs.ts'
import type { Concurrency } from '../../schema/generated.ts'
import { printHtml } from '../print/html.ts'
import { printMarkdown } from '../print/markdown.ts'
import { collectNotes, legendBlocks } from './notes.ts'

const { report } = sampleRun('regressed')
const [first, second] = report.suites.map((suite, i) => ({
  ...suite,
  warnings: [
    { code: 'clamped', message: 'num_ctx is 2048', arm: 'baseline' },
    ...(i === 1
      ? [{ code: 'cache', message: 'hits' }]
      : [{ code: 'absent', message: 'no tpot', metric: 'tpot' as const }]),
    { code: 'noisy', message: 'ttft', metric: 'ttft' as const },
  ],
}))
const notes = collectNotes({ ...report, suites: [first!, second!] })

test('each kind of warning is one note, however many suites raise it', () => {
  expect(notes.all.map(({ number, code }) => [number, code])).toEqual([
    [1, 'clamped'],
    [2, 'absent'],
    [3, 'noisy'],
    [4, 'cache'],
  ])
  expect(notes.all[0]!.messages[0]!.where).toEqual([['report-agent', 'baseline']])
})

test('marks stand where the warning applies', () => {
  expect(notes.at(first!, { arm: 'baseline' })).toEqual([1])
  expect(notes.at(second!, { metric: 'ttft' })).toEqual([3])
  expect(notes.at(second!)).toEqual([4])
})

test('a warning about a metric that was not compared shows at the suite', () => {
  expect(notes.at(first!)).toEqual([])
  expect(notes.at(first!, { metric: 'tpot' })).toEqual([2])
})

describe('how to read', () => {
  const estimate = { value: 1.9, interval: [1.8, 2] as [number, number] }
  const concurrency: Concurrency = {
    agents: [],
    blocks: 6,
    speedup: estimate,
    efficiency: estimate,
    slowdown: estimate,
    load_balance: estimate,
    verdict: 'serialized',
  }
  const team = { ...first!, arms: first!.arms.map((arm) => ({ ...arm, concurrency })) }

  test('a team, with the efficiency where its column is', () => {
    const blocks = legendBlocks([team])
    expect(printMarkdown(blocks)).toMatch(/from the same blocks; slowdown is .* Serialized: the agents take/)
    expect(printHtml(blocks)).toContain('from the same blocks; efficiency is speedup per agent; slowdown is')
  })

  test('a threshold, and of each metric in points what it counts', () => {
    const { comparisons } = first!
    const rate = comparisons.find(({ kind }) => kind === 'difference')!
    const markdown = printMarkdown(
      legendBlocks([{ ...first!, comparisons: [...comparisons, { ...rate, metric: 'stall_share' }] }]),
    )
    expect(markdown).toContain('factor of 1.05 in either direction: +5.0 % or −4.8 %')
    expect(markdown).toMatch(/stall_share is a difference.*over the blocks[^]*valid_rate is a difference/)
    expect(printMarkdown(legendBlocks([{ ...first!, comparisons: [rate] }]))).not.toMatch(/1\.05|stall_share/)
  })
})
