/** The arms of several reports, put in rows: one suite's arm is one row, whichever reports have it. */
import type { ArmReport, Report, Role, SuiteReport } from '../schema/generated.ts'

/** An arm where it stands in a report. */
export interface Place {
  report: number
  suite: SuiteReport
  arm: ArmReport
}

/** One arm through all reports. */
export interface ArmRow {
  label: string
  suite: string
  arm: string
  role: Role
  /** One entry a report that has the arm, in the order of the reports. */
  places: Place[]
}

/**
 * Every arm of every report, in the order in which they first appear. An arm is the same by suite, role and
 * name; where a report has several suites of one name, also by the candidate it stands beside, and then by order.
 */
export function alignArms(reports: readonly Report[]): ArmRow[] {
  const shared = sharedNames(reports)
  const rows = new Map<string, ArmRow>()
  reports.forEach((report, index) => {
    const seen = new Map<string, number>()
    for (const suite of report.suites) {
      for (const arm of suite.arms) {
        const beside = shared.has(suite.name) && arm.role === 'baseline' ? candidateOf(suite) : undefined
        const base = JSON.stringify([suite.name, arm.role, arm.name, beside])
        const nth = (seen.get(base) ?? 0) + 1
        seen.set(base, nth)
        const key = `${base}${nth}`
        const label = `${suite.name} · ${arm.name}${beside === undefined ? '' : ` (beside ${beside})`}${nth === 1 ? '' : ` #${nth}`}`
        const row = rows.get(key) ?? { label, suite: suite.name, arm: arm.name, role: arm.role, places: [] }
        row.places.push({ report: index, suite, arm })
        rows.set(key, row)
      }
    }
  })
  return [...rows.values()]
}

/** Names that several suites of one report bear, as a config's file and the baseline's do. */
function sharedNames(reports: readonly Report[]): ReadonlySet<string> {
  return new Set(
    reports.flatMap(({ suites }) => {
      const names = suites.map(({ name }) => name)
      return names.filter((name, i) => names.indexOf(name) !== i)
    }),
  )
}

function candidateOf({ arms }: SuiteReport): string | undefined {
  return arms.find(({ role }) => role === 'candidate')?.name
}

/** The stages of a row's arm, in the order in which they first appear. */
export function stagesOf({ places }: ArmRow): string[] {
  return [...new Set(places.flatMap(({ arm }) => arm.stages.map(({ name }) => name)))]
}
