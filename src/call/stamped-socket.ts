import { Socket, type TcpSocketConnectOpts } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'

/**
 * A connection that reads the clock the moment bytes come and hands them on later, one arrival per turn
 * of the event loop. Between any two turns the loop goes through all its sockets, so sixteen streams that
 * speak at once are all stamped before the first one's bytes are parsed, let alone read by an agent.
 */
export class StampedSocket extends Socket {
  /** Arrival of the bytes that were handed on last, performance.now(). */
  stamp = 0
  /** Arrival of the last bytes of all. */
  lastByteAt: number | undefined
  readonly #held: { bytes: Uint8Array | null; at: number }[] = []

  /** What the system read; null at the end. Nothing here is ever slowed down, so it always asks for more. */
  override push(bytes: Uint8Array | null): boolean {
    const at = performance.now()
    if (bytes) this.lastByteAt = at
    this.#held.push({ bytes, at })
    later(() => this.#handOn())
    return true
  }

  /** A reset may follow bytes at once; what came before it is handed on first. */
  override destroy(error?: Error): this {
    while (this.#held.length > 0) this.#handOn()
    return super.destroy(error)
  }

  #handOn(): void {
    const next = this.#held.shift()
    if (!next) return
    this.stamp = next.at
    super.push(next.bytes)
    if (!next.bytes) this.read(0)
  }
}

/** For an agent's `createConnection`. */
export function connectStamped(options: TcpSocketConnectOpts): StampedSocket {
  return new StampedSocket().connect(options)
}

const waiting: (() => void)[] = []

function later(work: () => void): void {
  if (waiting.push(work) === 1) setImmediate(next)
}

function next(): void {
  const work = waiting.shift()
  if (waiting.length > 0) setImmediate(next)
  work?.()
}

/** Resolves when all bytes that have come were handed on. */
export async function drain(): Promise<void> {
  do await turn()
  while (waiting.length > 0)
}
