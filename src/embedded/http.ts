/** The little HTTP the engine needs: JSON bodies in, JSON or a stream of it out, and word of a client that left. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { messageOf } from '../errors.ts'
import { isObject, type JsonObject } from '../json.ts'

/** A request that cannot be answered: the status and text of Ollama, the code of OpenAI where it has one. */
export class HttpError extends Error {
  readonly status: number
  readonly code: string | null

  constructor(status: number, message: string, code: string | null = null) {
    super(message)
    this.status = status
    this.code = code
  }
}

export async function readJson(request: IncomingMessage): Promise<JsonObject> {
  const body = await text(request)
  if (body.trim() === '') throw new HttpError(400, 'missing request body')
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch (error) {
    throw new HttpError(400, messageOf(error))
  }
  if (!isObject(value)) throw new HttpError(400, 'json: the request body must be an object')
  return value
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value))
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
  })
  response.end(body)
}

/** One request on its way: what came in, and where the answer goes. */
export interface Exchange {
  body: JsonObject
  response: ServerResponse
  /** Aborts when the client goes away. */
  signal: AbortSignal
}

/** How a protocol frames a stream. */
export interface Framing {
  type: string
  frame(json: string): string
}

/** Ollama's stream: one object a line. */
export const lines: Framing = { type: 'application/x-ndjson', frame: (json) => `${json}\n` }

/** OpenAI's stream: server-sent events. */
export const events: Framing = { type: 'text/event-stream', frame: (json) => `data: ${json}\n\n` }

/** One part of a stream; the first sends the head, so a failure before it still has a status. */
export async function sendPart(
  response: ServerResponse,
  framing: Framing,
  value: unknown,
  signal: AbortSignal,
): Promise<void> {
  if (!response.headersSent) response.writeHead(200, { 'content-type': framing.type })
  if (response.write(framing.frame(JSON.stringify(value))) || signal.aborted) return
  await new Promise<void>((resolve) => {
    const go = (): void => {
      response.off('drain', go).off('close', go)
      resolve()
    }
    response.on('drain', go).on('close', go)
  })
}

/** What a protocol answers when a request fails. */
export interface Failure {
  status: number
  body: object
}

/** A failure: as the answer if none has begun, else as the stream's last part. */
export function sendFailure(response: ServerResponse, framing: Framing, { status, body }: Failure): void {
  if (response.destroyed || response.writableEnded) return
  if (response.headersSent) response.end(framing.frame(JSON.stringify(body)))
  else sendJson(response, status, body)
}

/** Aborts when the connection closes before the answer is complete. */
export function clientGone(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  response.on('close', () => {
    if (!response.writableFinished) controller.abort()
  })
  return controller.signal
}
