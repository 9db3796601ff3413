import type { Message } from './artifact.ts'
import type { Ending, Plan } from './judge/plan.ts'
import type { SuiteRecord } from './report/index.ts'
import type { GateFailure, Trial } from './schema/generated.ts'

/** What one test told: a suite, or why there is none. */
export interface TestRecord {
  suites: SuiteRecord[]
  refusals: GateFailure[]
  /** Harness overhead, ms. */
  overhead?: number
}

/** Puts the messages of one test together. A test that is not agentBench's has none and gives nothing. */
export function recordSuite(messages: readonly Message[]): TestRecord {
  let plan: Plan | undefined
  let facts: SuiteRecord['facts']
  let ending: Ending | undefined
  let overhead: number | undefined
  const trials: Trial[] = []
  const refusals: GateFailure[] = []
  for (const message of messages) {
    if (message.kind === 'plan') plan = message.plan
    if (message.kind === 'facts') ({ facts, overhead } = message)
    if (message.kind === 'trial') trials.push(message.trial)
    if (message.kind === 'ending') ending = message.ending
    if (message.kind === 'refused') refusals.push({ suite: message.suite, message: message.message })
  }
  // A refused suite is reported with what it is, but has no trials to judge.
  const refused = refusals[0]
  if (refused !== undefined) ending = { stopped: 'unusable', message: refused.message, requeued: 0, warnings: [] }
  return {
    suites: plan === undefined ? [] : [{ plan, trials, ...(facts !== undefined && { facts }), ...(ending !== undefined && { ending }) }],
    refusals: plan === undefined ? refusals : [],
    ...(overhead !== undefined && { overhead }),
  }
}
