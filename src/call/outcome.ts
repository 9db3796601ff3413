import { unended } from '../errors.ts'
import { callMessages } from './messages.ts'
import type { CallReason } from '../schema/generated.ts'
import type { Api, Bound } from './arm.ts'
import { errorText, type Protocol } from './protocol/index.ts'
import type { Reply } from './reply.ts'

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

/** Judges a reply by its final word; `elapsed` is request written to its arrival, ms. */
export function judgeFinal(
  reply: Reply,
  elapsed: number,
  { bound, effectiveContext, protocol }: Judged,
): Outcome {
  const {
    done_reason: done = '',
    eval_count: evaluated = 0,
    prompt_eval_count: prompt = 0,
  } = reply.final ?? {}
  if (protocol.endpoint === 'embed') return judgeEmbedding(reply)
  if (done === 'load' || done === 'unload')
    return invalid('no_tokens', callMessages.no_tokens(`done_reason "${done}"`))
  if (evaluated === 0) {
    const said = reply.arrivals.length > 0 ? callMessages.uncounted : callMessages.no_tokens
    return invalid('no_tokens', said(NO_COUNT[protocol.api]))
  }
  if (reply.arrivals.length === 0)
    return invalid('no_tokens', callMessages.no_tokens('no content, thinking or tool call'))
  // Ollama leaves the reason out when the connection to its runner broke.
  if (!FINISHED.includes(done)) {
    const name = protocol.api === 'ollama' ? 'done_reason' : 'finish_reason'
    const said = done
      ? callMessages.stopped(`${name} "${errorText(done)}"`)
      : callMessages.truncated_stream(`no ${name}`)
    return invalid('truncated_stream', said)
  }
  return (
    tooLong(evaluated, elapsed, bound) ?? overflow(prompt + evaluated, effectiveContext) ?? { valid: true }
  )
}

type Judged = Limits & { protocol: Protocol }

/** Reasons of a reply that is whole, or was cut where it was asked to be. */
const FINISHED: readonly string[] = ['stop', 'length', 'tool_calls', 'function_call']

const NO_COUNT = { ollama: 'no eval_count', openai: 'no usage.completion_tokens' } as const

function judgeEmbedding({ arrivals }: Reply): Outcome {
  return arrivals.length > 0 ? { valid: true } : invalid('no_tokens', callMessages.no_tokens('no embedding'))
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

/** A status that is no success, and what is known of the request. */
export interface Refused {
  status: number
  body: string
  location: string | null
  model: string
  host: string
}

/** Judges a status that is no success. */
export function judgeStatus({ status, body, location, model, host }: Refused, api: Api): Invalid {
  const detail = errorText(body) || `status ${status}`
  if (status === 404 && /model/i.test(detail))
    return invalid('model_missing', callMessages.model_missing(model, host, detail, api))
  if (status === 503 || status === 429) return invalid('busy', callMessages.busy(host, detail, api))
  if (status === 401 || status === 403)
    return invalid('http_error', callMessages.unauthorized(host, status, detail))
  if (status === 400 && host.startsWith('http:') && /\bhttps\b/i.test(detail))
    return invalid('http_error', callMessages.tls_expected(host, detail))
  const said = location ? `it redirects to ${errorText(location)}` : detail
  return invalid(
    'http_error',
    status === 404 ? callMessages.no_endpoint(host, said) : callMessages.http_error(host, status, said),
  )
}

/** Judges a reply that is an error. LM Studio answers so, with status 200, where it has no such endpoint. */
export function judgeError(error: string, host: string): Invalid {
  const isElsewhere = /^unexpected endpoint/i.test(error)
  return invalid(
    'stream_error',
    isElsewhere ? callMessages.no_endpoint(host, unended(error)) : callMessages.stream_error(error),
  )
}

/** Judges a stream that ended without its final word; `rest` says whether an incomplete piece stood at its end. */
export function judgeEnd(reply: Reply, rest: boolean, api: Api): Invalid {
  if (rest) return invalid('truncated_stream', callMessages.truncated_stream('its last line is incomplete'))
  const detail = reply.repeats >= 10 ? ` after ${reply.repeats} identical chunks` : ''
  return invalid('no_done', callMessages.no_done(detail, api))
}

/** Judges what the head of a successful reply says of its body; undefined where that can be read. */
export function judgeHead(headers: Headers, host: string): Invalid | undefined {
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() || 'identity'
  if (encoding !== 'identity') return invalid('http_error', callMessages.encoded(host, errorText(encoding)))
  const isPage = /^\s*text\/html\b/i.test(headers.get('content-type') ?? '')
  return isPage ? invalid('http_error', callMessages.web_page(host)) : undefined
}

/** How far an exchange had come when it failed. */
export interface Progress {
  /** There was a connection to write the request to. */
  connected: boolean
  /** The head of a reply came. */
  heard: boolean
}

const CERTIFICATE = /CERT|^UNABLE_TO_|^HOSTNAME_MISMATCH/

/** Judges a connection that failed: one that was never made, or spoke no HTTP, is no server. */
export function judgeFailure(error: Error, { connected, heard }: Progress, host: string, api: Api): Invalid {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  // Node's word for a connection that was closed within a reply, by the other side.
  const detail = error.message === 'aborted' ? 'the connection was closed' : errorText(error.message || code)
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    const said = 'reason' in error && typeof error.reason === 'string' ? errorText(error.reason) : code
    return invalid('unreachable', callMessages.tls_failed(host, said))
  }
  if (CERTIFICATE.test(code)) return invalid('unreachable', callMessages.bad_certificate(host, detail))
  if (!connected || (!heard && code.startsWith('HPE_')))
    return invalid('unreachable', callMessages.unreachable(host, detail, api))
  if (heard) return invalid('truncated_stream', callMessages.truncated_stream(detail))
  const said = code === 'EPIPE' ? callMessages.not_taken : callMessages.no_reply
  return invalid('truncated_stream', said(host, detail))
}
