/** From stored reports to their comparison: what is not alike is refused or named, then arm by arm, metric by metric. Pure. */
import { metrics, type MetricName } from '../metrics.ts'
import { defined } from '../optional.ts'
import { alignArms } from './arms.ts'
import { openRows, withChanges, withHistory, type OpenRow } from './rows.ts'
import { collectDifferences, refuseForbidden } from './fingerprint.ts'
import type { Meant, MetricTable, ReportComparison, ReportHead, Row } from './model.ts'
import { NEEDED_RUNS } from './history.ts'
import { adviceOn, collectNotes } from './notes.ts'
import { labelsOf, type StoredReport } from './read.ts'
import { LEVEL } from './within.ts'

/** What is to be compared. */
export interface Selection {
  /** All that decide over a gate if empty. */
  metrics: readonly MetricName[]
  /** Rows for every stage as well. */
  stages: boolean
  /** Differences that are meant. */
  meant: ReadonlySet<Meant>
}

/**
 * Compares at least two reports, each with the first; given 20 earlier ones, the last with the runs before it.
 *
 * @throws ChimeraError `not_comparable` if models or servers differ and that was not said to be meant
 */
export function compareReports(stored: readonly StoredReport[], selection: Selection): ReportComparison {
  const labels = labelsOf(stored.map(({ path }) => path))
  const arms = alignArms(stored)
  const differences = collectDifferences(arms)
  refuseForbidden(differences, labels, selection.meant)
  const repeated = repeatedReports(stored)
  const mode: ReportComparison['mode'] = stored.length > NEEDED_RUNS ? 'history' : 'runs'
  const finish = (open: OpenRow): Row =>
    mode === 'runs' ? withChanges(open) : withHistory(open, stored.length - 1, repeated, selection.meant)
  const comparison = {
    advisory: true as const,
    mode,
    level: LEVEL,
    reports: stored.map((one, i) => headOf(one, labels[i] ?? one.path)),
    differences,
    tables: chosenMetrics(stored, selection).map((metric): MetricTable => {
      const { unit, better } = metrics[metric]
      const rows = arms.flatMap((arm) => openRows(arm, metric, stored.length, selection.stages)).map(finish)
      return { metric, unit, better, rows }
    }),
  }
  return {
    ...comparison,
    advice: adviceOn(differences),
    notes: collectNotes(comparison, stored, repeated),
  }
}

function headOf({ path, report: { started_at, environment } }: StoredReport, label: string): ReportHead {
  const { git, os, cpu } = environment
  return { label, path, started_at, ...defined({ commit: git?.sha }), os, cpu }
}

function chosenMetrics(stored: readonly StoredReport[], { metrics: chosen }: Selection): MetricName[] {
  const comparisons = stored.flatMap(({ report }) => report.suites).flatMap((suite) => suite.comparisons)
  const gated = new Set(comparisons.filter((one) => one.gated).map((one) => one.metric))
  return Object.values(metrics)
    .filter(({ name, gated: usually }) =>
      // Reports of earlier versions have no stall_share.
      chosen.length === 0 ? (usually && name !== 'stall_share') || gated.has(name) : chosen.includes(name),
    )
    .map(({ name }) => name)
}

/** Copies of a report that comes again later: a run counts once and is never its own history, however often it was kept. */
function repeatedReports(stored: readonly StoredReport[]): ReadonlySet<number> {
  const contents = stored.map(({ report }) => JSON.stringify(report))
  return new Set(contents.flatMap((content, i) => (contents.lastIndexOf(content) > i ? [i] : [])))
}
