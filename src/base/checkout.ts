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

/** A commit whose files go to a tree. */
export interface Part extends Source {
  sha: string
  files: Listing
  /** Where in the tree: empty but for a submodule. */
  at: string
  /** Those of the files that Git LFS keeps elsewhere, and of which head has the pointer alone. */
  pointers: string[]
}

/** The commit, and those of its submodules. One that head has not brought in is not needed at base either. */
export async function findParts({ top, gitDir }: Source, sha: string, at = ''): Promise<[Part, ...Part[]]> {
  const files = await listFiles(top, sha)
  const parts: [Part, ...Part[]] = [{ top, gitDir, sha, files, at, pointers: await pointersIn(top, files) }]
  for (const [path, { mode, oid }] of files) {
    const head = join(top, path)
    if (mode !== SUBMODULE || !(await exists(join(head, '.git')))) continue
    try {
      await ask(head, ['cat-file', '-e', `${oid}^{commit}`])
    } catch {
      throw baseErrors.submodule(path, oid)
    }
    const own = await ask(head, ['rev-parse', '--absolute-git-dir'])
    parts.push(...(await findParts({ top: head, gitDir: own }, oid, join(at, path))))
  }
  return parts
}

/** The mode of a submodule, whose id is its commit. */
export const SUBMODULE = '160000'

/** What of head decides what a checkout holds; one that is kept is no other run's whose head has more, or less. */
export function stateOf([{ pointers }, ...submodules]: readonly [Part, ...Part[]]): unknown {
  return [pointers, ...submodules.map(({ at, sha, pointers }) => [at, sha, pointers])]
}

async function listFiles(top: string, sha: string): Promise<Listing> {
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

/** Writes the files of all parts into `folder`, which must be empty or not there. */
export async function checkOut(parts: readonly Part[], folder: string): Promise<void> {
  for (const part of parts) await checkOutPart(part, join(folder, part.at))
}

async function checkOutPart(part: Part, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const index = `${folder}.index`
  const env = { GIT_DIR: part.gitDir, GIT_WORK_TREE: folder, GIT_INDEX_FILE: index }
  try {
    await git(folder, ['read-tree', '-m', '-u', part.sha], { env })
  } catch (error) {
    throw error instanceof GitFailure ? baseErrors.checkout(part.sha, error.message) : error
  } finally {
    await rm(index, { force: true })
    await rm(`${index}.lock`, { force: true })
  }
  // A pointer to a large file where head has the file itself: the two trees would not be alike.
  for (const path of await pointersIn(folder, part.files, env)) {
    const head = join(part.top, path)
    if ((await exists(head)) && !(await isPointer(head))) throw baseErrors.pointer(path, part.sha)
  }
}

async function pointersIn(
  folder: string,
  files: Listing,
  env: Record<string, string> = {},
): Promise<string[]> {
  const attributes = [...files.keys()].filter((path) => /(^|\/)\.gitattributes$/.test(path))
  const texts = await Promise.all(
    attributes.map((path) => readFile(join(folder, path), 'utf8').catch(() => '')),
  )
  if (!texts.some((text) => text.includes('filter=lfs'))) return []
  const input = [...files.keys()].join('\0')
  const answer = (await git(folder, ['check-attr', '-z', '--stdin', 'filter'], { env, input })).split('\0')
  const found: string[] = []
  for (let at = 0; at + 2 < answer.length; at += 3) {
    const path = answer[at] ?? ''
    if (answer[at + 2] === 'lfs' && (await isPointer(join(folder, path)))) found.push(path)
  }
  return found
}

async function isPointer(path: string): Promise<boolean> {
  const facts = await lstat(path).catch(() => undefined)
  if (facts?.isFile() !== true || facts.size > 1024) return false
  return (await readFile(path, 'utf8')).startsWith('version https://git-lfs.github.com/spec/')
}
