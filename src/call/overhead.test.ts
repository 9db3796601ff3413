import { expect, test } from 'vitest'
import { harnessOverhead } from './index.ts'

test('the overhead is more than 0 and less than the time its measurement took', async () => {
  const began = performance.now()
  const overhead = await harnessOverhead()
  expect(overhead).toBeGreaterThan(0)
  expect(overhead).toBeLessThan(performance.now() - began)
})
