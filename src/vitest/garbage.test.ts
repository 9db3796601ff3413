import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { collectGarbage } from './garbage.ts'

test('what has piled up since the last time is collected', async () => {
  collectGarbage()
  const dropped = new WeakRef(new Uint8Array(64 * 2 ** 20))
  const kept = new Uint8Array(64 * 2 ** 20)
  // A WeakRef holds its object until the turn is over.
  await turn()
  collectGarbage()
  await turn()
  expect(dropped.deref()).toBeUndefined()
  expect(kept).toHaveLength(64 * 2 ** 20)
})
