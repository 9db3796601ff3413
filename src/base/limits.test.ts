/** Commands that do not end: a git that waits, and an install whose registry does not answer. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createRepository } from '../../test/support/repository.ts'
import { findParts } from './checkout.ts'
import { git, openRepository } from './git.ts'
import { install } from './install.ts'

test('a git that waits is ended at its limit', async () => {
  await using repository = await createRepository()
  const waiting = git(repository.dir, ['-c', 'alias.wait=!exec sleep 10', 'wait'], { limit: 200 })
  await expect(waiting).rejects.toMatchObject({
    name: 'GitFailure',
    message: expect.stringContaining('It was ended after 200 ms.'),
  })
})

test('an install that waits is ended at its limit, with its command', async () => {
  await using repository = await createRepository()
  const sha = await repository.commit({ 'package-lock.json': '{}' })
  const store = await mkdtemp(join(tmpdir(), 'chimera-'))
  onTestFinished(() => rm(store, { recursive: true, force: true }))
  // Node in the place of a manager: it waits.
  const args = ['-e', 'setTimeout(() => {}, 10_000)']
  const manager = { name: process.execPath as 'npm', locks: [], install: () => args }
  const wanted = { kind: 'installed', manager, lock: 'package-lock.json', folder: '', key: 'k' } as const
  const parts = await findParts(await openRepository(repository.dir), sha)
  const options = { parts, store, limit: 500 }
  await expect(install(wanted, options)).rejects.toMatchObject({
    code: 'base_install',
    message: expect.stringMatching(/with `.*setTimeout.*`[^]*It was ended after 500 ms/),
  })
})
