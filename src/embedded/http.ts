/** The little HTTP the engine needs: JSON bodies in, JSON or lines of JSON out, and word of a client that left. */
import type { IncomingMessage, ServerResponse } from 'node:http'

/** A failure with the status and text Ollama would answer with. */
export class HttpError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks).toString()
  if (body.trim() === '') throw new HttpError(400, 'missing request body')
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch (error) {
    throw new HttpError(400, (error as Error).message)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new HttpError(400, 'json: the request body must be an object')
  }
  return value as Record<string, unknown>
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value))
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
  })
  response.end(body)
}

/** One object a line; the first line sends the head, so a failure before it still has its own status. */
export async function sendLine(response: ServerResponse, value: unknown, signal: AbortSignal): Promise<void> {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/x-ndjson' })
  if (response.write(`${JSON.stringify(value)}\n`) || signal.aborted) return
  await new Promise<void>((resolve) => {
    const go = (): void => {
      response.off('drain', go).off('close', go)
      resolve()
    }
    response.on('drain', go).on('close', go)
  })
}

/** A failure: as the answer if none has begun, else as the stream's last line. */
export function sendError(response: ServerResponse, error: unknown): void {
  if (response.destroyed || response.writableEnded) return
  const status = error instanceof HttpError ? error.status : 500
  const body = { error: error instanceof Error ? error.message : String(error) }
  if (response.headersSent) response.end(`${JSON.stringify(body)}\n`)
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
