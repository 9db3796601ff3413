import { matchesSchema } from 'vitest-chimera'
import { expect, test } from 'vitest'
import { analysisSchema, parseAnalysis } from './analysis.ts'
import { checks } from './checks.ts'

const analysis = { findings: ['Cold calls take 4.2 s.'], recommendations: ['Load the model first.'] }

test('reads what fits the schema', async () => {
  const reply = JSON.stringify(analysis)
  expect(
    await matchesSchema(analysisSchema)({ output: reply, arm: '', calls: [], stages: [] }),
  ).toBeUndefined()
  expect(parseAnalysis(reply)).toEqual(analysis)
})

test.each([
  ['{"findings": ["Cold calls ta', 'The analysis is not JSON ('],
  ['', 'The analysis is not JSON ('],
  ['null', 'lacks a list'],
  ['{"findings": ["Cold calls take 4.2 s."]}', 'lacks a list'],
  ['{"findings": [1], "recommendations": []}', 'lacks a list'],
])('refuses %j', (reply, message) => {
  expect(() => parseAnalysis(reply)).toThrow(message)
})

test('the checks hold the output to it, whatever else is in it', async () => {
  const faults = async (output: object): Promise<string[]> => {
    const found: string[] = []
    for (const check of checks) found.push((await check({ output, arm: '', calls: [], stages: [] })) ?? '')
    return found.filter((fault) => fault !== '')
  }
  const output = { files: 3, data_summary: '', report: '# Report', ...analysis }
  expect(await faults(output)).toEqual([])
  expect(await faults({ ...output, findings: [] })).toEqual([expect.stringContaining('findings')])
})
