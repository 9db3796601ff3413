import http from 'node:http'
import https from 'node:https'
import type { Socket, TcpSocketConnectOpts } from 'node:net'
import { connectStamped, StampedSocket } from './stamped-socket.ts'

/** A request ready to leave. */
export interface Outgoing {
  url: URL
  method: string
  headers: Record<string, string>
  body?: Uint8Array
}

/** What an exchange tells while it happens. Every `at` is performance.now() at the socket. */
export interface Observer {
  /** The whole request has been handed to the system; undefined where it has to leave once more. */
  written(at: number | undefined): void
  head(response: http.IncomingMessage, at: number): void
  chunk(bytes: Uint8Array, at: number): void
  end(at: number): void
  fail(error: Error, at: number): void
}

export interface Exchange {
  /** When the last byte of any kind came; undefined before the first. */
  lastByteAt(): number | undefined
  /** Whether there was a connection to write the request to. */
  isConnected(): boolean
  /** Ends it: the server sees the connection close, the observer hears no more. */
  destroy(): void
}

const plain = new http.Agent({ keepAlive: true })
plain.createConnection = (options) => connectStamped(options as TcpSocketConnectOpts)
const secure = new https.Agent({ keepAlive: true })

/** Since when a kept-alive connection has had nothing to do. */
const freeSince = new WeakMap<object, number>()
for (const agent of [plain, secure])
  agent.on('free', (socket: object) => freeSince.set(socket, performance.now()))

/** No server closes a connection sooner because nobody used it, ms. */
const SHORTEST_KEPT = 1000
/** The answer to bytes that come after the close takes no longer, ms. */
const LONGEST_WAY = 100

/**
 * One HTTP exchange, watched at the socket. There is no time limit here. A kept-alive connection that
 * the server had closed meanwhile fails before any byte; the request then leaves once more on a new one. A server that
 * crashes over the request fails in the same way, so the connection must have been idle, and the failure come at once.
 */
export function exchange(outgoing: Outgoing, observer: Observer): Exchange {
  const isSecure = outgoing.url.protocol === 'https:'
  const agent = isSecure ? secure : plain
  let connection: Socket | undefined
  let writtenAt = 0
  let heardAt: number | undefined
  let over = false
  let request = attempt(true)

  function attempt(mayRetry: boolean): http.ClientRequest {
    const { url, method, headers, body } = outgoing
    const length = body ? { 'content-length': String(body.byteLength) } : {}
    const sent = (isSecure ? https : http).request(url, {
      agent,
      method,
      // Compressed bytes would be neither parsed nor unpacked.
      headers: { ...headers, 'accept-encoding': 'identity', ...length },
    })
    sent.setNoDelay(true)
    sent.on('socket', (socket) => {
      if (socket.connecting) socket.once(isSecure ? 'secureConnect' : 'connect', () => write(sent, socket))
      else write(sent, socket)
    })
    sent.on('error', (error) => {
      if (mayRetry && !over && lastByteAt() === undefined && isStale(sent, error)) {
        for (const idle of Object.values(agent.freeSockets).flat()) idle?.destroy()
        observer.written(undefined)
        connection = undefined
        request = attempt(false)
      } else fail(error)
    })
    sent.on('response', (response) => listen(response))
    // Nobody asked for another protocol: the head is all that comes.
    sent.on('upgrade', (response, socket) => {
      socket.destroy()
      if (!over) observer.head(response, performance.now())
    })
    return sent
  }

  function write(sent: http.ClientRequest, socket: Socket): void {
    connection = socket
    writtenAt = performance.now()
    sent.end(outgoing.body)
    // 'finish' waits its turn behind other requests of the same tick, long after the server has the bytes.
    if (socket.writableLength === 0) written()
    else sent.once('finish', written)
  }

  function written(): void {
    if (!over) observer.written(performance.now())
  }

  function isStale({ reusedSocket }: http.ClientRequest, error: Error): boolean {
    if (!reusedSocket || connection === undefined || !('code' in error)) return false
    const idle = writtenAt - (freeSince.get(connection) ?? writtenAt)
    const isAtOnce = performance.now() - writtenAt < LONGEST_WAY
    return (error.code === 'ECONNRESET' || error.code === 'EPIPE') && idle >= SHORTEST_KEPT && isAtOnce
  }

  /** Bytes from before this request belong to the one before it. */
  function lastByteAt(): number | undefined {
    const at = connection instanceof StampedSocket ? connection.lastByteAt : heardAt
    return at !== undefined && at >= writtenAt ? at : undefined
  }

  function listen(response: http.IncomingMessage): void {
    const { socket } = response
    const stamp = (): number => (heardAt = socket instanceof StampedSocket ? socket.stamp : performance.now())
    if (!over) observer.head(response, stamp())
    response.on('data', (bytes: Buffer) => {
      if (!over) observer.chunk(bytes, stamp())
    })
    response.on('end', () => {
      if (over) return
      over = true
      observer.end(stamp())
    })
    response.on('error', fail)
  }

  function fail(error: Error): void {
    if (over) return
    over = true
    request.destroy()
    observer.fail(error, performance.now())
  }

  return {
    lastByteAt,
    isConnected: () => connection !== undefined,
    destroy: () => {
      over = true
      request.destroy()
    },
  }
}
