/**
 * What audits have shown of a suite: how often equal arms came out red, and the smallest slowdown that is found nine times
 * of ten. Kept with the machine's noise floor, and quoted by later reports of the same machine, server and model.
 */
import { defined } from '../optional.ts'
import type { ArmReport, Audit, AuditComparison, SuiteAudit } from '../schema/generated.ts'
import { exactLimits, median } from '../stats/index.ts'

/** Comparisons with the same slowdown. */
export interface AuditLevel {
  planted: AuditComparison['planted']
  /** Median of what was planted, relative. */
  change: number
  comparisons: readonly AuditComparison[]
  /** In how many it was found; with nothing planted, the false alarms. */
  found: number
}

/** The metric that each slowdown moves. */
export const metricOf = { decode: 'output_throughput', ttft: 'ttft' } as const

/** By what was planted: nothing first, then each slowdown from the smallest. */
export function auditLevels(comparisons: readonly AuditComparison[]): AuditLevel[] {
  const groups = Map.groupBy(comparisons, ({ planted, step }) => `${planted} ${step}`)
  const order = ['nothing', 'decode', 'ttft']
  return [...groups.values()]
    .flatMap((same): AuditLevel[] => {
      const [first] = same
      if (first === undefined) return []
      const { planted } = first
      const change = median(same.map((one) => one.change))
      return [{ planted, change, comparisons: same, found: same.filter(isFound).length }]
    })
    .toSorted((a, b) => order.indexOf(a.planted) - order.indexOf(b.planted) || a.change - b.change)
}

/** Whether a metric regressed that what was planted moves; with nothing planted, whether any did. */
export function isFound({ planted, regressed }: AuditComparison): boolean {
  return planted === 'nothing' ? regressed.length > 0 : regressed.includes(metricOf[planted])
}

/** What the comparisons of one suite show; undefined where nothing was compared. */
export function summarizeAudit(comparisons: readonly AuditComparison[]): SuiteAudit | undefined {
  const levels = auditLevels(comparisons)
  const last = comparisons
    .map(({ at }) => at)
    .toSorted()
    .at(-1)
  if (last === undefined) return undefined
  const of = (planted: AuditLevel['planted']): AuditLevel[] => levels.filter((one) => one.planted === planted)
  const equal = of('nothing').flatMap((level) => level.comparisons).length
  const alarms = of('nothing').reduce((sum, { found }) => sum + found, 0)
  return {
    at: last,
    equal,
    false_alarms: alarms,
    limit: equal === 0 ? 1 : exactLimits(alarms, equal, 0.05)[1],
    planted: comparisons.length - equal,
    ...defined({ decode: smallestFound(of('decode')), ttft: smallestFound(of('ttft')) }),
    duration: median(comparisons.map(({ duration }) => duration)),
  }
}

/** Share of the comparisons in which a change has to be found. */
const NINE_OF_TEN = 0.9

/**
 * Between two planted changes it is interpolated; below the smallest and beyond the largest nothing is claimed. A larger
 * change is found at least as often as a smaller one, so shares that fall are pooled.
 */
function smallestFound(levels: readonly AuditLevel[]): number | undefined {
  const pools: { found: number; of: number; changes: number[] }[] = []
  for (const { found, comparisons, change } of levels) {
    let pool = { found, of: comparisons.length, changes: [change] }
    for (
      let last = pools.at(-1);
      last !== undefined && last.found / last.of > pool.found / pool.of;
      last = pools.at(-1)
    ) {
      pools.pop()
      pool = {
        found: last.found + pool.found,
        of: last.of + pool.of,
        changes: [...last.changes, ...pool.changes],
      }
    }
    pools.push(pool)
  }
  const points = pools.flatMap((pool) =>
    pool.changes.map((change) => ({ change, share: pool.found / pool.of })),
  )
  const at = points.findIndex(({ share }) => share >= NINE_OF_TEN)
  const [before, reached] = [points[at - 1], points[at]]
  if (reached === undefined || before === undefined) return reached?.change
  const way = (NINE_OF_TEN - before.share) / (reached.share - before.share)
  return before.change + way * (reached.change - before.change)
}

/** The suite's name with the model and the server that it was measured on, which an audit has to share. */
export function auditedAs({ host, server, model }: Pick<ArmReport, 'host' | 'server' | 'model'>): {
  server: string
  model: string
} {
  // The embedded engine listens on another port every time.
  return { server: server.kind === 'embedded' ? 'embedded' : host, model }
}

/** What is known of a suite that ran on this machine with this baseline. */
export function knownAudit(
  audit: Audit | undefined,
  suite: string,
  baseline: Pick<ArmReport, 'host' | 'server' | 'model'>,
  machine: { os: string; cpu: string },
): SuiteAudit | undefined {
  if (audit === undefined || audit.os !== machine.os || audit.cpu !== machine.cpu) return undefined
  const { server, model } = auditedAs(baseline)
  return summarizeAudit(
    audit.comparisons.filter((one) => one.suite === suite && one.server === server && one.model === model),
  )
}
