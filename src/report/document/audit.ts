/** What audits of this machine have shown, in a sentence. */
import { present } from '../../optional.ts'
import type { SuiteAudit } from '../../schema/generated.ts'
import { count, span } from '../../text/index.ts'
import { prose, say, trusted } from './blocks.ts'
import type { Block, Inline } from './blocks.ts'

/** `On this machine, report-agent sees changes of 6 % of decode and 12 % of TTFT in 40 s.` */
export function auditSentence(suite: string, audit: SuiteAudit): Inline {
  const { decode, ttft, planted, duration } = audit
  if (planted === 0) return say`For ${suite}, no change has been planted yet.`
  const found = present(
    decode !== undefined && `${percentUp(decode)} of decode`,
    ttft !== undefined && `${percentUp(ttft)} of TTFT`,
  )
  const what =
    found.length === 0
      ? 'none of the planted changes in nine of ten comparisons'
      : `changes of ${found.join(' and ')}`
  return say`On this machine, ${suite} sees ${trusted(what)} in ${trusted(span(duration))}.`
}

/** `0 of 4 false alarms, at most 53 %` */
export function alarmText(audit: SuiteAudit): string {
  return `${audit.false_alarms} of ${audit.equal} false alarms, at most ${percentUp(audit.limit)}`
}

/** The line of a report that quotes an audit. */
export function auditBlocks(suite: string, audit: SuiteAudit | undefined): Block[] {
  if (audit === undefined) return []
  const basis = `${count(audit.planted, 'planted comparison')}; ${alarmText(audit)}`
  const date = audit.at.slice(0, 10)
  return [prose(say`Audit of ${trusted(date)}: ${auditSentence(suite, audit)} (${trusted(basis)})`, 'facts')]
}

/** Whole percent, never less than was measured. */
function percentUp(fraction: number): string {
  return `${Math.ceil(Number((fraction * 100).toFixed(6)))} %`
}
