import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Watchdog } from './watchdog.ts'
import type { Alive } from './wire.ts'

beforeEach(() => vi.useFakeTimers({ now: 0, toFake: ['setInterval', 'clearInterval', 'performance'] }))
afterEach(() => vi.useRealTimers())

const alive: Alive = {
  kind: 'alive',
  arm: 'candidate',
  phase: 'measure',
  block: 1,
  limit: 60_000,
  pid: 1,
}
const stalls = (): { dog: Watchdog; heard: string[] } => {
  const heard: string[] = []
  return { dog: new Watchdog((one, { arm }) => heard.push(`${one} ${arm}`)), heard }
}

test('a worker that is silent for longer than its trial may take is named once', () => {
  const { dog, heard } = stalls()
  dog.hear('one', alive)
  vi.advanceTimersByTime(68_000)
  expect(heard).toEqual([])
  vi.advanceTimersByTime(2_000)
  expect(heard).toEqual(['one candidate'])
  vi.advanceTimersByTime(200_000)
  expect(heard).toHaveLength(1)
  expect(vi.getTimerCount()).toBe(0)
})

test('any message is a sign of life; one that has ended, or was never begun, is not waited for', () => {
  const { dog, heard } = stalls()
  dog.hear('over', alive)
  dog.hear('over', { kind: 'ending', ending: { stopped: 'decided', requeued: 0, warnings: [] } })
  dog.hear('loading', { kind: 'facts', facts: {} })
  expect(vi.getTimerCount()).toBe(0)
  dog.hear('one', alive)
  for (let i = 0; i < 10; i++) {
    vi.advanceTimersByTime(60_000)
    dog.hear('one', { kind: 'notice', text: 'still here' })
  }
  expect(heard).toEqual([])
})

test('a machine that slept does not count', () => {
  const { dog, heard } = stalls()
  dog.hear('one', alive)
  vi.setSystemTime(0)
  const now = performance.now()
  const slept = vi.spyOn(performance, 'now').mockReturnValue(now + 3_600_000)
  vi.advanceTimersByTime(1_000)
  slept.mockRestore()
  expect(heard).toEqual([])
})
