import { readFileSync } from 'node:fs'
import { armDocuments, printHtml, printMarkdown, runDocument } from '../../src/report/index.ts'
import type { CodeSuite, Report, SuiteReport, Trial } from '../../src/schema/generated.ts'

/** The sample runs of src/report/fixtures. */
export const sampleRuns = ['regressed', 'embedded', 'invalid', 'hostile'] as const

/** A sample run, a fresh copy each time. */
export function sampleRun(name: (typeof sampleRuns)[number]): { report: Report; trials: Trial[] } {
  return JSON.parse(readFileSync(fixture(`${name}.json`), 'utf8')) as { report: Report; trials: Trial[] }
}

/** A suite of a sample run as a code comparison, with what that has. */
export function codeSuite(from: SuiteReport, has: Partial<CodeSuite>): SuiteReport {
  const { kind: _, trees: __, sweep: ___, ...suite } = from
  return { ...suite, kind: 'code', trees: { modules: 1, changed: [], is_new: false }, ...has }
}

/** A file among the sample runs. */
export function fixture(file: string): URL {
  return new URL(`../../src/report/fixtures/${file}`, import.meta.url)
}

/** report.md, report.html and the pages of arms, as they are written. */
export function markdownOf(report: Report, trials: readonly Trial[] = []): string {
  return printMarkdown(runDocument(report, trials))
}

export function htmlOf(report: Report, trials: readonly Trial[]): string {
  return printHtml(runDocument(report, trials))
}

export function pagesOf(report: Report, trials: readonly Trial[]): Map<string, string> {
  return new Map([...armDocuments(report, trials)].map(([path, blocks]) => [path, printMarkdown(blocks)]))
}
