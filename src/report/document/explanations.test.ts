import { expect, test } from 'vitest'
import { sampleRun } from '../../../test/support/sample-runs.ts'
import type { Comparison } from '../../schema/generated.ts'
import { printHtml } from '../print/html.ts'
import { printMarkdown } from '../print/markdown.ts'
import { explanations } from './attribution.ts'

const [suite] = sampleRun('regressed').report.suites
const base = suite!.comparisons.find(({ kind }) => kind === 'ratio')!
const made = (part: Partial<Comparison>): Comparison => ({ ...base, ...part }) as Comparison
const markdown = (...some: Comparison[]): string => printMarkdown(explanations(some))

const parts = [
  { part: 'load', baseline_value: 253, candidate_value: 255, interval: [-9, 13] },
  { part: 'prompt', baseline_value: 13, candidate_value: 19.5, interval: [6.2, 6.9] },
  { part: 'rest', baseline_value: 4, candidate_value: 4 },
] satisfies Comparison['parts']

test('report.md names the parts of a TTFT that differ, report.html all of them', () => {
  const found = made({ metric: 'ttft', parts })
  expect(markdown(found).trim()).toBe(
    'ttft by part: prompt evaluation 13.0 → 19.5 ms (+6.50 ms [+6.20, +6.90]).',
  )
  const page = printHtml(explanations([found]))
  expect(page).toContain('load 253 → 255 ms (~ +2.0 ms [−9.0, +13.0])')
  expect(page).toContain('the rest 4.00 → 4.00 ms')
})

test('a duration at equal length stands in report.md where the duration itself is open or moved', () => {
  const adjusted = { length_adjusted: { ratio: 1.01, interval: [0.99, 1.03] } } satisfies Partial<Comparison>
  const one = { metric: 'trial_duration', gated: true, ...adjusted } as const
  expect(markdown(made({ ...one, verdict: 'inconclusive' }))).toContain(
    'trial_duration at equal output tokens: ~ +1.0 % [−1.0, +3.0]',
  )
  expect(markdown(made({ ...one, verdict: 'unchanged' })).trim()).toBe('')
})
