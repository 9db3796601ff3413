import type { MadeCall } from '../call/index.ts'
import type { CallReason } from '../schema/generated.ts'

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
