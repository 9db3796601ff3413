/** What an audit shows: a table a suite, and at the end a sentence each. */
import { auditLevels, summarizeAudit, type AuditLevel } from './levels.ts'
import {
  alarmText,
  auditSentence,
  columns,
  heading,
  prose,
  remark,
  say,
  table,
  trusted,
} from '../report/index.ts'
import type { Block, Inline } from '../report/index.ts'
import type { AuditComparison } from '../schema/generated.ts'
import { exactLimits, median } from '../stats/index.ts'
import { count, quantity, share, span } from '../text/index.ts'
import { plantedText } from './messages.ts'

/** What this audit took. */
export interface Took {
  /** Comparisons of this audit; the others were kept from earlier ones. */
  comparisons: number
  ms: number
}

/** @param comparisons of the suites that this audit ran, on its server */
export function auditDocument(comparisons: readonly AuditComparison[], took: Took): Block[] {
  const suites = [
    ...Map.groupBy(comparisons, ({ suite, server, model }) =>
      JSON.stringify([suite, server, model]),
    ).values(),
  ]
  const earlier = comparisons.length - took.comparisons
  const more = earlier > 0 ? `, and ${count(earlier, 'comparison')} of earlier audits` : ''
  return [
    ...suites.flatMap(suiteTable),
    remark(
      `${count(took.comparisons, 'comparison')} in ${span(took.ms)}${more}. Limits are exact, 95 % one-sided.`,
    ),
    ...suites.flatMap((own): Block[] => {
      const [first] = own
      const summary = summarizeAudit(own)
      return first === undefined || summary === undefined ? [] : [prose(auditSentence(first.suite, summary))]
    }),
  ]
}

function suiteTable(own: readonly AuditComparison[]): Block[] {
  const [first] = own
  const summary = summarizeAudit(own)
  if (first === undefined || summary === undefined) return []
  const title = say`${first.suite} · ${first.model} on ${first.server}`
  const rows = auditLevels(own).map((level): Inline[] => [
    trusted(amountText(level)),
    trusted(level.planted === 'nothing' ? alarmText(summary) : foundText(level)),
    trusted(String(Math.round(median(level.comparisons.map(({ blocks }) => blocks))))),
    trusted(span(median(level.comparisons.map(({ duration }) => duration)))),
  ])
  return [heading(2, title), table(title, columns('planted', 'found', '>blocks', '>time'), rows)]
}

/** `decode +10 %`, `TTFT +30 % (10.2 ms)` */
function amountText(level: AuditLevel): string {
  const amounts = level.comparisons.flatMap(({ ms }) => (ms === undefined ? [] : [ms]))
  return `${plantedText(level)}${amounts.length === 0 ? '' : ` (${quantity(median(amounts), 'ms')})`}`
}

/** `4 of 5, at least 34 %` */
function foundText({ found, comparisons: { length } }: AuditLevel): string {
  const [least] = exactLimits(found, length, 0.05)
  return `${found} of ${length}, at least ${share(Math.floor(least * 100) / 100)}`
}
