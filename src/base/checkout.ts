/**
 * The files of a commit in a folder of ours. It is no `git worktree`: one is registered in the repository, and stays
 * so when the run is killed. `read-tree` with an index and a work tree of our own writes the same files (filters,
 * line ends and symbolic links included), and neither the user's index, stash, branches nor list of worktrees see it.
 */
import { lstat, mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { baseErrors } from './errors.ts'
import { ask, git, GitFailure } from './git.ts'
import { exists } from './paths.ts'

/** What a commit holds: by path its mode and the object's id. */
export type Listing = ReadonlyMap<string, { mode: string; oid: string }>

/** Where a commit is taken from: a checkout and its git directory. */
interface Source {
  top: string
  gitDir: string
}

export async function listFiles(top: string, sha: string): Promise<Listing> {
  const text = await git(top, ['ls-tree', '-r', '-z', '--full-tree', sha])
  return new Map(
    text
      .split('\0')
      .filter(Boolean)
      .map((line) => {
        const [facts = '', path = ''] = line.split('\t', 2)
        const [mode = '', , oid = ''] = facts.split(' ')
        return [path, { mode, oid }]
      }),
  )
}

/** Writes the commit's files into `folder`, which must be empty or not there, those of its submodules included. */
export async function checkOut(source: Source, sha: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const index = `${folder}.index`
  const env = { GIT_DIR: source.gitDir, GIT_WORK_TREE: folder, GIT_INDEX_FILE: index }
  try {
    await git(folder, ['read-tree', '-m', '-u', sha], { env })
  } catch (error) {
    throw error instanceof GitFailure ? baseErrors.checkout(sha, error.message) : error
  } finally {
    await rm(index, { force: true })
    await rm(`${index}.lock`, { force: true })
  }
  const files = await listFiles(source.top, sha)
  await checkOutSubmodules(source, files, folder)
  await checkPointers(source, sha, files, folder, env)
}

/** A submodule that head has not brought in is not needed at base either. */
async function checkOutSubmodules({ top }: Source, files: Listing, folder: string): Promise<void> {
  for (const [path, { mode, oid }] of files) {
    if (mode !== SUBMODULE) continue
    const head = join(top, path)
    if (!(await exists(join(head, '.git')))) continue
    try {
      await ask(head, ['cat-file', '-e', `${oid}^{commit}`])
    } catch {
      throw baseErrors.submodule(path, oid)
    }
    const gitDir = await ask(head, ['rev-parse', '--absolute-git-dir'])
    await checkOut({ top: head, gitDir }, oid, join(folder, path))
  }
}

const SUBMODULE = '160000'

/** Refuses a pointer to a large file where head has the file itself: the two trees would not be alike. */
async function checkPointers(
  { top }: Source,
  sha: string,
  files: Listing,
  folder: string,
  env: Record<string, string>,
): Promise<void> {
  const attributes = [...files.keys()].filter((path) => /(^|\/)\.gitattributes$/.test(path))
  const texts = await Promise.all(
    attributes.map((path) => readFile(join(folder, path), 'utf8').catch(() => '')),
  )
  if (!texts.some((text) => text.includes('filter=lfs'))) return
  const input = [...files.keys()].join('\0')
  const answer = (await git(folder, ['check-attr', '-z', '--stdin', 'filter'], { env, input })).split('\0')
  for (let at = 0; at + 2 < answer.length; at += 3) {
    const path = answer[at] ?? ''
    if (answer[at + 2] !== 'lfs' || !(await isPointer(join(folder, path)))) continue
    const head = join(top, path)
    if ((await exists(head)) && !(await isPointer(head))) throw baseErrors.pointer(path, sha)
  }
}

async function isPointer(path: string): Promise<boolean> {
  const facts = await lstat(path).catch(() => undefined)
  if (facts?.isFile() !== true || facts.size > 1024) return false
  return (await readFile(path, 'utf8')).startsWith('version https://git-lfs.github.com/spec/')
}
