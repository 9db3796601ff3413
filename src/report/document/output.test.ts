import { describe, expect, test } from 'vitest'
import { callOf, trialOf } from '../../../test/support/trials.ts'
import { printMarkdown } from '../print/markdown.ts'
import { Budget, outputBlocks, outputsOf } from './output.ts'

const long = 'x'.repeat(100)
const print = (value: unknown, characters = 10_000): string =>
  printMarkdown(outputBlocks(value, 4, new Budget(characters))).trimEnd()

describe('any output is printed', () => {
  test.each([
    ['a text', 'Hello.', '```text\nHello.\n```'],
    ['a list', [1], '```text\n[1]\n```'],
    ['a list of texts', ['One.', '# Two'], '- One.\n- \\# Two'],
    ['nothing', null, '```text\nnull\n```'],
    ['an empty object', {}, '```text\n{}\n```'],
    ['a text of several lines', { notes: 'a\nb' }, '#### Notes\n\n```text\na\nb\n```'],
    ['data', { rows: [{ long }] }, `#### Rows\n\n\`\`\`text\n[\n  {\n    "long": "${long}"\n  }\n]\n\`\`\``],
    ['texts by name', { key_findings: ['A.', 'B.'] }, '#### Key findings\n\n- A.\n- B.'],
    ['short members', { ok: true, name: 'x', n: [1, 2.5] }, '- ok: true\n- name: x\n- n: [1,2.5]'],
  ])('%s', (_name, output, text) => expect(print(output)).toBe(text))

  test('by the names of its members, as they are', () => {
    const output: unknown = JSON.parse('{"__proto__": 1, "constructor": 2, "toString": 3}')
    expect(print(output)).toBe('- \\_\\_proto\\_\\_: 1\n- constructor: 2\n- toString: 3')
  })
})

test('names, lists and texts are cut, and the budget knows by how much', () => {
  expect(print({ [long]: 1 })).toBe(`- ${'x'.repeat(80)}…: 1`)
  const many = Array.from({ length: 30 }, (_, i) => `Finding ${i}.`)
  expect(print({ many })).toMatch(/- Finding 19\.\n\n10 more items in trials\.jsonl\.$/)
  const budget = new Budget(4)
  outputBlocks({ a: 'one\ntwo', b: 'three\nfour' }, 4, budget)
  expect([budget.asked, budget.cut]).toEqual([17, 13])
})

describe('of several agents', () => {
  const trial = (output: unknown) => ({
    ...trialOf({ role: 'baseline', block: 1, over: { output } }),
    calls: ['collector', 'insight'].map((agent) => callOf({ agent })),
  })

  test('each has its own part', () => {
    expect(outputsOf(trial({ collector: { report: 'A' }, insight: 'B' }))).toEqual([
      { agent: 'collector', value: { report: 'A' } },
      { agent: 'insight', value: 'B' },
    ])
  })

  test('an output that is not by agent is one', () => {
    const output = { collector: 'A', sum: 'B' }
    expect(outputsOf(trial(output))).toEqual([{ agent: undefined, value: output }])
    expect(outputsOf(trial('A'))).toEqual([{ agent: undefined, value: 'A' }])
  })
})
