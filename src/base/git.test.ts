/** A git that waits. */
import { expect, test } from 'vitest'
import { createRepository } from '../../test/support/repository.ts'
import { git } from './git.ts'

test('a git that waits is ended at its limit', async () => {
  await using repository = await createRepository()
  const waiting = git(repository.dir, ['-c', 'alias.wait=!exec sleep 10', 'wait'], { limit: 200 })
  await expect(waiting).rejects.toMatchObject({
    name: 'GitFailure',
    message: expect.stringContaining('It was ended after 200 ms.'),
  })
})
