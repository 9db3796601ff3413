import { describe, expect, test } from 'vitest'
import { readArguments, usageError } from './command.ts'

const usage = (detail: string) => usageError('history', detail)
const read = (...args: string[]) => readArguments(args, { metric: { type: 'string', short: 'm' } }, usage)

describe('the arguments of a command', () => {
  test('options, positionals also after --, and --help', () => {
    const { values, positionals } = read('one', '-m', 'ttft', '--', '--two')
    expect(values).toEqual({ metric: 'ttft', help: false })
    expect(positionals).toEqual(['one', '--two'])
    expect(read('-h').values.help).toBe(true)
  })

  test.each([
    [['--other'], "Unknown option '--other'. See `vitest-chimera history --help`."],
    [['-m'], "Option '-m, --metric <value>' argument missing. See `vitest-chimera history --help`."],
    [['--help=no'], "Option '-h, --help' does not take an argument. See `vitest-chimera history --help`."],
  ])('are refused in one line: %j', (args, message) => {
    expect(() => read(...args)).toThrow(expect.objectContaining({ code: 'history_usage', message }))
  })

  test('a refusal that quotes what was given is one line, whatever that holds', () => {
    expect(() => read('--a\u001b[31m\nb')).toThrow(/^Unknown option '--a\P{C}*b'\. See \P{C}*$/u)
    expect(usageError('audit', 'No.', '; flags follow `--`').message).toBe(
      'No. See `vitest-chimera audit --help`; flags follow `--`.',
    )
  })
})
