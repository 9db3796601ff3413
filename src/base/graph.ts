/** The proof that the base arm ran base: where each module lies that it loaded, and which of them a change touched. */
import { lstat, readFile, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isObject, parseJson } from '../json.ts'
import { baseErrors } from './errors.ts'
import { findLeak } from './packages.ts'
import { isPackage, pathOf, within, withoutHash } from './paths.ts'
import type { Base } from './base.ts'

/** What Vitest's module runner keeps of the modules it evaluated. */
export interface EvaluatedModules {
  getModuleById: (id: string) => { imports: ReadonlySet<string> } | undefined
}

/** Ids of all that `entry` has loaded so far, itself included, in the order of its imports. */
export function loadedFrom(entry: string, modules: EvaluatedModules): string[] {
  const found = new Set([entry.replaceAll('\\', '/')])
  // A set grows while it is walked.
  for (const id of found) for (const next of modules.getModuleById(id)?.imports ?? []) found.add(next)
  return [...found]
}

/** What of the project's own code the two arms loaded; paths are relative to the top level. */
export interface GraphProof {
  /** Modules of the repository that either arm loaded, packages not counted. */
  modules: number
  /** Those whose content differs, or which only one side has. */
  changed: string[]
}

/**
 * Holds the modules of both arms against each other. Throws for a module of head in base's; packages in node_modules
 * may be shared where both sides have the same lock file.
 */
export async function proveGraph(
  base: Base,
  modules: { base: readonly string[]; head: readonly string[] },
): Promise<GraphProof> {
  const places = new Set<string>()
  const loaded = await realPaths(modules.base)
  for (const path of loaded) {
    const place = await placeInBase(base, path)
    if (place !== undefined) places.add(place)
  }
  const leak = await findLeak(
    base,
    loaded.filter((path) => isPackage(path) && !isHarness(path)),
  )
  if (leak !== undefined) throw baseErrors.linkInside(leak.package, leak.place)
  for (const path of await realPaths(modules.head)) {
    const place = within(base.top, path)
    if (place !== undefined && !isPackage(place) && !isHarness(path)) places.add(place)
  }
  const changed: string[] = []
  for (const place of [...places].toSorted()) if (await differs(base, place)) changed.push(place)
  return { modules: places.size, changed }
}

async function realPaths(ids: readonly string[]): Promise<string[]> {
  const paths = ids.map(pathOf).filter((path) => path !== undefined)
  // A path that is not in the file system is a plugin's own word for a module.
  const real = await Promise.all(
    paths.map((path) =>
      realpath(path)
        .catch(() => realpath(withoutHash(path)))
        .catch(() => undefined),
    ),
  )
  return real.filter((path) => path !== undefined).map((path) => path.replaceAll('\\', '/'))
}

/** The place of base's own code; undefined for packages, the harness, and what lies outside of the repository. */
async function placeInBase(base: Base, path: string): Promise<string | undefined> {
  const place = within(base.tree, path)
  if (place !== undefined) return isPackage(place) ? undefined : place
  const installs = join(dirname(dirname(base.tree)), 'installs')
  const installed = within(installs, path)
  if (installed !== undefined && isPackage(installed)) return undefined
  const head = within(base.top, path)
  if (head === undefined || isHarness(path)) return undefined
  if (!isPackage(head)) throw baseErrors.foreign(head, (await isLinked(base, path)) ? 'link' : 'path')
  if (base.dependencies === 'installed') throw baseErrors.foreign(head, 'package')
  return undefined
}

/** This package, and Vitest with what it is made of, which are the run's and not the arm's. */
function isHarness(path: string): boolean {
  const own = fileURLToPath(new URL('../', import.meta.url)).replaceAll('\\', '/')
  return (
    path.startsWith(own) || /\/node_modules\/(vitest|@vitest\/[^/]+|vitest-chimera|tinybench)\//.test(path)
  )
}

/** Whether the module's package is one that head's node_modules link to. */
async function isLinked({ top, place }: Base, path: string): Promise<boolean> {
  const name = await packageName(dirname(path), top)
  if (name === undefined) return false
  const links = ['', place].map((folder) => join(top, folder, 'node_modules', name))
  const facts = await Promise.all(links.map((link) => lstat(link).catch(() => undefined)))
  return facts.some((one) => one?.isSymbolicLink() === true)
}

async function packageName(folder: string, top: string): Promise<string | undefined> {
  for (let at = folder; within(top, at) !== undefined; at = dirname(at)) {
    const manifest = parseJson(await readFile(join(at, 'package.json'), 'utf8').catch(() => ''))
    if (isObject(manifest) && typeof manifest['name'] === 'string') return manifest['name']
  }
  return undefined
}

async function differs({ top, tree }: Base, place: string): Promise<boolean> {
  const [base, head] = await Promise.all(
    [tree, top].map((folder) => readFile(join(folder, place)).catch(() => undefined)),
  )
  return base === undefined || head === undefined || !base.equals(head)
}
