/**
 * A known slowdown of a stream, which an audit plants to see whether it is found. It stands between the socket and all that
 * measures: a reply comes through it later, and the server's own durations are longer by as much.
 */
import { defined } from '../optional.ts'
import type { Observer } from './exchange.ts'
import type { Final } from './protocol/index.ts'

export interface Slowdown {
  /** Added to the time between two tokens: 0.1 is 10 %. */
  decode: number
  /** Added to the time of the first token, ms. */
  first_token: number
}

/**
 * Tells `observer` of a reply as if it had arrived later. An arrival has the time at which it was due, and is told then or
 * soon after, as with one that the socket has stamped: a timer is too coarse for tokens that take a millisecond.
 */
export function slowed(observer: Observer, { decode, first_token }: Slowdown): Observer {
  const held: { due: number; tell: (at: number) => void }[] = []
  let first: number | undefined

  const hold = (at: number, tell: (at: number) => void): void => {
    first ??= at
    held.push({ due: first + first_token + (at - first) * (1 + decode), tell })
    if (held.length === 1) release()
  }
  const release = (): void => {
    for (let next = held[0]; next !== undefined; next = held[0]) {
      const wait = next.due - performance.now()
      if (wait > 0) return void setTimeout(release, wait)
      next.tell(next.due)
      held.shift()
    }
  }
  return {
    written: (at) => observer.written(at),
    head: (response, at) => observer.head(response, at),
    chunk: (bytes, at) => hold(at, (due) => observer.chunk(bytes, due)),
    end: (at) => hold(at, (due) => observer.end(due)),
    fail: (error, at) => hold(at, (due) => observer.fail(error, due)),
  }
}

/** What a server that slow would report. */
export function slowedFinal(final: Final, { decode, first_token }: Slowdown): Final {
  const { eval_duration: evaluated, prompt_eval_duration: prompt, total_duration: total } = final
  return {
    ...final,
    ...defined({
      eval_duration: evaluated && evaluated * (1 + decode),
      prompt_eval_duration: prompt === undefined ? undefined : prompt + first_token,
      total_duration: total === undefined ? undefined : total + first_token + decode * (evaluated ?? 0),
    }),
  }
}
