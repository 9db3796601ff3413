import { describe, expect, test } from 'vitest'
import { callOf, trialOf } from '../../test/support/trials.ts'
import { outputsOf, partsOf } from './output-parts.ts'

const nothing = {
  facts: [],
  dataSummary: undefined,
  findings: [],
  recommendations: [],
  report: undefined,
  others: [],
  personas: [],
}

const long = 'x'.repeat(100)

test('the members of the convention go to their places', () => {
  expect(
    partsOf({
      files: 3,
      report: '# Report',
      data_summary: 'Total files analyzed: 3',
      findings: ['One.', 'Two.'],
      recommendations: '- Load first.\n2. Then measure.\n\n* 3 times',
      personas: { collector: 'You collect.' },
    }),
  ).toEqual({
    ...nothing,
    facts: [['files', '3']],
    dataSummary: 'Total files analyzed: 3',
    findings: ['One.', 'Two.'],
    recommendations: ['Load first.', 'Then measure.', '3 times'],
    report: '# Report',
    personas: [['collector', 'You collect.']],
  })
})

describe('what is not of their kind is shown as it is', () => {
  test.each([
    ['a text', 'Hello.', [['output', 'Hello.']]],
    ['a list', [1], [['output', '[\n  1\n]']]],
    ['nothing', null, [['output', 'null']]],
    ['an empty object', {}, [['output', '{}']]],
    ['a text of several lines', { notes: 'a\nb' }, [['notes', 'a\nb']]],
    ['data', { rows: [long] }, [['rows', `[\n  "${long}"\n]`]]],
    ['a report that is no text', { report: [long] }, [['report', `[\n  "${long}"\n]`]]],
  ])('%s', (_name, output, others) => {
    expect(partsOf(output)).toEqual({ ...nothing, others })
  })

  test('in a word where it is short', () => {
    const output = { ok: true, name: 'x', findings: [{ a: 1 }], recommendations: [], personas: { a: [] } }
    expect(partsOf(output)).toEqual({
      ...nothing,
      facts: [
        ['ok', 'true'],
        ['name', 'x'],
        ['findings', '[{"a":1}]'],
        ['recommendations', '[]'],
        ['personas', '{"a":[]}'],
      ],
    })
  })

  test('whatever it is called', () => {
    const { facts } = partsOf(JSON.parse('{"__proto__": 1, "constructor": 2, "toString": 3}'))
    expect(facts.map(([name]) => name)).toEqual(['__proto__', 'constructor', 'toString'])
  })
})

test('names are cut', () => {
  const { facts, personas } = partsOf({ [long]: 1, personas: { [long]: 'You are.' } })
  expect([facts, personas]).toEqual([[[`${'x'.repeat(80)}…`, '1']], [[`${'x'.repeat(80)}…`, 'You are.']]])
})

describe('of several agents', () => {
  const trial = (output: unknown) => ({
    ...trialOf({ role: 'baseline', block: 1, over: { output } }),
    calls: ['collector', 'insight'].map((agent) => callOf({ agent })),
  })

  test('each has its own part', () => {
    const outputs = outputsOf(trial({ collector: { report: 'A' }, insight: 'B' }))
    expect(outputs).toEqual([
      { agent: 'collector', parts: { ...nothing, report: 'A' } },
      { agent: 'insight', parts: { ...nothing, others: [['output', 'B']] } },
    ])
  })

  test('an output that is not by agent is one', () => {
    expect(outputsOf(trial({ collector: 'A', sum: 'B' }))).toMatchObject([{ agent: undefined }])
    expect(outputsOf(trial('A'))).toEqual([
      { agent: undefined, parts: { ...nothing, others: [['output', 'A']] } },
    ])
  })
})

test("the older system's names are known in an import alone", () => {
  const output = { key_findings: ['A.'], persona: 'You are.' }
  const run = trialOf({ role: 'baseline', block: 1, over: { output } })
  expect(outputsOf({ ...run, source: 'import' })[0]!.parts).toEqual({
    ...nothing,
    findings: ['A.'],
    personas: [['', 'You are.']],
  })
  expect(outputsOf(run)[0]!.parts.findings).toEqual([])
})
