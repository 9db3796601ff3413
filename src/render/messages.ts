/** What the rendering of a stored report says. */
import { ChimeraError } from '../errors.ts'
import { count, oneLine } from '../text/index.ts'

export const renderErrors = {
  usage: (detail: string): ChimeraError =>
    new ChimeraError('report_usage', `${detail} See \`vitest-chimera report --help\`.`),
} as const

export const renderTexts = {
  withoutTrials: (why: string): string =>
    `The trials.jsonl next to the report is not used, so the documents have no trials in them: ${why}`,
  rendered: (title: string, files: number, folder: string): string =>
    `${oneLine(title)}\n${count(files, 'document')} in ${oneLine(folder)}`,
} as const
