import http from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'

/** A request ready to leave. */
export interface Outgoing {
  url: URL
  method: string
  headers: Record<string, string>
  body?: Uint8Array
}

/** What an exchange tells while it happens. Every `at` is performance.now() in the socket's own callback. */
export interface Observer {
  /** The whole request has been handed to the system. */
  written(at: number): void
  head(response: http.IncomingMessage, at: number): void
  chunk(bytes: Uint8Array, at: number): void
  end(at: number): void
  fail(error: Error, at: number): void
}

export interface Exchange {
  /** When the last byte of any kind came; undefined before the first. */
  lastByteAt(): number | undefined
  /** Ends it: the server sees the connection close, the observer hears no more. */
  destroy(): void
}

const agents = {
  'http:': new http.Agent({ keepAlive: true }),
  'https:': new https.Agent({ keepAlive: true }),
}

/**
 * One HTTP exchange, watched at the socket. There is no time limit here. A kept-alive connection that
 * the server had closed meanwhile fails before any byte; the request then leaves once more on a new one.
 */
export function exchange(outgoing: Outgoing, observer: Observer): Exchange {
  const protocol = outgoing.url.protocol === 'https:' ? 'https:' : 'http:'
  const agent = agents[protocol]
  const client = protocol === 'https:' ? https : http
  let stamp: Stamp | undefined
  let over = false
  let request = attempt(true)

  function attempt(mayRetry: boolean): http.ClientRequest {
    const { url, method, headers, body } = outgoing
    const length = body ? { 'content-length': String(body.byteLength) } : {}
    const sent = client.request(url, { agent, method, headers: { ...headers, ...length } })
    const write = (socket: Socket): void => {
      sent.end(body)
      // 'finish' waits its turn behind other requests of the same tick, long after the server has the bytes.
      if (socket.writableLength === 0) written()
      else sent.once('finish', written)
    }
    sent.setNoDelay(true)
    sent.on('socket', (socket) => {
      stamp = stampOf(socket)
      stamp.seen = false
      if (socket.connecting) socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', () => write(socket))
      else write(socket)
    })
    sent.on('error', (error) => {
      if (mayRetry && !over && isStale(sent, error) && !stamp?.seen) {
        for (const idle of Object.values(agent.freeSockets).flat()) idle?.destroy()
        request = attempt(false)
      } else fail(error)
    })
    sent.on('response', (response) => listen(response))
    return sent
  }

  function written(): void {
    if (!over) observer.written(performance.now())
  }

  function listen(response: http.IncomingMessage): void {
    const arrived = (): number => stamp?.at ?? performance.now()
    const tell = (event: () => void): void => later(() => !over && event())
    const headAt = arrived()
    tell(() => observer.head(response, headAt))
    response.on('data', (bytes: Buffer) => {
      const at = arrived()
      tell(() => observer.chunk(bytes, at))
    })
    response.on('end', () => {
      const at = arrived()
      tell(() => {
        over = true
        observer.end(at)
      })
    })
    response.on('error', fail)
  }

  function fail(error: Error): void {
    const at = performance.now()
    later(() => {
      if (over) return
      over = true
      request.destroy()
      observer.fail(error, at)
    })
  }

  return {
    lastByteAt: () => (stamp?.seen ? stamp.at : undefined),
    destroy: () => {
      over = true
      request.destroy()
    },
  }
}

interface Stamp {
  at: number
  seen: boolean
}

const stamps = new WeakMap<Socket, Stamp>()

/** The clock of a connection, read before the HTTP parser or anything else sees the bytes. */
function stampOf(socket: Socket): Stamp {
  const known = stamps.get(socket)
  if (known) return known
  const stamp = { at: 0, seen: false }
  socket.prependListener('data', () => {
    stamp.at = performance.now()
    stamp.seen = true
  })
  stamps.set(socket, stamp)
  return stamp
}

function isStale(request: http.ClientRequest, error: Error): boolean {
  return request.reusedSocket && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
}

const waiting: (() => void)[] = []

/**
 * Works one thing off per turn of the event loop, so that between any two the loop goes through its
 * sockets and stamps what has come: else the first of sixteen streams would make the others look late.
 */
function later(work: () => void): void {
  if (waiting.push(work) === 1) setImmediate(next)
}

function next(): void {
  const work = waiting.shift()
  if (waiting.length > 0) setImmediate(next)
  work?.()
}

/** Resolves when all that has arrived was told. */
export async function allTold(): Promise<void> {
  do await turn()
  while (waiting.length > 0)
}
