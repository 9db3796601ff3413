/** What the history says, and what it can fail with. */
import { usageError } from '../command.ts'
import { ChimeraError } from '../errors.ts'
import { count, oneLine } from '../text/index.ts'

export const historyErrors = {
  usage: (detail: string): ChimeraError => usageError('history', detail),
  none: (folder: string): ChimeraError =>
    new ChimeraError(
      'history_none',
      `There is no such run in ${oneLine(folder)}/history/runs.jsonl. Every complete run adds to it: run \`npx vitest bench\`, or correct the folder, --suite, --file, --arm or --fingerprint.`,
    ),
  several: (names: readonly string[]): ChimeraError =>
    new ChimeraError(
      'history_several',
      `A CSV file holds one series, but ${names.length} fit. Choose one with --suite, --file, --arm and --fingerprint:\n${names.map((name) => `  - ${oneLine(name)}`).join('\n')}`,
    ),
} as const

export const historyTexts = {
  notWritten: (detail: string): string => `The run was not added to the history (${oneLine(detail)}).`,
  unreadable: (lines: number): string => `${count(lines, 'line')} of the history could not be read.`,
  legend: (): string =>
    'Changes are found by E-divisive (Matteson and James, 2014) at p ≤ 0.001, with at least five runs on either side. They are advisory: conditions of a run change too.',
} as const
