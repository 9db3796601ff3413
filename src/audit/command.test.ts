import { expect, test } from 'vitest'
import { run } from './command.ts'

test.each(['0', '-1', '1441', 'abc'])('a budget of %s minutes is refused', async (budget) => {
  const io = { stdout: () => {}, stderr: () => {} }
  await expect(run([`--budget=${budget}`], io)).rejects.toThrow(
    `Invalid --budget: Expected minutes, more than 0 and at most 1440, but received "${budget}".`,
  )
})
