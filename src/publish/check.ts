/** A report as the check of a commit: what it concludes, and a line for each failure. */
import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { headline, suiteOf } from '../report/index.ts'
import type { Report } from '../schema/generated.ts'

export interface Check {
  conclusion: 'success' | 'failure' | 'neutral' | 'cancelled'
  title: string
  /** Markdown. */
  summary: string
  annotations: Annotation[]
}

export interface Annotation {
  /** Relative to the top of the repository. */
  path: string
  line: number
  message: string
}

/** How a run ended, next to what its report says. */
export interface RunEnd {
  exitCode: number
  /** The label by which a reviewer accepted a regression. */
  acceptedBy?: string | undefined
}

/** Fails closed: without a report, or with an exit code other than 0, nothing is a success. */
export function checkOf(
  report: Report | undefined,
  { summary, root, top }: { summary: string; root: string; top: string },
  { exitCode, acceptedBy }: RunEnd,
): Check {
  if (report === undefined)
    return {
      conclusion: 'failure',
      title: `No report: the run ended with exit code ${exitCode}`,
      summary: 'The run wrote no report. Its log says why.',
      annotations: [],
    }
  const { title } = headline(report)
  const isAccepted = acceptedBy !== undefined && isAcceptable(report)
  return {
    conclusion: isAccepted ? 'neutral' : conclusionOf(report, exitCode),
    title: isAccepted ? `${title} (accepted by the label "${acceptedBy}")` : title,
    summary,
    annotations: annotationsOf(report, root, top),
  }
}

/** Whether a reviewer can accept the result: all was measured, and comparisons alone failed. */
export function isAcceptable({ status, gate }: Report): boolean {
  const { failures } = gate
  return (
    status === 'complete' &&
    gate.status === 'regressed' &&
    failures.every(({ metric }) => metric !== undefined)
  )
}

function conclusionOf({ status, gate }: Report, exitCode: number): Check['conclusion'] {
  if (status === 'interrupted') return 'cancelled'
  if (exitCode !== 0 || gate.failures.length > 0) return 'failure'
  return gate.status === 'inconclusive' ? 'neutral' : 'success'
}

/** One for each failure of a suite, at the line that names the suite. */
function annotationsOf(report: Report, root: string, top: string): Annotation[] {
  return report.gate.failures.flatMap((failure) => {
    const suite = suiteOf(report, failure)
    if (suite === undefined) return []
    const file = resolve(root, suite.file)
    const path = relative(top, file).replaceAll('\\', '/')
    return [{ path, line: lineOf(file, suite.name), message: failure.message }]
  })
}

function lineOf(file: string, suite: string): number {
  try {
    const quoted = ["'", '"', '`'].map((quote) => quote + suite + quote)
    const lines = readFileSync(file, 'utf8').split('\n')
    return lines.findIndex((line) => quoted.some((name) => line.includes(name))) + 1 || 1
  } catch {
    return 1
  }
}
