import { usageError } from '../command.ts'
import { ChimeraError } from '../errors.ts'
import { share } from '../text/index.ts'
import type { AuditComparison } from '../schema/generated.ts'

/** Why an audit cannot go on. */
export const auditErrors = {
  usage: (detail: string): ChimeraError => usageError('audit', detail, '; flags of Vitest follow `--`'),
  noReport: (dir: string, output: string): ChimeraError =>
    new ChimeraError(
      'audit_no_report',
      `The run wrote no report in ${dir}. If the config sets \`outputDir\`, pass the same folder as \`--reports\`. Its output ends with:\n${output}`,
    ),
  nothingMeasured: (reasons: readonly string[]): ChimeraError =>
    new ChimeraError(
      'audit_nothing_measured',
      `Nothing was compared. ${reasons.join('\n') || 'An audit runs the suites of agentBench: check the filter.'}`,
    ),
  budget: (minutes: number): ChimeraError =>
    new ChimeraError(
      'audit_budget',
      `No comparison ended within ${minutes} min. Raise \`--budget\`, or audit fewer suites.`,
    ),
} as const

/** What was planted: `nothing`, `decode +10 %`, `TTFT +31 %`. */
export function plantedText({ planted, change }: Pick<AuditComparison, 'planted' | 'change'>): string {
  if (planted === 'nothing') return 'nothing'
  return `${planted === 'decode' ? 'decode' : 'TTFT'} +${share(Math.round(change * 100) / 100)}`
}
