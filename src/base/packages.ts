/**
 * Node loads packages by itself, so Vitest does not see what a package loads in turn. What it may load is what it
 * depends on: from the packages that base loaded, this walks all of that, and finds those that lead into head's code.
 */
import { readFile, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isObject, objectOf, parseJson } from '../json.ts'
import { headPlace } from './paths.ts'
import type { Base } from './base.ts'

/** A package, and the code of head that it, or one it depends on, has for a dependency. */
export interface Leak {
  package: string
  place: string
}

/** The first leak among the packages that hold `modules`, real paths in some node_modules. */
export async function findLeak(base: Base, modules: Iterable<string>): Promise<Leak | undefined> {
  const folders = new Set<string>()
  for (const path of modules) folders.add(packageFolder(path))
  // A set grows while it is walked.
  for (const folder of folders) {
    for (const name of await dependenciesOf(folder)) {
      const target = await lookUp(folder, name)
      if (target === undefined) continue
      const place = headPlace(base, target)
      if (place !== undefined) return { package: nameOf(folder), place }
      folders.add(target)
    }
  }
  return undefined
}

/** `…/node_modules/@scope/name` of a path in it. */
function packageFolder(path: string): string {
  return /^.*\/node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? dirname(path)
}

function nameOf(folder: string): string {
  return folder.slice(folder.lastIndexOf('/node_modules/') + '/node_modules/'.length)
}

async function dependenciesOf(folder: string): Promise<string[]> {
  const manifest = parseJson(await readFile(join(folder, 'package.json'), 'utf8').catch(() => ''))
  if (!isObject(manifest)) return []
  return ['dependencies', 'peerDependencies', 'optionalDependencies'].flatMap((section) =>
    Object.keys(objectOf(manifest[section])),
  )
}

/** The real path of a package, as Node looks it up from within a folder. */
export async function lookUp(from: string, name: string): Promise<string | undefined> {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    if (folder.endsWith('/node_modules')) continue
    const found = await realpath(join(folder, 'node_modules', name)).catch(() => undefined)
    if (found !== undefined) return found.replaceAll('\\', '/')
  }
  return undefined
}
