import { describe, expect, test } from 'vitest'
import { judge } from '../../test/support/judge.ts'
import { hasSections, matchesSchema } from './structure.ts'

const check = hasSections(['Executive Summary', 'Key Findings'])

describe('hasSections', () => {
  test.each([
    ['headings', '# Report\n## 1. Executive Summary\nFast.\n## 2. Key findings\nNone.'],
    ['bold lines', '**1. Executive Summary**\n\nFast.\n\n**Key Findings:**\n* None'],
    ['numbered lines', '1. Executive Summary\nFast.\n2. Key Findings:\nNone.'],
    ['a wrapped report', '```markdown\n## Executive Summary\nFast.\n## Key Findings (3)\nNone.\n```'],
    [
      'a wrapped report with code in it',
      '```markdown\n## Executive Summary\nFast.\n```js\nlet a = 1\n```\n## Key Findings\nNone.\n```\n',
    ],
    ['text that stands in subsections', '## Executive Summary\n### Speed\nFast.\n## Key Findings\nNone.'],
  ])('finds %s', async (_, output) => {
    expect(await judge(check, output)).toBeUndefined()
  })

  test('names what is missing and what is there', async () => {
    expect(await judge(check, '## Executive Summary\nFast.\n## Appendix\nNone.')).toContain(
      'no section "Key Findings"; it has "executive summary", "appendix".',
    )
    expect(await judge(check, 'Plain text.')).toContain('it has none.')
  })

  test('a heading inside code is none, and a mention in a sentence neither', async () => {
    expect(
      await judge(check, '## Executive Summary\nThe key findings are these.\n```\n# Key Findings\n```'),
    ).toContain('no section "Key Findings"')
  })

  test('an empty section fails', async () => {
    expect(await judge(check, '## Executive Summary\n\n## Key Findings\nNone.')).toContain(
      'section "Executive Summary" is empty',
    )
  })
})

const schema = {
  type: 'object',
  required: ['findings'],
  properties: { findings: { type: 'array', items: { type: 'string' }, minItems: 1 } },
}

describe('matchesSchema', () => {
  test.each([
    ['an object', { findings: ['one'] }],
    ['a text', '{"findings":["one"]}'],
    ['a fenced text', '```json\n{"findings":["one"]}\n```\n'],
    ["a model's response", { response: '{"findings":["one"]}', done: true }],
  ])('passes %s', async (_, output) => {
    expect(await judge(matchesSchema(schema), output)).toBeUndefined()
  })

  test("an agent's own object may be done, too", async () => {
    const own = matchesSchema({ type: 'object', required: ['done', 'text'] })
    expect(await judge(own, { done: true, text: 'buy milk' })).toBeUndefined()
    const chat = { done: true, message: { role: 'assistant', content: '{"findings":["one"]}' } }
    expect(await judge(matchesSchema(schema), chat)).toBeUndefined()
  })

  test('fails with the path and what was expected', async () => {
    expect(await judge(matchesSchema(schema), {})).toContain('output: "findings" is missing.')
    expect(await judge(matchesSchema(schema), { findings: [1] })).toContain(
      'output.findings[0]: must be string',
    )
  })

  test('fails a text that is not JSON', async () => {
    expect(await judge(matchesSchema(schema), '{"findings":["on')).toMatch(/^The output is not JSON \(/)
  })

  test('refuses a schema that is none, when the suite is defined', () => {
    expect(() => matchesSchema({ type: 'list' })).toThrow(/JSON Schema is invalid/)
  })
})
