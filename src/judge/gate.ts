/**
 * From verdicts and the validity of the data to pass or fail. The same rule serves the assertion in
 * the test and the exit code of the run.
 */
import { gateErrors, gateTexts, warningTexts } from './messages.ts'
import { metricNames } from '../metrics.ts'
import type { Gate, GateFinding, Trial, Verdict } from '../schema/generated.ts'
import { whyAbsent } from './absence.ts'
import { isRanked, type Plan, type SuiteRecord } from './plan.ts'
import type { CandidateResults, Results } from './results.ts'
import { findNeverValid } from './unusable.ts'

/** Verdicts that fail the gate: `CHIMERA_FAIL_ON`, by default `regressed`. */
export function readFailOn(value: string | undefined): ReadonlySet<Verdict> {
  if (value === undefined || value.trim() === '') return new Set(['regressed'])
  const words = value.split(',').map((word) => word.trim())
  const known: readonly Verdict[] = ['regressed', 'improved', 'unchanged', 'inconclusive']
  const unknown = words.find((word) => !known.some((verdict) => verdict === word))
  if (unknown !== undefined)
    throw gateErrors.badEnvironment('CHIMERA_FAIL_ON', `a list of ${known.join(', ')}`, value)
  return new Set(known.filter((verdict) => words.includes(verdict)))
}

/** One suite's share of the gate. */
export interface SuiteGate {
  status: Gate['status']
  failures: GateFinding[]
  notices: GateFinding[]
}

/** What the gate of a suite rests on. */
type Judged = Pick<SuiteRecord, 'plan' | 'trials' | 'ending'> & { results: Results }

/**
 * Judges one suite. A ranking gates nothing: it fails only where nothing usable was measured, and is open where it ranks
 * no candidate.
 *
 * @param unranked names of the candidates that a ranking leaves out
 */
export function gateSuite(
  judged: Judged,
  failOn: ReadonlySet<Verdict>,
  unranked: readonly string[] = [],
): SuiteGate {
  const { plan, ending, results } = judged
  const { suite, file } = plan
  const broken = findBrokenArm(judged)
  if (broken !== undefined) return failed('invalid', { suite, file, ...broken })
  if (ending === undefined || ending.stopped === 'interrupted') {
    const text = ending === undefined ? gateTexts.workerLost : gateTexts.interrupted
    return failed('inconclusive', { suite, file, message: text() })
  }
  if (results.candidates.every(({ assessment }) => assessment.blocks === 0))
    return failed('invalid', { suite, file, ...whyNoBlock(judged.trials) })
  if (isRanked(plan)) {
    const notices = unranked.length === 0 ? [] : [{ suite, file, message: gateTexts.notRanked(unranked) }]
    const isOpen = plan.candidates.every(({ arm }) => unranked.includes(arm.name))
    const failures = isOpen && failOn.has('inconclusive') ? notices : []
    return { status: isOpen ? 'inconclusive' : 'passed', failures, notices }
  }
  return gateComparisons(plan, results, failOn)
}

function failed(status: SuiteGate['status'], failure: GateFinding): SuiteGate {
  return { status, failures: [failure], notices: [] }
}

function gateComparisons(
  { suite, file, rules, trees }: Plan,
  { candidates }: Results,
  failOn: ReadonlySet<Verdict>,
): SuiteGate {
  const judged = candidates.flatMap(({ assessment }) => assessment.comparisons.filter(({ gated }) => gated))
  const found = (isMeant: (verdict: Verdict) => boolean): GateFinding[] =>
    judged
      .filter(({ verdict }) => isMeant(verdict))
      .map((one) => ({
        suite,
        file,
        metric: one.metric,
        arm: one.candidate,
        message: gateTexts.verdict(one),
      }))
  const hasRegressed = judged.some(({ verdict }) => verdict === 'regressed')
  // That trials were valid says nothing of their speed, where speed is asked for.
  const isAsked = metricNames.some(
    (metric) => metric !== 'valid_rate' && (rules[metric].gated || rules[metric].stages.length > 0),
  )
  const isMissing = isAsked && judged.every(({ metric }) => metric === 'valid_rate')
  const unknown = [
    ...(isMissing && !hasRegressed ? candidates.map(nothingGated) : []),
    // A new suite has nothing to be compared with; one that was renamed or moved would have.
    ...(trees?.formerly?.length || trees?.movedFrom?.length ? [warningTexts.newSuite(suite, trees)] : []),
  ].map((message) => ({ suite, file, message }))
  const open = [...found((verdict) => verdict === 'inconclusive'), ...unknown]
  return {
    status: hasRegressed ? 'regressed' : open.length > 0 ? 'inconclusive' : 'passed',
    failures: [...found((verdict) => failOn.has(verdict)), ...(failOn.has('inconclusive') ? unknown : [])],
    notices: open,
  }
}

/** The gate of a run: the gravest suite decides. No suite at all is a failure, never a pass. */
export function gateRun(
  suites: readonly SuiteGate[],
  refusals: readonly GateFinding[],
  interrupted: boolean,
  more: readonly GateFinding[] = [],
): Gate {
  const failures = [...refusals, ...suites.flatMap((suite) => suite.failures)]
  const notices = [...suites.flatMap((suite) => suite.notices), ...more]
  if (interrupted && failures.length === 0) failures.push({ suite: '', message: gateTexts.runInterrupted() })
  if (suites.length === 0 && failures.length === 0)
    failures.push({ suite: '', message: gateTexts.nothingRan() })
  const statuses: readonly Gate['status'][] = [
    ...suites.map((suite) => suite.status),
    ...(refusals.length > 0 || suites.length === 0 ? (['invalid'] as const) : []),
    ...(interrupted ? (['inconclusive'] as const) : []),
  ]
  const order = ['invalid', 'regressed', 'inconclusive', 'passed'] as const
  return { status: order.find((status) => statuses.includes(status)) ?? 'invalid', failures, notices }
}

function nothingGated({ pair, trials, assessment }: CandidateResults): string {
  const absences = assessment.absent.map((metric) => ({ metric, ...whyAbsent(pair, trials, metric) }))
  return gateTexts.nothingGated(absences)
}

/** Why no block is complete: the reason that most trials of one arm share, in the words of the last of them. */
function whyNoBlock(trials: readonly Trial[]): { arm?: string; message: string } {
  if (trials.every(({ phase }) => phase === 'warmup')) return { message: gateTexts.noBlockBegun() }
  const invalid = trials.filter(({ valid, invalid_reason: reason }) => !valid && reason !== 'interrupted')
  const alike = Map.groupBy(invalid, ({ arm, invalid_reason: reason }) => JSON.stringify([arm, reason]))
  const [most = []] = [...alike.values()].toSorted((a, b) => b.length - a.length)
  const last = most.at(-1)
  if (last === undefined) return { message: gateTexts.allCold() }
  const { arm, invalid_reason: reason = '', message = '' } = last
  const all = trials.filter((trial) => trial.arm === arm).length
  return { arm, message: gateTexts.noBlock(arm, most.length, all, reason, message) }
}

/** An arm without a valid trial, or one whose server or model went away for good. */
function findBrokenArm({ plan, trials, ending }: Judged): { arm?: string; message: string } | undefined {
  const { candidates } = plan
  const dead = findNeverValid(plan, trials)
  if (dead !== undefined) {
    const reasons = dead.trials.flatMap(({ invalid_reason: reason }) => reason ?? [])
    const { arm, message } = dead
    return { arm, message: gateTexts.noValidTrial(arm, dead.trials.length, [...new Set(reasons)], message) }
  }
  // Of several candidates none is to blame alone.
  const blamed = ending?.arm ?? (candidates.length === 1 ? candidates[0].arm.name : undefined)
  const arm = blamed === undefined ? {} : { arm: blamed }
  if (ending?.stopped === 'unusable') return { ...arm, message: gateTexts.unusable(ending.message ?? '') }
  if (ending !== undefined && ending.stopped !== 'interrupted' && trials.length === 0)
    return { ...arm, message: gateTexts.unusable('no trial was started') }
  return undefined
}
