/**
 * Ends workers that stand still. A worker ends what waits for too long itself; one whose agent never yields to the event
 * loop cannot, and says nothing any more. Its last sign of life and the limit of the trial it was in show it.
 */
import type { Alive, Message } from './wire.ts'

const TICK_MS = 1_000
/** Silence past the limit of a trial that a busy machine may cause, ms. */
const GRACE_MS = 8_000

interface Watched {
  alive: Alive
  /** Time since the last message, ms. */
  silent: number
}

export class Watchdog {
  readonly #watched = new Map<string, Watched>()
  readonly #onStall: (test: string, alive: Alive) => void
  #timer: NodeJS.Timeout | undefined
  #lastTick = 0

  /** @param onStall hears of each test once */
  constructor(onStall: (test: string, alive: Alive) => void) {
    this.#onStall = onStall
  }

  hear(test: string, message: Message): void {
    if (message.kind === 'alive') this.#watched.set(test, { alive: message, silent: 0 })
    else if (message.kind === 'ending' || message.kind === 'refused') this.forget(test)
    else {
      const known = this.#watched.get(test)
      if (known !== undefined) known.silent = 0
    }
    if (this.#watched.size > 0) this.#start()
  }

  forget(test: string): void {
    this.#watched.delete(test)
    if (this.#watched.size === 0) this.stop()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#watched.clear()
  }

  #start(): void {
    if (this.#timer !== undefined) return
    this.#lastTick = performance.now()
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref()
  }

  #tick(): void {
    const now = performance.now()
    // A machine that slept, or a process that was stopped, is no silence of a worker.
    const passed = Math.min(now - this.#lastTick, 2 * TICK_MS)
    this.#lastTick = now
    for (const [test, one] of this.#watched) {
      one.silent += passed
      if (one.silent <= one.alive.limit + GRACE_MS) continue
      this.forget(test)
      this.#onStall(test, one.alive)
    }
  }
}
