import type { IncomingMessage } from 'node:http'
import { exchange, type Exchange, type Observer, type Outgoing } from './exchange.ts'
import { slowed, type Slowdown } from './slowdown.ts'

/** Hears of a reply beside its reader, before the reader does. Times are performance.now() at the socket. */
export interface Tap {
  /** undefined where the request has to leave once more. */
  written(at: number | undefined): void
  head(status: number, headers: Headers): void
  /** Returns what the reader is to see. */
  chunk(bytes: Uint8Array, at: number): Uint8Array
  /** Returns what the reader is to see before the end. */
  end(at: number): Uint8Array | undefined
  /** The reply broke off, or its reader broke it off; says whether the reader is to see an error or an ordinary end. */
  broke(error: Error, at: number, by: 'connection' | 'reader'): 'error' | 'close'
}

/** A request under way. */
export interface Sent {
  response: Promise<Response>
  lastByteAt(): number | undefined
  isConnected(): boolean
  /** Closes the connection; whoever reads the reply sees `reason`. */
  abort(reason: Error): void
  /** Closes the connection; whoever reads the reply waits for ever. */
  drop(): void
}

/** Reads what `fetch` is given. Bodies are taken whole, as the length goes ahead of them. */
export async function outgoingOf(input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Outgoing> {
  const body = init?.body ?? undefined
  if (!(input instanceof Request) && (body === undefined || typeof body === 'string')) {
    const headers = Object.fromEntries(new Headers(init?.headers))
    const bytes = body === undefined ? {} : { body: new TextEncoder().encode(body) }
    return { url: new URL(input), method: init?.method ?? 'GET', headers, ...bytes }
  }
  const request = new Request(input, init)
  const bytes = new Uint8Array(await request.arrayBuffer())
  const headers = Object.fromEntries(request.headers)
  return {
    url: new URL(request.url),
    method: request.method,
    headers,
    ...(bytes.length > 0 && { body: bytes }),
  }
}

/**
 * Sends a request: no limit on silence, no redirects, bytes passed on as they come. Errors have the shape Node's own fetch
 * gives them, `TypeError` with a `cause`. With a slowdown, reader and tap get the reply that much later.
 */
export function send(outgoing: Outgoing, signal?: AbortSignal, tap?: Tap, slowdown?: Slowdown): Sent {
  const { promise, resolve, reject } = Promise.withResolvers<Response>()
  // Whoever dropped the promise has no use for its failure.
  promise.catch(() => {})
  let body: ReadableStreamDefaultController<Uint8Array> | undefined
  let open = true
  let current: Exchange | undefined

  const close = (): boolean => {
    const was = open
    open = false
    signal?.removeEventListener('abort', readerAborts)
    return was
  }
  const readerLeaves = (reason: unknown): void => {
    if (!close()) return
    current?.destroy()
    tap?.broke(toError(reason), performance.now(), 'reader')
  }
  const readerAborts = (): void => {
    readerLeaves(signal?.reason)
    breakOff(signal?.reason)
  }
  const breakOff = (reason: unknown): void => {
    reject(reason)
    body?.error(reason)
  }
  const respond = (response: IncomingMessage): void => {
    const headers = headersOf(response)
    const status = response.statusCode ?? 0
    tap?.head(status, headers)
    // A `Response` has no other.
    if (status < 200 || status > 599) return failed(new Error(`status ${status}`), performance.now())
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => void (body = controller),
      cancel: readerLeaves,
    })
    const empty = status === 204 || status === 205 || status === 304
    resolve(
      new Response(empty ? null : stream, { status, statusText: plainText(response.statusMessage), headers }),
    )
  }
  const failed = (error: Error, at: number): void => {
    if (!close()) return
    current?.destroy()
    const seen = tap?.broke(error, at, 'connection') ?? 'error'
    if (seen === 'close') body?.close()
    else breakOff(new TypeError(body ? 'terminated' : 'fetch failed', { cause: error }))
  }

  if (signal?.aborted) readerAborts()
  else {
    signal?.addEventListener('abort', readerAborts)
    const observer: Observer = {
      written: (at) => tap?.written(at),
      head: respond,
      chunk: (bytes, at) => {
        const seen = tap ? tap.chunk(bytes, at) : bytes
        if (open && seen.byteLength > 0) body?.enqueue(seen)
      },
      end: (at) => {
        if (!close()) return
        const held = tap?.end(at)
        if (held !== undefined && held.byteLength > 0) body?.enqueue(held)
        body?.close()
      },
      fail: failed,
    }
    current = exchange(outgoing, slowdown === undefined ? observer : slowed(observer, slowdown))
  }
  return {
    response: promise,
    lastByteAt: () => current?.lastByteAt(),
    isConnected: () => current?.isConnected() ?? false,
    abort: (reason) => {
      if (close()) breakOff(reason)
      current?.destroy()
    },
    drop: () => {
      close()
      current?.destroy()
    },
  }
}

function headersOf(response: IncomingMessage): Headers {
  const headers = new Headers()
  for (let i = 0; i + 1 < response.rawHeaders.length; i += 2) {
    headers.append(response.rawHeaders[i] ?? '', response.rawHeaders[i + 1] ?? '')
  }
  return headers
}

/** A `Response` takes no other characters in its status text. */
function plainText(text: string | undefined): string {
  return (text ?? '').replaceAll(/[^\t\x20-\x7e]/g, '?')
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('cancelled', { cause: reason })
}
