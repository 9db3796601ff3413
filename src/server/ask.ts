import type { CallReason } from '../schema/generated.ts'
import {
  callMessages,
  errorText,
  judgeFailure,
  judgeStatus,
  outgoingOf,
  send,
  type Body,
} from '../call/index.ts'
import { objectOf, parseJson } from '../json.ts'

/** What a server answered, or why it did not; the message is complete. */
export type Answer<T> = { ok: true; value: T } | Refusal
export interface Refusal {
  ok: false
  reason: Extract<
    CallReason,
    'unreachable' | 'model_missing' | 'busy' | 'http_error' | 'timeout' | 'interrupted'
  >
  message: string
  /** Nothing came within the limit of the question. */
  late?: boolean
  /** The server has no such endpoint, in contrast to no such model. */
  endpointMissing?: boolean
}

/** A server, and the headers it wants. */
export interface Place {
  host: string
  headers?: Readonly<Record<string, string>> | undefined
}

/** A server, by its URL alone where it wants no headers. */
export type Where = string | Place

/** The URL of a server. */
export function hostOf(where: Where): string {
  return typeof where === 'string' ? where : where.host
}

interface Question {
  host: Where
  path: string
  /** Sent as JSON; without one the request is a GET. */
  body?: Body
  /** Limit for the whole exchange, ms. */
  timeout?: number
  signal?: AbortSignal | undefined
}

/** Asks the server one thing outside any trial. An answer that is no JSON object is an empty one. */
export async function ask({
  host: where,
  path,
  body,
  timeout = 5000,
  signal,
}: Question): Promise<Answer<Body>> {
  const host = hostOf(where)
  const own = typeof where === 'string' ? undefined : where.headers
  const limit = AbortSignal.timeout(timeout)
  const either = signal ? AbortSignal.any([signal, limit]) : limit
  let written = false
  const tap = {
    written: (at: number | undefined) => void (written = at !== undefined),
    head() {},
    chunk: (bytes: Uint8Array) => bytes,
    end: () => undefined,
    broke: () => 'error' as const,
  }
  const init = body
    ? {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...own },
        body: JSON.stringify(body),
      }
    : { headers: { ...own } }
  try {
    const response = await send(await outgoingOf(host + path, init), either, tap).response
    const text = await response.text()
    if (response.ok) return { ok: true, value: objectOf(parseJson(text)) }
    return refused(response, text, host, typeof body?.['model'] === 'string' ? body['model'] : '')
  } catch (error) {
    if (signal?.aborted) return { ok: false, reason: 'interrupted', message: callMessages.interrupted() }
    return limit.aborted ? late(written, host, timeout) : failed(error, written, host)
  }
}

function refused(response: Response, text: string, host: string, model: string): Refusal {
  const { status, headers } = response
  const refusal = { status, body: text, location: headers.get('location'), model, host }
  const { reason, message } = judgeStatus(refusal, 'ollama')
  const endpointMissing = response.status === 404 && objectOf(parseJson(text))['error'] === undefined
  return {
    ok: false,
    reason: reason as Refusal['reason'],
    message,
    ...(endpointMissing && { endpointMissing }),
  }
}

function late(written: boolean, host: string, timeout: number): Refusal {
  if (written)
    return { ok: false, reason: 'timeout', late: true, message: callMessages.timeout_first_byte(timeout) }
  return {
    ok: false,
    reason: 'unreachable',
    late: true,
    message: callMessages.unreachable(host, `no connection within ${timeout} ms`),
  }
}

/** A server that hangs up on a question is as good as none. */
function failed(error: unknown, written: boolean, host: string): Refusal {
  const cause =
    error instanceof Error && error.cause instanceof Error ? error.cause : new Error(String(error))
  const { reason, message } = judgeFailure(cause, { connected: written, heard: false }, host, 'ollama')
  if (reason === 'unreachable') return { ok: false, reason, message }
  return {
    ok: false,
    reason: 'unreachable',
    message: callMessages.unreachable(host, errorText(cause.message)),
  }
}
