import type { Socket } from 'node:net'

const stamps = new WeakMap<Socket, number>()
const waiting: (() => void)[] = []

/** When the bytes that the connection's HTTP parser has been given last arrived, performance.now(). */
export function arrivedAt(socket: Socket): number {
  return stamps.get(socket) ?? performance.now()
}

/**
 * Stamps what a connection brings before anything works on it, one arrival worked on per turn of the
 * event loop: of requests that come at once, none waits for its stamp behind the work on another.
 */
export function stampArrivals(socket: Socket): void {
  const push = socket.push.bind(socket)
  socket.push = (bytes: unknown) => {
    const at = performance.now()
    const handOn = (): void => {
      stamps.set(socket, at)
      push(bytes)
    }
    if (waiting.push(handOn) === 1) setImmediate(next)
    return true
  }
  // While nobody listens, node:http reads past the socket and nothing would be pushed.
  socket.prependListener('data', () => {})
}

function next(): void {
  const work = waiting.shift()
  if (waiting.length > 0) setImmediate(next)
  work?.()
}
