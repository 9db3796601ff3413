/** The arms of several reports, put in rows: one suite's arm is one row, whichever reports have it. */
import type { ArmReport, Environment, Role, SuiteReport } from '../schema/generated.ts'
import type { StoredReport } from './read.ts'
import { suiteValues, type ValuesOf } from './within.ts'

/** An arm where it stands in a report. */
export interface Place {
  report: number
  environment: Environment
  suite: SuiteReport
  arm: ArmReport
  /** Of the suite, where the trials beside the report give them. */
  values: ValuesOf | undefined
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
export function alignArms(stored: readonly StoredReport[]): ArmRow[] {
  const shared = sharedNames(stored)
  const rows = new Map<string, ArmRow>()
  stored.forEach(({ report: { suites, environment }, trials }, index) => {
    const seen = new Map<string, number>()
    for (const suite of suites) {
      const values = trials && suiteValues(suite, trials)
      const candidate = suite.arms.find(({ role }) => role === 'candidate')?.name
      for (const arm of suite.arms) {
        const beside = shared.has(suite.name) && arm.role === 'baseline' ? candidate : undefined
        const base = JSON.stringify([suite.name, arm.role, arm.name, beside])
        const nth = (seen.get(base) ?? 0) + 1
        seen.set(base, nth)
        const label = `${suite.name} · ${arm.name}${beside === undefined ? '' : ` (beside ${beside})`}${nth === 1 ? '' : ` #${nth}`}`
        const own = { label, suite: suite.name, arm: arm.name, role: arm.role, places: [] }
        const row: ArmRow = rows.get(`${base}${nth}`) ?? own
        row.places.push({ report: index, environment, suite, arm, values })
        rows.set(`${base}${nth}`, row)
      }
    }
  })
  return [...rows.values()]
}

/** Names that several suites of one report bear, as a config's file and the baseline's do. */
function sharedNames(stored: readonly StoredReport[]): ReadonlySet<string> {
  return new Set(
    stored.flatMap(({ report: { suites } }) => {
      const names = suites.map(({ name }) => name)
      return names.filter((name, i) => names.indexOf(name) !== i)
    }),
  )
}
