import { styleText } from 'node:util'
import { armRows } from '../report/legacy.ts'
import { pairRows } from '../report/legacy-pair.ts'
import { align } from '../report/terminal-table.ts'
import { oneLine } from '../report/visible.ts'
import type { Report, SuiteReport, Trial } from '../schema/generated.ts'

/** How to write it. */
export interface SummaryOptions {
  color: boolean
  /** The folder of the reports, as it is to be shown. */
  outputDir: string
}

/** What an import ends with on the terminal: of every file the figures as they were published, and ours. */
export function importSummary(
  { suites }: Report,
  trials: readonly Trial[],
  { color, outputDir }: SummaryOptions,
): string {
  const paint = (format: 'bold' | 'dim', text: string): string =>
    color ? styleText(format, text, { validateStream: false }) : text
  return [
    ...suites.flatMap((suite) => [
      `${paint('bold', oneLine(suite.name))}  ${paint('dim', oneLine(suite.file))}`,
      ...figures(suite, trials).map((line) => `  ${line}`),
      '',
    ]),
    paint(
      'dim',
      `${suites.length} imported. Reports in ${oneLine(outputDir)}: report.html, report.md, report.json, trials.jsonl, agents/`,
    ),
  ].join('\n')
}

/** What says most; the reports have the rest. */
const shown = /^(throughput|TTFT|broken call|throughput improvement|load balance.*)$/

function figures(suite: SuiteReport, trials: readonly Trial[]): string[] {
  const own = trials.filter((trial) => trial.suite === suite.name && trial.file === suite.file)
  const rows = [...suite.arms.flatMap((arm) => armRows(arm, suite, own)), ...pairRows(suite)].filter((row) =>
    shown.test(row.figure),
  )
  const cells = rows.map(({ arm = 'pair', figure, published, ours }) =>
    [arm, figure, published, ours].map(oneLine),
  )
  return align([['', '', 'as published', 'ours'], ...cells], ['left', 'left', 'left', 'left'])
}
