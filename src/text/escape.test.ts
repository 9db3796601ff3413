import { array, assert, integer, oneof, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { code, escapeMarkdown, fence, toHtml } from './escape.ts'

describe('toHtml', () => {
  test('escapes what is interpolated, keeps what is finished, joins lists', () => {
    expect(
      toHtml`<b>${'<i>'}</b>${toHtml`<u>${'"\'&'}</u>`}${undefined}${['a', toHtml`<p>`, '>']}${3}`.text,
    ).toBe('<b>&lt;i&gt;</b><u>&quot;&#39;&amp;</u>a<p>&gt;3')
  })

  test('no text opens a tag or leaves an attribute', () => {
    assert(property(string({ unit: 'binary' }), (text) => !/[<>"']/.test(toHtml`${text}`.text)))
  })
})

describe('escapeMarkdown', () => {
  const cases: [text: string, markdown: string][] = [
    ['output_throughput', 'output_throughput'],
    ['_emphasis_ and **bold**', '\\_emphasis\\_ and \\*\\*bold\\*\\*'],
    ['<img src=x>', '\\<img src=x>'],
    ['a & b &lt; c', 'a & b \\&lt; c'],
    ['[link](javascript:alert(1))', '\\[link](javascript:alert(1))'],
    ['# heading', '\\# heading'],
    ['1. item', '1\\. item'],
    ['> quote', '\\> quote'],
    [' >quote', '\\>quote'],
    ['a > b', 'a > b'],
    ['- item', '\\- item'],
    ['-12.1 %', '-12.1 %'],
    ['~ +1.6 % [−30.3, +58.2]', '~ +1.6 % [−30.3, +58.2]'],
    ['~~struck~~', '\\~\\~struck\\~\\~'],
    ['p<0.001, a < b', 'p<0.001, a < b'],
    ['[x]: http://a.b', '\\[x]: `http://a.b`'],
    ['see [1][2] and [^1]', 'see \\[1]\\[2] and \\[^1]'],
    ['[a @x b](javascript:c)', '\\[a `@x` b](javascript:c)'],
    ['ends in [x]', 'ends in \\[x]'],
    ['two\n\n# lines', 'two # lines'],
    ['Get it with `ollama pull gemma3`.', 'Get it with `ollama pull gemma3`.'],
    ['one ` backtick', 'one \\` backtick'],
    ['thanks @octocat, see #12.', 'thanks `@octocat`, see `#12`.'],
    ['at (http://127.0.0.1:11434).', 'at (`http://127.0.0.1:11434`).'],
    ['`a``b`', '`ab`'],
    ['http://a.b`c`', '`http://a.bc`'],
  ]
  test.each(cases)('%j', (text, markdown) => expect(escapeMarkdown(text)).toBe(markdown))

  test('never breaks its line', () => {
    assert(property(string({ unit: 'binary' }), (text) => !/[\n\r\u2028\u2029]/.test(escapeMarkdown(text))))
  })
})

test.each([
  ['plain', '`plain`'],
  ['a`b', '``a`b``'],
  ['`edge`', '`` `edge` ``'],
  ['', ''],
])('code(%j)', (text, markdown) => expect(code(text)).toBe(markdown))

test('no output closes its fence', () => {
  const lines = array(
    oneof(
      string(),
      integer({ min: 1, max: 9 }).map((n) => '`'.repeat(n)),
    ),
  )
  assert(
    property(lines, (text) => {
      const [open = '', ...rest] = fence(text.join('\n')).split('\n')
      const ticks = open.replace('text', '')
      expect(rest.at(-1)).toBe(ticks)
      expect(rest.slice(0, -1).some((line) => line.includes(ticks))).toBe(false)
    }),
  )
})
