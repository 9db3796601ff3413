/** What publishing a result can fail with: what happened, where, what to do. */
import { usageError } from '../command.ts'
import { ChimeraError } from '../errors.ts'
import { oneLine } from '../text/index.ts'

export const publishErrors = {
  usage: (detail: string): ChimeraError => usageError('comment', detail),
  noEnvironment: (what: string, name: string, cure: string): ChimeraError =>
    new ChimeraError(
      'publish_environment',
      `${what} is unknown: Expected it in ${name}, which is not set. ${cure}`,
    ),
  unauthorized: (service: string, variable: string): ChimeraError =>
    new ChimeraError(
      'publish_unauthorized',
      `${service} does not accept the token in ${variable}. Check that it has not expired.`,
    ),
  refused: (service: string, what: string, status: number, detail: string): ChimeraError =>
    new ChimeraError(
      'publish_refused',
      `${service} answered ${what} with status ${status} (${oneLine(detail)}).`,
    ),
  unreachable: (service: string, url: string, detail: string): ChimeraError =>
    new ChimeraError(
      'publish_unreachable',
      `${service} does not answer at ${url} (${oneLine(detail)}). Run the step again.`,
    ),
} as const

export const publishTexts = {
  readOnly: (what: string): string =>
    `The token may not write ${what}, as in a pull request from a fork. The result is in the step summary; see "Pull requests from forks" in docs/ci.md.`,
  created: (url: string): string => `Comment created: ${oneLine(url)}`,
  updated: (url: string): string => `Comment updated: ${oneLine(url)}`,
  accepted: (label: string): string =>
    `The pull request has the label "${oneLine(label)}": the regression is accepted, and the exit code is 0.`,
  checkFailed: (reason: string): string => `No check was published. ${reason}`,
} as const
