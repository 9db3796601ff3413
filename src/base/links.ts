/**
 * Base's node_modules, made of links: packages are taken from where they are installed, and what there is a link into
 * the repository itself (a workspace, a `file:` dependency) leads to the same place in the base tree instead. Links among
 * the packages themselves stay; packages.ts refuses those that lead into head once a package that has one is loaded.
 */
import { mkdir, readdir, realpath, symlink } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { SUBMODULE, type Listing } from './checkout.ts'

/** A link in the base tree, relative to its top level, and where it leads: outside of the tree, or to a place in it. */
export type Link = { at: string } & ({ to: string } | { inside: string })

/** The links that bring the packages of `source`, the top level of a checkout, to a tree of `files`. */
export async function planLinks(source: string, files: Listing): Promise<Link[]> {
  const links: Link[] = []
  const folders = foldersOf(files)
  for (const folder of packageFolders(files)) {
    const at = join(folder, 'node_modules')
    if (folders.has(slashed(at))) continue
    await planFolder(source, folders, at, links)
  }
  return links
}

/** Makes them in `tree`, which is going to be at `final`. */
export async function makeLinks(tree: string, final: string, links: readonly Link[]): Promise<void> {
  const folders = new Set(links.map(({ at }) => dirname(join(tree, at))))
  await Promise.all([...folders].map((folder) => mkdir(folder, { recursive: true })))
  for (const link of links) {
    const target = 'to' in link ? link.to : join(final, link.inside)
    // Windows makes junctions without a privilege; they are absolute, and other systems ignore the word.
    await symlink(target, join(tree, link.at), 'junction')
  }
}

function packageFolders(files: Listing): Set<string> {
  const manifests = [...files.keys()].filter((path) => /(^|\/)package\.json$/.test(path))
  return new Set(['', ...manifests.map((path) => dirname(path)).filter((folder) => folder !== '.')])
}

async function planFolder(
  source: string,
  folders: ReadonlySet<string>,
  at: string,
  links: Link[],
): Promise<void> {
  const folder = await real(join(source, at))
  if (folder === undefined) return
  for (const name of await packagesIn(folder)) {
    const target = await real(join(folder, name))
    if (target === undefined) continue
    const place = placeOf(source, target)
    if (place === undefined) links.push({ at: join(at, name), to: target })
    // A package of the workspace that base does not have yet is none of base's dependencies.
    else if (folders.has(place)) links.push({ at: join(at, name), inside: place })
  }
}

/** Names of packages, scoped ones included, and of folders with a dot that packages look for, such as `.bin`. */
async function packagesIn(folder: string): Promise<string[]> {
  const names: string[] = []
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    if (NOT_LINKED.test(entry.name) || entry.isFile()) continue
    if (!entry.name.startsWith('@')) names.push(entry.name)
    else names.push(...(await list(join(folder, entry.name))).map((name) => join(entry.name, name)))
  }
  return names
}

/** Caches, and what managers keep for themselves. */
const NOT_LINKED = /^\.(pnpm|cache|vite|vite-temp|vitest|yarn-state\.yml|store)$/

/** Where in the repository's own code `target` lies, with forward slashes; undefined in node_modules and outside. */
function placeOf(source: string, target: string): string | undefined {
  const place = slashed(relative(source, target))
  const outside = place === '..' || place.startsWith('../') || place.includes(':')
  return outside || /(^|\/)(node_modules|\.git)(\/|$)/.test(place) ? undefined : place
}

/** Every folder that files lie in, the top level and submodules included. */
function foldersOf(files: Listing): Set<string> {
  const folders = new Set([''])
  for (const [path, { mode }] of files) {
    if (mode === SUBMODULE) folders.add(path)
    // What holds a folder that is known is known as well.
    for (let at = dirname(path); at !== '.' && !folders.has(at); at = dirname(at)) folders.add(at)
  }
  return folders
}

function slashed(path: string): string {
  return path.split(sep).join('/')
}

async function list(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => [])
}

async function real(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined)
}
