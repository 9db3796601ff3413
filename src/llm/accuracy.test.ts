import { expect, test } from 'vitest'
import { accuracy, at } from '../../test/scripted-ollama/accuracy.ts'
import { harnessOverhead } from './index.ts'

// Another process on the machine can hold either side back for a while, so a run may be repeated.
test.each([1, 16])(
  "%d streams at once are within 1 ms of the server's own log, in the middle",
  { retry: 5, timeout: 60_000 },
  async (streams) => {
    const { ttft, itl } = await accuracy(streams, streams === 1 ? 5 : 2, 20)
    expect(ttft).toHaveLength(streams === 1 ? 5 : 32)
    expect(itl).toHaveLength(ttft.length * 19)
    expect(at(ttft, 0.5)).toBeLessThan(1)
    expect(at(itl, 0.5)).toBeLessThan(1)
  },
)

test('what the measuring itself adds is known', async () => {
  const overhead = await harnessOverhead()
  expect(overhead).toBeGreaterThan(0)
  expect(overhead).toBeLessThan(20)
})
