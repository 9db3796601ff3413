/** What the commands of `vitest-chimera` share: where they write, how they read their arguments, how they refuse them. */
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { ChimeraError, messageOf } from './errors.ts'
import { oneLine } from './text/index.ts'

/** Runs one command; resolves to the exit code. Failures a user can cure are thrown as ChimeraErrors. */
export type Command = (args: readonly string[], io: CommandIo) => Promise<number>

/** Where a command writes, and where it asks. */
export interface CommandIo {
  stdout: (text: string) => void
  stderr: (text: string) => void
  /** The terminal's two sides; those of the process unless given. */
  terminal?: { input: NodeJS.ReadableStream & { isTTY?: boolean }; output: NodeJS.WritableStream }
}

/** The error of wrong arguments of a command: `usageError('history', 'Expected one folder.')`. */
export function usageError(command: string, detail: string, hint = ''): ChimeraError {
  return new ChimeraError(
    `${command}_usage`,
    `${oneLine(detail).replace(/\.?$/, '.')} See \`vitest-chimera ${command} --help\`${hint}.`,
  )
}

const HELP: { help: { type: 'boolean'; short: 'h'; default: false } } = {
  help: { type: 'boolean', short: 'h', default: false },
}

/** What `parseArgs` makes of these options and `--help`. */
type Arguments<O extends NonNullable<ParseArgsConfig['options']>> = ReturnType<
  typeof parseArgs<{ args: string[]; allowPositionals: true; options: O & typeof HELP }>
>

/**
 * The options and positionals of a command, also those after `--`; each knows `--help`.
 *
 * @param usage makes the error of the command
 * @throws ChimeraError on an unknown option, or one that lacks its value
 */
export function readArguments<const O extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: O,
  usage: (detail: string) => ChimeraError,
): Arguments<O> {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: { ...options, ...HELP } })
  } catch (error) {
    // Node goes on to explain how to pass a file with such a name.
    throw usage(messageOf(error).replace(/\. To specify a positional argument[^]*/, ''))
  }
}
