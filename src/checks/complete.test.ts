import { describe, expect, test } from 'vitest'
import { judge, recordedCall } from '../../test/support/judge.ts'
import { complete } from './complete.ts'

describe('complete', () => {
  test.each([
    ['a sentence', 'The Rhine is long. The Nile is longer.'],
    ['a bare answer', 'Nile, Amazon, Rhine'],
    ['a list whose last item has no full stop', 'They are long.\n\n- Nile\n- Rhine'],
    ['a table', 'They are long.\n\n| Nile | 6650 km |'],
    ['a closed code block', 'Run it. Like this:\n```\nnpm test\n```'],
    ['a question', 'That is all. Shall I go on?'],
    ['an emphasis', 'That is all.\n\n**End of report**'],
  ])('passes %s', async (_, output) => {
    expect(await judge(complete(), output)).toBeUndefined()
  })

  test.each([
    ['nothing', '', /empty/],
    ['marks only', '---\n**  **', /empty/],
    [
      'a text that breaks off',
      'The Nile is long. The Rhine and',
      /breaks off .* "The Nile is long. The Rhine and"/,
    ],
    ['a text that ends with a comma', 'The Nile is long. The Rhine,', /breaks off/],
    ['an open code block', 'Run it:\n```\nnpm test', /inside a code block/],
  ])('fails %s', async (_, output, message) => {
    expect(await judge(complete(), output)).toMatch(message)
  })

  const cut = recordedCall({ index: 1, stage: 'report', done_reason: 'length', eval_count: 240 })

  test('fails a call that its limit cut, and names it', async () => {
    expect(await judge(complete(), 'All is well.', [cut])).toMatch(
      /^Call 1 \(report\) was cut off at its limit of 240 tokens/,
    )
  })

  test('lets a cut pass where the suite bounds its replies, but not an empty output', async () => {
    expect(
      await judge(complete({ allowCut: true }), 'The Nile is long. The Rhine and', [cut]),
    ).toBeUndefined()
    expect(await judge(complete({ allowCut: true }), ' ', [cut])).toMatch(/empty/)
  })
})
