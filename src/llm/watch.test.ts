import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { watch } from './watch.ts'

test('a deadline that keeps moving is not missed, one that stands still is, once', async () => {
  let deadline = performance.now() + 40
  let missed = 0
  const stop = watch({ next: () => deadline, missed: () => missed++ })
  onTestFinished(stop)
  for (let i = 0; i < 6; i++) {
    await sleep(15)
    deadline = performance.now() + 400
  }
  expect(missed).toBe(0)
  deadline = performance.now()
  await sleep(600)
  expect(missed).toBe(1)
})

test('bytes that wait while the agent works are let in before anything is missed', async () => {
  let deadline = performance.now() + 20
  let missed = 0
  onTestFinished(watch({ next: () => deadline, missed: () => missed++ }))
  // Stands for a socket's bytes: the loop serves them before it checks the deadline.
  setTimeout(() => void setImmediate(() => (deadline = Infinity)), 1)
  const until = performance.now() + 60
  while (performance.now() < until);
  await sleep(30)
  expect(missed).toBe(0)
})

test('stopped, it is silent', async () => {
  let missed = 0
  watch({ next: () => performance.now() + 5, missed: () => missed++ })()
  await sleep(20)
  expect(missed).toBe(0)
})
