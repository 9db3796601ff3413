/**
 * From verdicts and the validity of the data to pass or fail. The same rule serves the assertion in
 * the test and the exit code of the run.
 */
import type { Comparison, Gate, GateFailure, Role, Trial, Verdict } from '../schema/generated.ts'
import { whyAbsent } from './absence.ts'
import type { Assessment } from './assess.ts'
import type { Ending, Plan } from './plan.ts'
import { gateTexts, suiteErrors } from '../errors.ts'

/** Verdicts that fail the gate: `CHIMERA_FAIL_ON`, by default `regressed`. */
export function readFailOn(value: string | undefined): ReadonlySet<Verdict> {
  if (value === undefined || value.trim() === '') return new Set(['regressed'])
  const words = value.split(',').map((word) => word.trim())
  const known: readonly string[] = ['regressed', 'improved', 'unchanged', 'inconclusive']
  const unknown = words.find((word) => !known.includes(word))
  if (unknown !== undefined)
    throw suiteErrors.badEnvironment('CHIMERA_FAIL_ON', `a list of ${known.join(', ')}`, value)
  return new Set(words as Verdict[])
}

/** One suite's share of the gate. */
export interface SuiteGate {
  status: Gate['status']
  failures: GateFailure[]
  notices: string[]
}

/** Judges one suite. `ending` is missing when its worker died. */
export function gateSuite(
  plan: Plan,
  trials: readonly Trial[],
  assessment: Assessment,
  ending: Ending | undefined,
  failOn: ReadonlySet<Verdict>,
): SuiteGate {
  const broken = findBrokenArm(plan, trials, ending)
  if (broken !== undefined) {
    return { status: 'invalid', failures: [{ suite: plan.suite, ...broken }], notices: [] }
  }
  if (ending === undefined || ending.stopped === 'interrupted') {
    return {
      status: 'inconclusive',
      failures: [{ suite: plan.suite, message: gateTexts.interrupted(plan.suite) }],
      notices: [],
    }
  }
  if (assessment.blocks === 0) {
    return {
      status: 'invalid',
      failures: [{ suite: plan.suite, message: gateTexts.noBlock(plan.suite) }],
      notices: [],
    }
  }
  const judged = assessment.comparisons.filter((comparison) => comparison.gated)
  // That trials were valid says nothing of their speed.
  const measured = judged.some(({ metric }) => metric !== 'valid_rate')
  const status = statusOf(judged, measured)
  const noticed = [
    ...judged
      .filter((comparison) => comparison.verdict === 'inconclusive')
      .map((comparison) => describe(plan, comparison)),
    ...(!measured && status !== 'regressed' ? [nothingGated(plan, trials, assessment)] : []),
  ]
  return {
    status,
    failures: judged
      .filter((comparison) => failOn.has(comparison.verdict))
      .map((comparison) => ({
        suite: plan.suite,
        metric: comparison.metric,
        arm: comparison.candidate,
        message: describe(plan, comparison),
      })),
    notices: noticed,
  }
}

/** The gate of a run: the gravest suite decides. No suite at all is a failure, never a pass. */
export function gateRun(
  suites: readonly SuiteGate[],
  refusals: readonly GateFailure[],
  interrupted: boolean,
): Gate {
  const failures = [...refusals, ...suites.flatMap((suite) => suite.failures)]
  const notices = suites.flatMap((suite) => suite.notices)
  if (suites.length === 0 && failures.length === 0)
    failures.push({ suite: '', message: gateTexts.nothingRan() })
  if (interrupted && failures.length === 0) failures.push({ suite: '', message: gateTexts.runInterrupted() })
  const statuses: readonly Gate['status'][] = [
    ...suites.map((suite) => suite.status),
    ...(refusals.length > 0 || suites.length === 0 ? (['invalid'] as const) : []),
    ...(interrupted ? (['inconclusive'] as const) : []),
  ]
  const order = ['invalid', 'regressed', 'inconclusive', 'passed'] as const
  return { status: order.find((status) => statuses.includes(status)) ?? 'invalid', failures, notices }
}

function nothingGated(plan: Plan, trials: readonly Trial[], { absent }: Assessment): string {
  const absences = absent.map((metric) => ({ metric, ...whyAbsent(plan, trials, metric) }))
  return gateTexts.nothingGated(plan.suite, absences)
}

/** One sentence on a comparison: what moved, how far, how sure. */
function describe(plan: Plan, comparison: Comparison): string {
  return gateTexts.verdict(plan.suite, comparison)
}

function statusOf(gated: readonly Comparison[], measured: boolean): Gate['status'] {
  const verdicts = gated.map((comparison) => comparison.verdict)
  if (verdicts.includes('regressed')) return 'regressed'
  return verdicts.includes('inconclusive') || !measured ? 'inconclusive' : 'passed'
}

/** An arm without a valid trial, or one whose server or model went away for good. */
function findBrokenArm(
  plan: Plan,
  trials: readonly Trial[],
  ending: Ending | undefined,
): { arm: string; message: string } | undefined {
  for (const role of ['baseline', 'candidate'] as const) {
    const own = trials.filter((trial) => trial.role === role && trial.invalid_reason !== 'interrupted')
    if (own.length > 0 && own.every((trial) => !trial.valid)) {
      return { arm: plan.arms[role].name, message: noValidTrial(plan, role, own) }
    }
  }
  if (ending?.stopped === 'unusable') {
    return {
      arm: ending.arm ?? plan.arms.candidate.name,
      message: gateTexts.unusable(plan.suite, ending.message ?? ''),
    }
  }
  if (ending?.stopped !== 'interrupted' && ending !== undefined && trials.length === 0) {
    return { arm: plan.arms.candidate.name, message: gateTexts.unusable(plan.suite, 'no trial was started') }
  }
  return undefined
}

function noValidTrial(plan: Plan, role: Role, own: readonly Trial[]): string {
  const reasons = [...new Set(own.map((trial) => trial.invalid_reason!))]
  return gateTexts.noValidTrial(plan.suite, plan.arms[role].name, own.length, reasons, own.at(-1)!.message!)
}
