/** The gate of an import. */
import { importTexts } from './messages.ts'
import { gateTexts } from '../judge/messages.ts'
import type { Gate, GateFailure, SuiteReport } from '../schema/generated.ts'

/** The gate's notices again: a summary has nothing that could fail. */
export function gateOf(gate: Gate, suites: readonly SuiteReport[], refusals: readonly GateFailure[]): Gate {
  const summaries = new Set(
    suites.filter((suite) => suite.legacy?.shape === 'summary').map((suite) => suite.name),
  )
  const failures = gate.failures.filter(
    (failure) => !summaries.has(failure.suite) || refusals.includes(failure),
  )
  const notices = suites.flatMap((suite) => {
    if (summaries.has(suite.name)) return [importTexts.summaryOnly(suite.name)]
    const open = suite.comparisons.filter((one) => one.gated && one.verdict === 'inconclusive')
    return open.map((comparison) => gateTexts.verdict(suite.name, comparison))
  })
  const onlySummaries = gate.status === 'invalid' && failures.length === 0
  return { status: onlySummaries ? 'inconclusive' : gate.status, failures, notices }
}
