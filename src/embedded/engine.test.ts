import { expect, test } from 'vitest'
import { Queue } from './engine.ts'

test('lets in as many as there are places, the others in their order', async () => {
  const queue = new Queue(2)
  const seen: string[] = []
  const first = await queue.enter()
  const second = await queue.enter()
  const waiting = ['c', 'd'].map(async (name) => {
    const leave = await queue.enter()
    seen.push(name)
    leave()
  })
  await Promise.resolve()
  expect(seen).toEqual([])
  first()
  first()
  await Promise.all(waiting)
  expect(seen).toEqual(['c', 'd'])
  second()
})

test('who gives up leaves the line', async () => {
  const queue = new Queue(1)
  const leave = await queue.enter()
  const impatient = new AbortController()
  const gone = queue.enter(impatient.signal)
  const next = queue.enter()
  impatient.abort(new Error('gone'))
  await expect(gone).rejects.toThrow('gone')
  leave()
  const leaveNext = await next
  leaveNext()
  await expect(queue.enter()).resolves.toBeTypeOf('function')
})
