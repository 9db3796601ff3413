/** A commit's files in a folder, and nothing else changed. */
import { readdir, readFile, readlink, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createRepository } from '../../test/support/repository.ts'
import { checkOut, findParts } from './checkout.ts'
import { openRepository } from './git.ts'

test('writes what the commit holds, whatever the working tree, the index and the stash hold', async () => {
  await using repository = await createRepository()
  await symlink('/nowhere', join(repository.dir, 'link'))
  const sha = await repository.commit({
    'src/a.ts': 'old',
    'kept.txt': 'kept',
    '.gitattributes': 'kept.txt export-ignore\n',
  })
  await repository.write({ 'src/a.ts': 'stashed' })
  await repository.git('stash')
  await repository.write({ 'src/a.ts': 'staged', 'src/new.ts': 'staged' })
  await repository.git('add', '--all')
  await repository.write({ 'src/a.ts': 'written', untracked: 'x' })
  const before = await repository.state()
  const opened = await openRepository(repository.dir)
  const folder = join(opened.gitDir, 'tree')
  await checkOut(await findParts(opened, sha), folder)
  expect(await repository.state()).toBe(before)
  expect((await readdir(folder, { recursive: true })).toSorted()).toEqual([
    '.gitattributes',
    'kept.txt',
    'link',
    'src',
    'src/a.ts',
  ])
  expect(await readFile(join(folder, 'src/a.ts'), 'utf8')).toBe('old')
  expect(await readlink(join(folder, 'link'))).toBe('/nowhere')
  expect(await readdir(opened.gitDir)).not.toContain('tree.index')
})

test('brings the files of a submodule, or says which commit it lacks', async () => {
  await using inner = await createRepository()
  await using outer = await createRepository()
  const missing = await inner.commit({ 'lib.ts': 'old' })
  await outer.git('submodule', 'add', '--quiet', inner.dir, 'sub')
  const sha = await outer.commit({ a: '1' })
  await inner.commit({ 'lib.ts': 'new' })
  await outer.git('-C', 'sub', 'pull', '--quiet')
  await outer.commit({ a: '2' })
  const opened = await openRepository(outer.dir)
  const before = await outer.state()
  await checkOut(await findParts(opened, sha), join(opened.gitDir, 'tree'))
  expect(await readFile(join(opened.gitDir, 'tree/sub/lib.ts'), 'utf8')).toBe('old')
  expect(await outer.state()).toBe(before)
  // As a shallow clone of the submodule has it.
  await rm(join(outer.dir, '.git/modules/sub'), { recursive: true })
  await inner.git(
    'clone',
    '--quiet',
    '--bare',
    '--depth=1',
    `file://${inner.dir}`,
    join(outer.dir, '.git/modules/sub'),
  )
  await expect(findParts(opened, sha)).rejects.toThrow(
    new RegExp(`submodule sub does not have the commit ${missing.slice(0, 12)}.*fetch`),
  )
})

test('refuses a pointer to a large file that head has', async () => {
  await using repository = await createRepository()
  const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n'
  // The filter itself is not installed here, as it may not be in CI.
  const sha = await repository.commit({ '.gitattributes': '*.bin filter=lfs -text\n', 'a.bin': pointer })
  const opened = await openRepository(repository.dir)
  const checkOutTo = async (name: string) => checkOut(await findParts(opened, sha), join(opened.gitDir, name))
  await checkOutTo('alike')
  await repository.write({ 'a.bin': 'the file itself' })
  await expect(checkOutTo('tree')).rejects.toThrow(/a\.bin is a Git LFS pointer at base.*git lfs fetch/)
})
