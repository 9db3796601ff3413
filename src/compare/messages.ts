import { usageError } from '../command.ts'
import { ChimeraError, messageOf } from '../errors.ts'

/** What keeps stored reports from being compared. */
export const compareErrors = {
  usage: (detail: string): ChimeraError => usageError('compare', detail),
  missing: (path: string): ChimeraError =>
    new ChimeraError(
      'compare_missing',
      `There is no report at ${path}. Run \`npx vitest bench\` to make one and keep its reports/report.json, or correct the path.`,
    ),
  unreadable: (path: string, cause: Error): ChimeraError =>
    new ChimeraError(
      'compare_unreadable',
      `The report at ${path} could not be read (${cause.message}). Give the path of a readable report.json or its folder.`,
      { cause },
    ),
  notJson: (path: string, cause: unknown): ChimeraError =>
    new ChimeraError(
      'compare_not_json',
      `The report at ${path} is not JSON (${messageOf(cause)}). Give the path of a complete, unmodified report.json.`,
      { cause },
    ),
  otherVersion: (path: string, expected: number, received: unknown): ChimeraError =>
    new ChimeraError(
      'compare_version',
      `The report at ${path} has an unsupported schema_version: Expected ${expected} but received ${JSON.stringify(received) ?? 'none'}. Create it again with this version, or compare with the version of vitest-chimera that wrote it.`,
    ),
  notComparable: (differences: readonly string[], flags: readonly string[]): ChimeraError =>
    new ChimeraError(
      'not_comparable',
      `The reports are not comparable:\n${differences.map((one) => `  - ${one}`).join('\n')}\nTo compare them anyway, use ${flags.map((flag) => `\`--compare ${flag}\``).join(' and ')}.`,
    ),
  outIsInput: (path: string): ChimeraError =>
    new ChimeraError(
      'compare_out',
      `--out ${path} is one of the reports to be compared. Choose another path.`,
    ),
  unwritable: (path: string, cause: Error): ChimeraError =>
    new ChimeraError(
      'compare_unwritable',
      `The comparison could not be written to ${path} (${cause.message}). Free some disk space or fix the permissions, or choose another path for --out.`,
      { cause },
    ),
} as const
