/** Why a trial is invalid, if it is. */
import { callMessages } from '../call/messages.ts'
import type { MadeCall } from '../call/index.ts'
import { ChimeraError } from '../errors.ts'
import type { Call, CallReason, CheckResult, TrialReason } from '../schema/generated.ts'
import type { TrialClock } from './limit.ts'
import { trialErrors } from './messages.ts'

/** Why a trial is invalid. */
export interface Fault {
  reason: TrialReason
  message: string
}

/** What came of an agent; `at` is when it threw, performance.now(). */
export type Ran = { ok: true; output: unknown } | { ok: false; error: unknown; at: number }

/**
 * The first cause in time: a call that failed says more than the error it made the agent throw, and the agent's own error
 * more than the calls beside it that were broken off for it.
 */
export function findFault(
  signal: AbortSignal,
  clock: TrialClock,
  ran: Ran,
  calls: readonly Call[],
  origin: number,
): Fault | undefined {
  if (signal.aborted) return { reason: 'interrupted', message: trialErrors.interrupted().message }
  const timeout = findTimeout(clock)
  if (timeout !== undefined) return timeout
  const ended = (call: Call): number => call.start + call.duration
  const [call] = calls.filter((call) => !call.valid).toSorted((a, b) => ended(a) - ended(b))
  const isCause =
    call !== undefined && (ran.ok || (ended(call) <= ran.at - origin && !isBrokenOff(call, ran.error)))
  if (isCause && !call.valid) return { reason: call.reason, message: call.message }
  if (!ran.ok) return { reason: 'agent_error', message: trialErrors.agentThrew(ran.error).message }
  if (calls.length === 0) return { reason: 'no_calls', message: trialErrors.noCalls().message }
  return undefined
}

/** Whether the agent itself broke the call off because of an error of its own. */
function isBrokenOff(call: Call, error: unknown): boolean {
  const isOwn = !(error instanceof ChimeraError) && !(error instanceof Error && error.name === 'AbortError')
  return isOwn && !call.valid && call.message === callMessages.aborted()
}

export function findTimeout(clock: TrialClock): Fault | undefined {
  const missed = clock.missed()
  return missed === undefined ? undefined : { reason: 'timeout', message: missed.message }
}

export function failedCheck(checks: readonly CheckResult[]): Fault | undefined {
  const failed = checks.filter((check) => !check.ok)
  if (failed.length === 0) return undefined
  const message = failed.map((check) => `${check.name}: ${check.message ?? 'failed'}`).join('; ')
  return { reason: 'check_failed', message }
}

/** What clients send again by themselves: a request that was refused, or lost with its connection. */
const SENT_AGAIN: ReadonlySet<CallReason | undefined> = new Set<CallReason>([
  'unreachable',
  'busy',
  'http_error',
  'truncated_stream',
])

/** Start and duration are rounded to three decimals each. */
const ROUNDED_MS = 0.002

/**
 * Whether a failed call was made again and then got its reply: the same request, from the same place in the agent, once the
 * failure was known. A call whose reply had begun is none of these, as an agent may have used what came of it; nor is one
 * that its agent went on without.
 */
export function wasRetried({ call, request, begun }: MadeCall, made: readonly MadeCall[]): boolean {
  if (call.valid || begun || request === undefined || !SENT_AGAIN.has(call.reason)) return false
  const ended = call.start + call.duration - ROUNDED_MS
  return made.some(
    ({ call: other, request: again }) =>
      other.valid &&
      again === request &&
      other.stage === call.stage &&
      other.agent === call.agent &&
      other.start >= ended,
  )
}
