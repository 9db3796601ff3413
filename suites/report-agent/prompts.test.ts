import { expect, test } from 'vitest'
import { analysisPrompt, reportPrompt } from './prompts.ts'

const summary = `Total files analyzed: 7

CSV Files (6)
  - csv_data/run_1.csv
  ... and 5 more
  Latest modified: 2025-11-14 18:53:30 UTC

JSON Files (1)
  - reports/a.json
  Latest modified: 2025-10-08 17:20:51 UTC

Unreadable Files (1)
  - reports/b.json (Unexpected end of JSON input)`

test('the analysis sees the whole summary and the figures', () => {
  const prompt = analysisPrompt(summary, '- ttft_ms: median 46')
  expect(prompt).toContain(summary)
  expect(prompt).toContain('Figures:\n- ttft_ms: median 46\n')
})

test('the report sees the counts alone, and no more of the analysis than fits', () => {
  const analysis = { findings: ['Cold calls take 4.2 s.'], recommendations: ['x'.repeat(5000)] }
  const prompt = reportPrompt(summary, '- ttft_ms: median 46', analysis)
  expect(prompt).toContain(
    'Data: Total files analyzed: 7; CSV Files (6); JSON Files (1); Unreadable Files (1).\n',
  )
  expect(prompt).toContain('Findings:\n- Cold calls take 4.2 s.\n')
  expect(prompt).not.toContain('run_1.csv')
  expect(prompt.length).toBeLessThan(1500)
})
