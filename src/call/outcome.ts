import { count } from '../json.ts'
import { callMessages } from './messages.ts'
import type { CallReason } from '../schema/generated.ts'
import type { Bound } from './arm.ts'
import { errorText, type Reply } from './reply.ts'

/** How a call came out. An invalid one has exactly one reason; the first to be seen is it. */
export type Outcome = { valid: true } | Invalid
export interface Invalid {
  valid: false
  reason: CallReason
  message: string
}

/** What a reply is held against. */
export interface Limits {
  bound: Bound
  /** num_ctx as the server runs it; unknown means no context_overflow is told. */
  effectiveContext?: number | undefined
}

export function invalid(reason: CallReason, message: string): Invalid {
  return { valid: false, reason, message }
}

/** Judges a reply by its final object; `elapsed` is request written to its arrival, ms. */
export function judgeFinal(reply: Reply, elapsed: number, { bound, effectiveContext }: Limits): Outcome {
  const final = reply.final ?? {}
  const done = typeof final['done_reason'] === 'string' ? final['done_reason'] : ''
  const evaluated = count(final['eval_count']) ?? 0
  const used = (count(final['prompt_eval_count']) ?? 0) + evaluated
  if (done === 'load' || done === 'unload')
    return invalid('no_tokens', callMessages.no_tokens(`done_reason "${done}"`))
  if (evaluated === 0) return invalid('no_tokens', callMessages.no_tokens('no eval_count'))
  if (reply.arrivals.length === 0)
    return invalid('no_tokens', callMessages.no_tokens('no content, thinking or tool call'))
  // Ollama leaves the reason out when the connection to its runner broke.
  if (done !== 'stop' && done !== 'length') {
    return invalid(
      'truncated_stream',
      callMessages.truncated_stream(done ? `done_reason "${errorText(done)}"` : 'no done_reason'),
    )
  }
  return tooLong(evaluated, elapsed, bound) ?? overflow(used, effectiveContext) ?? { valid: true }
}

/** Judges a reply that has grown to `tokens` at least in `elapsed` ms; undefined while it may go on. */
export function tooLong(tokens: number, elapsed: number, bound: Bound): Invalid | undefined {
  if (bound.tokens !== undefined && tokens > bound.tokens)
    return invalid('runaway', callMessages.runaway_tokens(bound.tokens))
  if (bound.ms !== undefined && elapsed > bound.ms)
    return invalid('runaway', callMessages.runaway_ms(bound.ms))
  return undefined
}

function overflow(used: number, context: number | undefined): Invalid | undefined {
  if (context === undefined || used < context) return undefined
  return invalid('context_overflow', callMessages.context_overflow(used, context))
}

/** Judges a status that is no success. */
export function judgeStatus(
  status: number,
  body: string,
  location: string | null,
  model: string,
  host: string,
): Invalid {
  const detail = errorText(body) || `status ${status}`
  if (status === 404) return invalid('model_missing', callMessages.model_missing(model, host, detail))
  if (status === 503) return invalid('busy', callMessages.busy(host, detail))
  return invalid(
    'http_error',
    callMessages.http_error(host, status, location ? `it redirects to ${errorText(location)}` : detail),
  )
}

/** Judges a stream that ended without its final object; `rest` is what stood after the last line. */
export function judgeEnd(reply: Reply, rest: string): Invalid {
  if (rest) return invalid('truncated_stream', callMessages.truncated_stream('its last line is incomplete'))
  return invalid(
    'no_done',
    callMessages.no_done(reply.repeats >= 10 ? ` after ${reply.repeats} identical chunks` : ''),
  )
}

/** Judges a connection that failed: one that was never made, or spoke no HTTP, is no server. */
export function judgeFailure(error: Error, written: boolean, host: string): Invalid {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const detail = errorText(error.message || code)
  if (!written || code.startsWith('HPE_'))
    return invalid('unreachable', callMessages.unreachable(host, detail))
  return invalid('truncated_stream', callMessages.truncated_stream(detail))
}
