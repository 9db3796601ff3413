/** Paths as Vite writes them (forward slashes, a query) and where they lie in the two trees. */
import { access } from 'node:fs/promises'
import type { Base } from './base.ts'

/**
 * A module's id as a path with forward slashes; undefined for built-in and virtual modules. A `#` stays: for Vite it is
 * part of a name where there is such a file, see {@link withoutHash}.
 */
export function pathOf(id: string): string | undefined {
  const path = id
    .replace(/^file:\/\/(?=\/)/, '')
    .replace(/^\/@fs(?=\/)/, '')
    .replace(/\?.*$/s, '')
    .replaceAll('\\', '/')
    .replace(/^\/(?=[A-Za-z]:\/)/, '')
  return /^(\/|[A-Za-z]:\/)/.test(path) ? path : undefined
}

/** The path of an id whose `#` is no part of a name. */
export function withoutHash(path: string): string {
  return path.replace(/#.*$/s, '')
}

/** What follows `folder/` in `path`; undefined when it is not in it. */
export function within(folder: string, path: string): string | undefined {
  const start = `${plain(folder)}/`
  const whole = plain(path)
  return whole.startsWith(start) ? whole.slice(start.length) : undefined
}

/** With forward slashes; Windows has one drive in either case, and programs disagree about it. */
function plain(path: string): string {
  return path.replaceAll('\\', '/').replace(/^[a-z](?=:)/, (drive) => drive.toUpperCase())
}

/** Whether the path goes through a folder of packages. */
export function isPackage(path: string): boolean {
  return /(^|\/)node_modules\//.test(path)
}

/** Relative to the top level, a path of head's own code, node_modules and git's folder not among it. */
export function headPlace({ top, tree }: Pick<Base, 'top' | 'tree'>, path: string): string | undefined {
  if (within(tree, path) !== undefined) return undefined
  const place = within(top, path)
  return place === undefined || isPackage(place) || place.startsWith('.git/') ? undefined : place
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
