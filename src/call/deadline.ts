import { LONGEST_TIMER } from '../clock.ts'

/** Times in ms; `undefined` where there is no limit yet. */
export interface Deadlines {
  /** performance.now() at which the call has been silent, or has lasted, for too long. */
  next: () => number
  /** Runs when a deadline has passed. */
  missed: () => void
}

/**
 * Watches deadlines that move: `next` is asked again whenever a timer fires, so a byte costs nothing.
 * A timer may fire late, after a stretch of work in the agent, with bytes waiting unread at the socket:
 * they are let in before anything is called missed. Returns how to stop.
 */
export function watchDeadlines({ next, missed }: Deadlines): () => void {
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  function arm(): void {
    const rest = next() - performance.now()
    if (rest === Infinity) return
    timer = setTimeout(() => setImmediate(check), Math.min(Math.max(1, Math.ceil(rest)), LONGEST_TIMER))
  }
  function check(): void {
    if (stopped) return
    if (performance.now() < next()) return arm()
    missed()
  }
  arm()
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
