import { describe, expect, test } from 'vitest'
import { paragraphs, quote, text, unwrapped, withoutCode } from './text.ts'

describe('text', () => {
  test.each([
    ['a string', 'plain', 'plain'],
    ['a response of generate', { response: 'hello', done: true }, 'hello'],
    ['a response of chat', { message: { role: 'assistant', content: 'hello' } }, 'hello'],
    ["an agent's own object", { analysis: 'first', report: 'second' }, 'second'],
    ['any other object', { answer: 42 }, '{\n  "answer": 42\n}'],
    ['a number', 7, '7'],
    ['nothing', undefined, ''],
    ['null', null, ''],
  ])('takes it from %s', (_, output, expected) => {
    expect(text(output)).toBe(expected)
  })
})

describe('withoutCode', () => {
  test('drops code, and keeps a report that is wrapped in a Markdown fence', () => {
    expect(withoutCode('```markdown\n# Title\nuse `x` now\n```\n')).toBe('# Title\nuse   now\n')
    expect(withoutCode('before\n```js\nlet a = 1\n```\nafter')).toBe('before\n\n\nafter')
  })

  test('a wrapped report may hold fences of its own', () => {
    const report = '# A\n\n```js\nlet a = 1\n```\n\n# B\n'
    expect(unwrapped(`\`\`\`markdown\n${report}\`\`\`\n`)).toBe(report)
    expect(withoutCode(`\`\`\`md\n${report}\`\`\``)).toBe('# A\n\n\n\n\n# B\n')
  })

  test('a report in a fence and code after it are two', () => {
    expect(withoutCode('```markdown\n# A\n```\nand\n```js\nlet a = 1\n```')).toBe('# A\n\nand\n\n')
  })

  test('a fence that never closes takes the rest', () => {
    expect(withoutCode('before\n```js\nlet a = 1\nlet b')).toBe('before\n\n')
  })
})

test('paragraphs are free of marks', () => {
  expect(paragraphs('## **A title**\n\n- one\n- two')).toEqual(['A title', 'one\n two'])
})

describe('quote', () => {
  test('makes hostile text one safe line', () => {
    expect(quote('a\u001b[31mred\r\nb\u202ec')).toBe('"a [31mred b c"')
  })

  test('never cuts a character in half', () => {
    expect(quote('🔍'.repeat(10), 4)).toBe('"🔍🔍🔍…"')
  })
})
