import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { watchDeadlines } from './deadline.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 0, toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'performance'] })
})
afterEach(() => vi.useRealTimers())

/** What a turn of the loop takes on the fake clock, ms: a deadline is checked one turn after its timer. */
const TURN = 1

/** Watches until the test is over, and counts what is missed. */
function counted(next: () => number): () => number {
  let missed = 0
  onTestFinished(watchDeadlines({ next, missed: () => missed++ }))
  return () => missed
}

test('a deadline that keeps moving is not missed, one that stands still is, once and at its time', () => {
  let deadline = 40
  const missed = counted(() => deadline)
  for (let i = 0; i < 6; i++) {
    vi.advanceTimersByTime(15)
    deadline = performance.now() + 400
  }
  vi.advanceTimersByTime(399)
  expect(missed()).toBe(0)
  vi.advanceTimersByTime(1 + TURN)
  expect(missed()).toBe(1)
  vi.advanceTimersByTime(10_000)
  expect(missed()).toBe(1)
})

test('bytes that wait while the agent works are let in before anything is missed', () => {
  let deadline = 20
  const missed = counted(() => deadline)
  // The timer fires at the deadline itself; what the socket has comes before the loop's next turn.
  vi.advanceTimersToNextTimer()
  expect(performance.now()).toBe(20)
  expect(missed()).toBe(0)
  deadline = 50
  vi.advanceTimersByTime(29)
  expect(missed()).toBe(0)
  vi.advanceTimersByTime(1 + TURN)
  expect(missed()).toBe(1)
})

test('no deadline takes no timer, and one beyond the longest timer is not missed early', () => {
  counted(() => Infinity)
  expect(vi.getTimerCount()).toBe(0)
  const far = 2 ** 31 + 1000
  const missed = counted(() => far)
  vi.advanceTimersByTime(far - 1)
  expect(missed()).toBe(0)
  vi.advanceTimersByTime(1 + TURN)
  expect(missed()).toBe(1)
})

test('stopped, it is silent', () => {
  const missed = vi.fn()
  watchDeadlines({ next: () => 5, missed })()
  expect(vi.getTimerCount()).toBe(0)
  vi.advanceTimersByTime(20)
  expect(missed).not.toHaveBeenCalled()
})

test('stopped between its timer and its check, it is silent', () => {
  const missed = vi.fn()
  const stop = watchDeadlines({ next: () => 5, missed })
  vi.advanceTimersToNextTimer()
  stop()
  vi.advanceTimersByTime(20)
  expect(missed).not.toHaveBeenCalled()
})
