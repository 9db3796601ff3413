import { describe, expect, test } from 'vitest'
import { judge } from '../../test/support/judge.ts'
import { matchesSchema } from './schema.ts'

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
