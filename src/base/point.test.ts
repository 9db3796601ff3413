/** Which commit base is, found in real repositories. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { createRepository, repositoryAt, type TestRepository } from '../../test/support/repository.ts'
import { openRepository, placeIn } from './git.ts'
import { basePoint } from './point.ts'

/** A clone of a repository whose main went on after the branch `change` left it. */
async function cloned(
  ...flags: string[]
): Promise<{ origin: TestRepository; clone: TestRepository; start: string }> {
  const origin = await createRepository()
  await origin.commit({ a: '0' })
  const start = await origin.commit({ a: '1' })
  await origin.git('checkout', '--quiet', '-b', 'change')
  await origin.commit({ b: '1' })
  await origin.commit({ b: '2' })
  await origin.git('checkout', '--quiet', 'main')
  await origin.commit({ a: '2' })
  const dir = `${origin.dir}-clone`
  await origin.git('clone', '--quiet', ...flags, `file://${origin.dir}`, dir)
  return { origin, clone: repositoryAt(dir), start }
}

async function cleaned(...repositories: TestRepository[]): Promise<void> {
  for (const { dir } of repositories) await rm(dir, { recursive: true, force: true })
}

test('is where HEAD left the branch it goes to, however that is named', async () => {
  const { origin, clone, start } = await cloned('--branch=change')
  const repository = await openRepository(clone.dir)
  const point = (env: Record<string, string>, ref?: string) => basePoint(repository, ref, env)
  expect(await point({})).toEqual({ ref: 'origin/main', sha: start })
  expect(await point({ GITHUB_BASE_REF: 'main' })).toEqual({ ref: 'origin/main', sha: start })
  expect(await point({ CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main' })).toEqual({
    ref: 'origin/main',
    sha: start,
  })
  // A push has the variable too, and it is empty.
  expect(await point({ GITHUB_BASE_REF: '', CHIMERA_BASE: 'origin/main~1' })).toMatchObject({ sha: start })
  expect(await point({ CHIMERA_BASE: 'nothing' }, 'origin/change')).toMatchObject({ ref: 'origin/change' })
  // The remote's HEAD is not always there, and a detached HEAD is as good as a branch.
  await clone.git('remote', 'set-head', 'origin', '--delete')
  await clone.git('checkout', '--quiet', '--detach')
  expect(await point({})).toEqual({ ref: 'origin/main', sha: start })
  await cleaned(origin, clone)
})

test('is not guessed: each failure has its sentence and its cure', async () => {
  await using repository = await createRepository()
  await expect(openRepository(repository.dir)).rejects.toThrow(/has no commit .* Commit first/)
  await repository.commit({ a: '1' })
  const here = await openRepository(repository.dir)
  await expect(basePoint(here, undefined, {})).rejects.toThrow(
    /no remote\. Name it with CHIMERA_BASE or --base/,
  )
  await expect(basePoint(here, 'gone', {})).rejects.toThrow(/no commit "gone".*fetch-depth: 0/)
  await expect(basePoint(here, '--output=x', {})).rejects.toThrow(/no commit "--output=x"/)
  await repository.git('checkout', '--quiet', '--orphan', 'other')
  await repository.commit({ b: '1' })
  await expect(basePoint(await openRepository(repository.dir), 'main', {})).rejects.toThrow(
    /no commit in common\. Name the branch/,
  )
  await expect(openRepository('/')).rejects.toThrow(/not in the working tree of a git repository/)
  vi.stubEnv('PATH', join(repository.dir, 'nowhere'))
  await expect(openRepository(repository.dir)).rejects.toThrow(/no git on the PATH.*Install git/)
  vi.unstubAllEnvs()
})

test('is refused in a clone that does not reach back to it', async () => {
  const { origin, clone } = await cloned('--branch=change', '--depth=1', '--no-single-branch')
  const shallow = await openRepository(clone.dir)
  await expect(basePoint(shallow, 'origin/main', {})).rejects.toThrow(/clone is shallow.*`fetch-depth: 0`/)
  await clone.git('fetch', '--quiet', '--unshallow')
  expect((await basePoint(shallow, 'origin/main', {})).ref).toBe('origin/main')
  await cleaned(origin, clone)
})

test('is found below the top level and in a worktree of its own', async () => {
  await using repository = await createRepository()
  const sha = await repository.commit({ 'packages/app/a': '1' })
  const nested = join(repository.dir, 'packages/app')
  const opened = await openRepository(nested)
  expect(opened).toMatchObject({ top: repository.dir, head: sha })
  expect(await placeIn(opened, nested)).toBe('packages/app')
  const other = `${repository.dir}-other`
  await repository.git('worktree', 'add', '--quiet', '-b', 'two', other)
  const linked = await openRepository(other)
  expect(linked.top).toBe(other)
  expect(linked.gitDir).toMatch(/\.git\/worktrees\//)
  expect(await basePoint(linked, 'main', {})).toEqual({ ref: 'main', sha })
  await rm(other, { recursive: true })
})
