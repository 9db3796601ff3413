import { describe, expect, test } from 'vitest'
import { callOf, trialOf } from '../../../test/support/trials.ts'
import { printMarkdown } from '../print/markdown.ts'
import { heading } from './blocks.ts'
import { lastOutput, type LastOutput } from './output.ts'

const long = 'x'.repeat(100)
const trial = (output: unknown) => ({
  ...trialOf({ role: 'baseline', block: 1, over: { output } }),
  calls: ['collector', 'insight'].map((agent) => callOf({ agent })),
})
const outputOf = (output: unknown, longest = 10_000): LastOutput | undefined =>
  lastOutput([trial(output)], longest, (agent) => [heading(4, `Agent ${agent}`)])
const print = (output: unknown): string => printMarkdown(outputOf(output)?.blocks ?? []).trimEnd()

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
  expect(outputOf({ a: 'one\ntwo', b: 'three\nfour' }, 4)).toMatchObject({ asked: 17, cut: 13 })
})

describe('of several agents', () => {
  test('each has its own part', () => {
    expect(print({ collector: { ok: true }, insight: 'B' })).toBe(
      '#### Agent collector\n\n- ok: true\n\n#### Agent insight\n\n```text\nB\n```',
    )
  })

  test('an output that is not by agent is one', () => {
    expect(print({ collector: 'A', sum: 'B' })).toBe('- collector: A\n- sum: B')
    expect(print('A')).toBe('```text\nA\n```')
  })
})
