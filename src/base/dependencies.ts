/**
 * Where base's packages come from. With the same lock file on both sides head's are base's, and are linked; else they
 * are installed once per lock file with the manager that wrote it, and linked from there.
 */
import { createHash } from 'node:crypto'
import { lstat, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isObject, objectOf, parseJson } from '../json.ts'
import type { Listing } from './checkout.ts'
import { baseErrors } from './errors.ts'
import { git, GitFailure, type Repository } from './git.ts'
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
  sha: string,
  files: Listing,
  place: string,
): Promise<Dependencies> {
  const found = await findLock(repository, files, place)
  if (found === undefined) return withoutLock(repository, sha, files, place)
  const { folder, manager, lock } = found
  if (await exists(join(repository.top, folder, '.pnp.cjs')))
    throw baseErrors.plugNPlay(joined(folder, '.pnp.cjs'))
  const copies = await changedCopies(repository, sha, files, folder)
  if (found.same && copies.length === 0) return { kind: 'linked' }
  return { kind: 'installed', manager, lock, folder, key: keyOf(files, folder, copies) }
}

interface Lock {
  folder: string
  manager: Manager
  lock: string
  same: boolean
}

/** The lock file nearest to Vitest's root, up to the top level, on either side. */
async function findLock(repository: Repository, files: Listing, place: string): Promise<Lock | undefined> {
  const { top } = repository
  for (const folder of upwards(place)) {
    for (const manager of managers) {
      for (const name of manager.locks) {
        const lock = joined(folder, name)
        const base = files.get(lock)
        const atHead = await exists(join(top, lock))
        if (base === undefined && (!atHead || (await isIgnored(repository, lock)))) continue
        if (base === undefined) throw baseErrors.lockMissing(lock, 'base')
        if (!atHead) throw baseErrors.lockMissing(lock, 'head')
        return { folder, manager, lock, same: (await headOid(repository, lock)) === base.oid }
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
  for (const folder of upwards(place)) {
    const path = joined(folder, 'package.json')
    if (!files.has(path) && !(await exists(join(top, path)))) continue
    const head = await readFile(join(top, path), 'utf8').catch(() => '')
    const base = files.has(path) ? await git(top, ['cat-file', 'blob', `${sha}:${path}`]) : ''
    if (wanted(head) !== wanted(base)) throw baseErrors.noLock(path)
  }
  return { kind: 'linked' }
}

const SECTIONS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']

function wanted(manifest: string): string {
  const fields = objectOf(parseJson(manifest))
  return JSON.stringify(
    SECTIONS.map((section) => Object.entries(objectOf(fields[section])).sort(([a], [b]) => (a < b ? -1 : 1))),
  )
}

/**
 * Folders of the repository that are installed as a copy (as yarn and bun do with `file:`), so that head's packages
 * hold head's code, and that differ between the sides.
 */
async function changedCopies(
  { top }: Repository,
  sha: string,
  files: Listing,
  folder: string,
): Promise<string[]> {
  const changed: string[] = []
  for (const path of files.keys()) {
    if (!/(^|\/)package\.json$/.test(path)) continue
    const holder = path.slice(0, -'package.json'.length).replace(/\/$/, '')
    const text = await readFile(join(top, path), 'utf8').catch(() => '')
    for (const [name, target] of fileDependencies(text)) {
      const copied = join(holder, target).replaceAll('\\', '/')
      if (copied.startsWith('..') || !files.has(joined(copied, 'package.json'))) continue
      const places = [holder, folder].map((at) => join(top, at, 'node_modules', name))
      if (!(await anyFolder(places)) || (await isSame(top, sha, copied))) continue
      changed.push(copied)
    }
  }
  return changed
}

function fileDependencies(manifest: string): [name: string, target: string][] {
  const fields = objectOf(parseJson(manifest))
  return SECTIONS.flatMap((section) => (isObject(fields[section]) ? Object.entries(fields[section]) : []))
    .filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1].startsWith('file:'),
    )
    .map(([name, spec]) => [name, spec.slice('file:'.length)])
}

async function anyFolder(paths: readonly string[]): Promise<boolean> {
  const facts = await Promise.all(paths.map((path) => lstat(path).catch(() => undefined)))
  return facts.some((one) => one?.isDirectory() === true)
}

async function isSame(top: string, sha: string, folder: string): Promise<boolean> {
  const untracked = await git(top, ['ls-files', '--others', '--exclude-standard', '-z', '--', folder])
  if (untracked !== '') return false
  return succeeds(git(top, ['diff', '--quiet', '--no-ext-diff', sha, '--', folder]))
}

/** Platform and Node belong to it: packages are compiled for them. */
function keyOf(files: Listing, folder: string, copies: readonly string[]): string {
  const inputs = [...files]
    .filter(([path]) => shapesInstall(path) || copies.some((copy) => path.startsWith(`${copy}/`)))
    .map(([path, { oid }]) => `${oid} ${path}`)
  const machine = [process.platform, process.arch, process.versions.modules, folder]
  return createHash('sha256')
    .update(JSON.stringify([machine, inputs]))
    .digest('hex')
    .slice(0, 20)
}

async function headOid({ top }: Repository, path: string): Promise<string> {
  return (await git(top, ['hash-object', '--', path])).trim()
}

async function isIgnored({ top }: Repository, path: string): Promise<boolean> {
  return succeeds(git(top, ['check-ignore', '--quiet', '--', path]))
}

async function succeeds(asked: Promise<string>): Promise<boolean> {
  return asked.then(
    () => true,
    (error: unknown) => {
      if (error instanceof GitFailure && error.status === 1) return false
      throw error
    },
  )
}

/** The folder and those above it, up to the top level. */
function upwards(place: string): string[] {
  const parts = place.split('/').filter(Boolean)
  return [...parts.keys(), parts.length].map((count) => parts.slice(0, count).join('/')).toReversed()
}

function joined(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}
