import { describe, expect, test } from 'vitest'
import { judge } from '../../test/support/judge.ts'
import { noRepetition, tailLoops } from './repetition.ts'

describe('noRepetition', () => {
  test.each([
    [
      'one character, as recorded',
      `The record of accuracy ${'Σ'.repeat(31)}`,
      'repeats "Σ" 31 times in a row at its end',
    ],
    ['a character beyond the BMP', `levels ${'🔍'.repeat(31)}\n`, 'repeats "🔍" 31 times'],
    ['a word', `again ${'very '.repeat(20)}`, 'repeats "very" 19 times in a row'],
    [
      'a loop the model left again',
      `${'测试(benchmark)'.repeat(40)} and so on.`,
      'repeats "测试(benchmark)" 40 times in a row.',
    ],
    [
      'a paragraph at the end',
      `Intro.\n${'The data shows a strong trend to reports.\n'.repeat(5)}`,
      '5 times in a row at its end',
    ],
  ])('fails %s', async (_, output, message) => {
    expect(await judge(noRepetition(), output)).toContain(message)
  })

  test.each([
    ['rules and tables', `# Title\n${'-'.repeat(80)}\n|${'---|'.repeat(30)}\n${'='.repeat(60)}`],
    ['a long fraction', `The mean is 0.${'9'.repeat(40)}`],
    ['leaders', `Contents ${'.'.repeat(60)} 4`],
    ['rows that are alike', '| a | n/a |\n'.repeat(3)],
    ['a text that says things twice', 'It is what it is. It is what it is.'],
    ['nothing', ''],
  ])('passes %s', async (_, output) => {
    expect(await judge(noRepetition(), output)).toBeUndefined()
  })

  test('takes another number of times', async () => {
    const output = 'no '.repeat(10)
    expect(await judge(noRepetition(), output)).toBeUndefined()
    expect(await judge(noRepetition({ times: 5 }), output)).toContain('repeats "no"')
  })
})

test.each([
  ['and so on' + 'x'.repeat(31), { unit: 'x', times: 31 }],
  ['and so on ' + '𝚞'.repeat(31), { unit: '𝚞', times: 31 }],
  ['again ' + 'la la '.repeat(12).trimEnd(), { unit: ' la', times: 24 }],
  ['wow!!! '.repeat(11), { unit: 'wow!!! ', times: 11 }],
  ['x'.repeat(9), undefined],
  ['honest text.', undefined],
  ['', undefined],
])('the shortest loop at the end of %j', (whole, loop) => {
  expect(tailLoops(whole, { shortest: 1, longest: 40, times: 10 })[0]).toEqual(loop)
})
