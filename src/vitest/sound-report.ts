import { messageOf } from '../errors.ts'
import { buildReport, type RunRecord } from '../report/index.ts'
import type { Report } from '../schema/generated.ts'
import { asReport, reportFaults } from '../schema/validate.ts'
import { redact } from '../secrets.ts'
import { adapterTexts } from './messages.ts'

/** The report of a run, valid against its schema. A suite that cannot be reported becomes a failure; the others stay. */
export function soundReport(run: RunRecord): Report {
  const whole = attempt(run)
  if (whole.faults.length === 0 && whole.report !== undefined) return whole.report
  const tried = run.suites.map((suite) => ({
    suite,
    faults: attempt({ ...run, suites: [suite], refusals: [] }).faults,
  }))
  const refused = tried.filter(({ faults }) => faults.length > 0)
  return asReport(
    buildReport({
      ...run,
      suites: tried.filter(({ faults }) => faults.length === 0).map(({ suite }) => suite),
      refusals: [
        ...run.refusals,
        ...refused.map(({ suite, faults }) => ({
          suite: suite.plan.suite,
          message: redact(adapterTexts.unreportable(faults)),
        })),
      ],
    }),
    'this run',
  )
}

function attempt(run: RunRecord): { report?: Report; faults: string[] } {
  try {
    const report = buildReport(run)
    return { report, faults: reportFaults(report) }
  } catch (error) {
    return { faults: [messageOf(error).replace(/\.?$/, '.')] }
  }
}
