/**
 * Where base's packages come from. With the same lock file on both sides head's are base's, and are linked; else they
 * are installed once per lock file with the manager that wrote it, and linked from there.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { objectOf, parseJson } from '../json.ts'
import { stateOf, type Listing, type Part } from './checkout.ts'
import { copiesAtBase, copiesAtHead, firstChanged, SECTIONS } from './copies.ts'
import { baseErrors } from './errors.ts'
import { git, succeeds, type Repository } from './git.ts'
import { managers, shapesInstall, type Manager } from './managers.ts'
import { exists } from './paths.ts'

/** Base's packages: head's own, or to be installed. */
export type Dependencies = { kind: 'linked' } | Install

export interface Install {
  kind: 'installed'
  manager: Manager
  /** The lock file, and the folder of the install, relative to the top level. */
  lock: string
  folder: string
  /** Base's lock file and all else that decides what is installed. */
  key: string
}

/** What base needs, seen from `place`, Vitest's root relative to the top level. Throws where that cannot be known. */
export async function findDependencies(
  repository: Repository,
  parts: readonly [Part, ...Part[]],
  place: string,
): Promise<Dependencies> {
  const { top } = repository
  const [{ sha, files }] = parts
  const copies = await copiesAtHead(top, files)
  const changed = await firstChanged(top, sha, copies)
  const locks = await findLocks(repository, files, place)
  if (locks === undefined) {
    if (changed !== undefined) throw baseErrors.copyWithoutLock(changed)
    return withoutLock(repository, sha, files, place)
  }
  const plugNPlay = joined(locks.head.folder, '.pnp.cjs')
  if (await exists(join(top, plugNPlay))) throw baseErrors.plugNPlay(plugNPlay)
  if (locks.same && changed === undefined) return { kind: 'linked' }
  for (const copy of await copiesAtBase(top, sha, files)) copies.add(copy)
  const { folder, manager, lock } = locks.base
  return { kind: 'installed', manager, lock, folder, key: keyOf(parts, folder, copies) }
}

/** What fixes the packages of one side. */
interface Lock {
  folder: string
  manager: Manager
  lock: string
}

/** The lock files of base and head; undefined where neither has one. One that git ignores is head's own affair. */
async function findLocks(
  repository: Repository,
  files: Listing,
  place: string,
): Promise<{ base: Lock; head: Lock; same: boolean } | undefined> {
  const [base, head] = await Promise.all([
    findLock(place, async (lock) => files.has(lock)),
    findLock(
      place,
      async (lock) =>
        (await exists(join(repository.top, lock))) &&
        (files.has(lock) || !(await isIgnored(repository, lock))),
    ),
  ])
  if (base === undefined) {
    if (head !== undefined && isProject(files, place)) throw baseErrors.lockMissing(head.lock, 'base')
    return undefined
  }
  if (head === undefined) throw baseErrors.lockMissing(base.lock, 'head')
  const same = base.lock === head.lock && (await headOid(repository, head.lock)) === files.get(base.lock)?.oid
  return { base, head, same }
}

/** The lock file nearest to Vitest's root, up to the top level. */
async function findLock(place: string, has: (lock: string) => Promise<boolean>): Promise<Lock | undefined> {
  for (const folder of upwards(place)) {
    for (const manager of managers) {
      for (const name of manager.locks) {
        const lock = joined(folder, name)
        if (await has(lock)) return { folder, manager, lock }
      }
    }
  }
  return undefined
}

/** Without a lock file head's packages are base's as long as both ask for the same. */
async function withoutLock(
  { top }: Repository,
  sha: string,
  files: Listing,
  place: string,
): Promise<Dependencies> {
  if (!isProject(files, place)) return { kind: 'linked' }
  for (const folder of upwards(place)) {
    const path = joined(folder, 'package.json')
    if (!files.has(path) && !(await exists(join(top, path)))) continue
    const head = await readFile(join(top, path), 'utf8').catch(() => '')
    const base = files.has(path) ? await git(top, ['cat-file', 'blob', `${sha}:${path}`]) : ''
    if (wanted(head) !== wanted(base)) throw baseErrors.noLock(path)
  }
  return { kind: 'linked' }
}

/** Whether base has packages at all; before a pull request that brings the first ones, it has no suite either. */
function isProject(files: Listing, place: string): boolean {
  return upwards(place).some((folder) => files.has(joined(folder, 'package.json')))
}

function wanted(manifest: string): string {
  const fields = objectOf(parseJson(manifest))
  return JSON.stringify(
    SECTIONS.map((section) => Object.entries(objectOf(fields[section])).sort(([a], [b]) => (a < b ? -1 : 1))),
  )
}

/** Platform and Node belong to it: packages are compiled for them. */
function keyOf(parts: readonly [Part, ...Part[]], folder: string, copies: ReadonlySet<string>): string {
  const inputs = [...parts[0].files]
    .filter(([path]) => shapesInstall(path) || upwards(dirname(path)).some((at) => copies.has(at)))
    .map(([path, { oid }]) => `${oid} ${path}`)
  const machine = [process.platform, process.arch, process.versions.modules, folder]
  return createHash('sha256')
    .update(JSON.stringify([machine, inputs, stateOf(parts)]))
    .digest('hex')
    .slice(0, 20)
}

async function headOid({ top }: Repository, path: string): Promise<string> {
  return (await git(top, ['hash-object', '--', path])).trim()
}

async function isIgnored({ top }: Repository, path: string): Promise<boolean> {
  return succeeds(git(top, ['check-ignore', '--quiet', '--', path]))
}

/** The folder and those above it, up to the top level. */
function upwards(place: string): string[] {
  const parts = place.split('/').filter(Boolean)
  return [...parts.keys(), parts.length].map((count) => parts.slice(0, count).join('/')).toReversed()
}

function joined(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}
