/**
 * Folders of the repository that are installed as a copy: `file:` with yarn, bun and pnpm, and injected packages of a
 * workspace. Packages that were installed at head hold head's code there, whichever lock file they are of.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { objectOf, parseJson, type JsonObject } from '../json.ts'
import type { Listing } from './checkout.ts'
import { git, succeeds } from './git.ts'
import { lookUp } from './packages.ts'
import { isPackage, within } from './paths.ts'

/** What of base's folders head's packages hold as a copy. */
export async function copiesAtHead(top: string, files: Listing): Promise<Set<string>> {
  const own = await ownDependencies(files, (path) => readFile(join(top, path), 'utf8').catch(() => ''))
  const copies = new Set<string>()
  for (const [holder, dependencies] of own) {
    for (const { name, target } of dependencies) {
      // A link that leads into node_modules leads to a copy: pnpm and its like keep all packages in a folder there.
      const found = await lookUp(join(top, holder), name)
      if (found !== undefined && isPackage(within(top, found) ?? found)) copies.add(target)
    }
  }
  return withDependencies(copies, own)
}

/** What an install of base may hold as a copy. */
export async function copiesAtBase(top: string, sha: string, files: Listing): Promise<Set<string>> {
  const own = await ownDependencies(files, (path) => git(top, ['cat-file', 'blob', `${sha}:${path}`]))
  const copied = [...own.values()].flat().filter(({ copied }) => copied)
  return withDependencies(new Set(copied.map(({ target }) => target)), own)
}

/** The first of the folders in which head differs from `sha`, untracked files included. */
export async function firstChanged(
  top: string,
  sha: string,
  folders: ReadonlySet<string>,
): Promise<string | undefined> {
  for (const folder of folders) {
    const path = folder || '.'
    const untracked = await git(top, ['ls-files', '--others', '--exclude-standard', '-z', '--', path])
    if (untracked !== '') return path
    if (!(await succeeds(git(top, ['diff', '--quiet', '--no-ext-diff', sha, '--', path])))) return path
  }
  return undefined
}

export const SECTIONS: readonly string[] = [
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
]

/** A dependency on another package of the repository. */
interface OwnDependency {
  name: string
  /** The package's folder. */
  target: string
  /** Whether most managers install it as a copy. */
  copied: boolean
}

/** By the folders of the repository's packages. */
type OwnDependencies = ReadonlyMap<string, readonly OwnDependency[]>

async function ownDependencies(
  files: Listing,
  read: (path: string) => Promise<string>,
): Promise<OwnDependencies> {
  const manifests = new Map<string, JsonObject>()
  for (const path of files.keys())
    if (/(^|\/)package\.json$/.test(path))
      manifests.set(path.replace(/\/?package\.json$/, ''), objectOf(parseJson(await read(path))))
  // A fixture may have a package's name: what differs in either of them counts.
  const named = Map.groupBy(manifests.keys(), (folder) => manifests.get(folder)?.['name'])
  const targetsOf = (holder: string, name: string, spec: string): string[] =>
    spec.startsWith('file:')
      ? [join(holder, spec.slice('file:'.length)).replaceAll('\\', '/').replace(/\/$/, '')]
      : // `workspace:other@*` is the package `other` under another name.
        (named.get(/^workspace:(.+)@/.exec(spec)?.[1] ?? name) ?? [])
  const dependenciesOf = (holder: string, manifest: JsonObject): OwnDependency[] => {
    const meta = objectOf(manifest['dependenciesMeta'])
    const found = SECTIONS.flatMap((section) => Object.entries(objectOf(manifest[section])))
    return found.flatMap(([name, value]) => {
      const spec = String(value)
      const copied = spec.startsWith('file:') || objectOf(meta[name])['injected'] === true
      if (!copied && !spec.startsWith('workspace:')) return []
      const targets = targetsOf(holder, name, spec).filter((target) => manifests.has(target))
      return targets.map((target) => ({ name, target, copied }))
    })
  }
  return new Map([...manifests].map(([holder, manifest]) => [holder, dependenciesOf(holder, manifest)]))
}

/** With the packages of the repository that they depend on, which a manager copies or links along with them. */
function withDependencies(copies: Set<string>, own: OwnDependencies): Set<string> {
  // A set grows while it is walked.
  for (const folder of copies) for (const { target } of own.get(folder) ?? []) copies.add(target)
  return copies
}
