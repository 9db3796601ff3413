import type { Message } from './artifact.ts'
import type { Ending, Plan } from './judge/plan.ts'
import type { SuiteRecord, SweepRecord } from './report/index.ts'
import type { GateFailure, Trial } from './schema/generated.ts'
import type { SweepPlan } from './sweep/plan.ts'

/** What one test told: a suite, or why there is none. */
export interface TestRecord {
  suites: (SuiteRecord | SweepRecord)[]
  refusals: GateFailure[]
  /** Harness overhead, ms. */
  overhead?: number
}

/** Puts the messages of one test together. A test that is not ours has none and gives nothing. */
export function recordSuite(messages: readonly Message[]): TestRecord {
  let plan: Plan | undefined
  let sweep: SweepPlan | undefined
  let facts: SuiteRecord['facts']
  let sweepFacts: SweepRecord['facts']
  let ending: Ending | undefined
  let overhead: number | undefined
  const trials: Trial[] = []
  const refusals: GateFailure[] = []
  for (const message of messages) {
    if (message.kind === 'plan') plan = message.plan
    if (message.kind === 'facts') ({ facts, overhead } = message)
    if (message.kind === 'sweep') sweep = message.plan
    if (message.kind === 'sweep_facts') ({ facts: sweepFacts, overhead } = message)
    if (message.kind === 'trial') trials.push(message.trial)
    if (message.kind === 'ending') ending = message.ending
    if (message.kind === 'refused') refusals.push({ suite: message.suite, message: message.message })
  }
  // A refused suite is reported with what it is, but has no trials to judge.
  const refused = refusals[0]
  if (refused !== undefined)
    ending = { stopped: 'unusable', message: refused.message, requeued: 0, warnings: [] }
  const told = { trials, ...(ending !== undefined && { ending }) }
  const suites: TestRecord['suites'] = [
    ...(plan === undefined ? [] : [{ plan, ...told, ...(facts !== undefined && { facts }) }]),
    ...(sweep === undefined
      ? []
      : [{ sweep, ...told, ...(sweepFacts !== undefined && { facts: sweepFacts }) }]),
  ]
  return {
    suites,
    refusals: suites.length === 0 ? refusals : [],
    ...(overhead !== undefined && { overhead }),
  }
}
