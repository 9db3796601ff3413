import { describe, expect, test } from 'vitest'
import { codeSuite, htmlOf, markdownOf, sampleRun } from '../../../test/support/sample-runs.ts'
import type { Attribution, AttributionPart, Report } from '../../schema/generated.ts'
import { reportFaults } from '../../schema/validate.ts'
import { printTerminal } from '../print/terminal.ts'
import { attributionSentence } from './attribution.ts'
import { summaryDocument } from './summary.ts'

const calls: AttributionPart = {
  stage: 'report',
  part: 'calls',
  change: 1240,
  interval: [1180, 1290],
  count: 3,
}
const own: AttributionPart = { stage: null, part: 'own_code', change: 280, interval: [270, 290] }
const unsure: AttributionPart = { stage: 'report', part: 'load', change: -3, interval: [-9, 4] }

function attributionOf(...parts: AttributionPart[]): Attribution {
  const change = parts.reduce((sum, part) => sum + part.change, 0)
  return {
    baseline_value: 4000,
    candidate_value: 4000 + change,
    change,
    interval: [change - 50, change + 50],
    blocks: 12,
    parts,
  }
}

/** The sentence as the terminal prints it. */
const sentence = (...parts: AttributionPart[]): string =>
  printTerminal([{ kind: 'prose', text: attributionSentence(attributionOf(...parts)) }], {
    color: false,
    width: 200,
  }).trim()

function reportWith(attribution: Attribution): Report {
  const { report } = sampleRun('regressed')
  return { ...report, suites: report.suites.map((suite) => codeSuite(suite, { attribution })) }
}

describe('the sentence', () => {
  test('names what is detected, the largest first', () => {
    expect(sentence(own, unsure, calls)).toBe(
      '+37.9 % trial_duration: report stage makes 3 more calls (+31.0 %), own code +280 ms (+7.0 %)',
    )
  })

  test('says so where nothing is detected', () => {
    expect(sentence(unsure)).toBe('~ −0.1 % trial_duration: no change of any part is detected')
    const { interval: _, ...open } = calls
    expect(sentence(open)).toBe('+31.0 % trial_duration: no change of any part is detected')
  })

  test.each<[Partial<AttributionPart>, string]>([
    [{ part: 'calls', count: -1 }, 'report stage makes 1 fewer call'],
    [{ part: 'calls', count: 2.5, stage: null }, 'the agent makes 2.5 more calls'],
    [{ part: 'input_tokens', count: 400 }, 'report stage evaluates 400 more prompt tokens per call'],
    [{ part: 'output_tokens', count: -50 }, 'report stage decodes 50 fewer tokens per call'],
    [{ part: 'prompt_rate' }, 'report stage prompt evaluation, time per token +100 ms'],
    [{ part: 'decode_rate', stage: null }, 'decoding, time per token +100 ms'],
    [{ part: 'own_code' }, 'report stage own code +100 ms'],
  ])('%j reads "%s"', (part, text) => {
    const { count: _, ...plain } = calls
    expect(sentence({ ...plain, change: 100, interval: [90, 110], ...part })).toBe(
      `+2.5 % trial_duration: ${text} (+2.5 %)`,
    )
  })

  test('names three parts and counts the rest', () => {
    const parts = [1, 2, 3, 4, 5].map((n) => ({
      ...own,
      stage: `s${n}`,
      change: n * 100,
      interval: [1, 900] as [number, number],
    }))
    expect(sentence(...parts)).toMatch(/: s5 stage own code .*, s4 .*, s3 .*, and 2 smaller parts$/)
  })
})

test('a part of less than a tenth of the change is only counted', () => {
  expect(sentence(calls, { ...own, change: 100 })).toBe(
    '+33.5 % trial_duration: report stage makes 3 more calls (+31.0 %), and 1 smaller part',
  )
})

describe('the reports', () => {
  const report = reportWith(attributionOf(own, unsure, calls))

  test('are valid, and the terminal has the sentence', () => {
    expect(reportFaults(report)).toEqual([])
    expect(printTerminal(summaryDocument(report, 'reports'), { color: false, width: 120 })).toContain(
      'report stage makes 3 more calls (+31.0 %)',
    )
  })

  test('report.md has what was detected, the sum of the rest and the whole', () => {
    const markdown = markdownOf(report)
    const rows = markdown.slice(markdown.indexOf('Why trial_duration moved')).match(/^\|.*\|$/gm)!
    const cells = rows.slice(2, 6).map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    expect(cells).toEqual([
      ['report', 'calls, +3.0 per trial', '+1240 ms [+1180, +1290]', '+31.0 %'],
      ['outside stages', 'own code', '+280 ms [+270, +290]', '+7.0 %'],
      ['all', '1 other part, no change detected', '−3.00 ms', '−0.1 %'],
      ['all', '**trial_duration**', '+1517 ms [+1467, +1567]', '+37.9 %'],
    ])
  })

  test('report.html has every part; a hostile name of a stage is text', () => {
    const { trials } = sampleRun('regressed')
    const hostile = { ...calls, stage: '<img src=x>' }
    const html = htmlOf(reportWith(attributionOf(hostile, unsure)), trials)
    expect(html).toContain('−3.00 ms [−9.00, +4.00]')
    expect(html).toContain('&lt;img src=x&gt; stage makes')
    expect(html).not.toContain('<img src=x>')
  })

  test('without an attribution say nothing of it', () => {
    expect(markdownOf(sampleRun('regressed').report)).not.toContain('Why trial_duration moved')
  })
})
