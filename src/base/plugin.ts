/**
 * Keeps base's imports in base. Aliases and plugins of Vitest's config are head's, and where they hold an absolute
 * path they lead from base into head: what they make of an import of base is taken back to the same place in the base
 * tree. A file that only head has is an error there, not a fallback.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'
import { baseErrors } from './errors.ts'
import { exists, headPlace, pathOf, within, withoutHash } from './paths.ts'
import type { Base } from './base.ts'

/** `find` is asked at every import, since a plugin is made before there is a base; without one nothing changes. */
export function basePlugin(find: () => Base | undefined): Plugin {
  return {
    name: 'vitest-chimera:base',
    enforce: 'pre',
    resolveId: {
      order: 'pre',
      async handler(source, importer, options) {
        const base = find()
        const from = importer === undefined ? undefined : pathOf(importer)
        const place = base === undefined || from === undefined ? undefined : within(base.tree, from)
        if (base === undefined || importer === undefined || place === undefined) return null
        // In base's `vitest` nothing is registered.
        if (source === 'vitest') return quietFile()
        const resolve = async (id: string, by = importer) =>
          await this.resolve(id, by, { ...options, skipSelf: true })
        // The harness is head's: a second one would be a second set of clocks, and would register what it is given.
        if (HARNESS.test(source)) return resolve(source, join(base.top, base.place, 'vitest.config.ts'))
        const asked = await inHead(base, source)
        const meant = asked === undefined ? null : await resolve(join(base.tree, asked))
        const found = meant ?? (await resolve(source))
        // An alias may be of certain files alone, such as those of a tsconfig.json: head's counterpart is one of them.
        const aliased = found ?? (RELATIVE.test(source) ? null : await resolve(source, join(base.top, place)))
        const led = aliased === null ? undefined : headPlace(base, pathOf(aliased.id) ?? '')
        if (aliased === null || led === undefined) return found
        const moved = join(base.tree, led)
        if (!(await isThere(moved))) throw baseErrors.unresolved(source, place)
        return resolve(`${moved}${queryOf(aliased.id)}`)
      },
    },
    load: {
      // After all that make a module of a file: Vite would read it now, but for the environments of a browser (jsdom,
      // happy-dom) not in git's directory.
      order: 'post',
      async handler(id) {
        const base = find()
        const path = pathOf(id)
        if (this.environment.config.consumer !== 'client' || base === undefined || path === undefined)
          return null
        return within(base.tree, path) === undefined ? null : readFile(path, 'utf8').catch(() => null)
      },
    },
  }
}

const RELATIVE = /^\.{1,2}(\/|$)/
const HARNESS = /^vitest-chimera(\/|$)/

function quietFile(): string {
  const name = `./quiet${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`
  return fileURLToPath(new URL(name, import.meta.url))
}

/** An absolute path into head's code, in the file system or, as Vite allows, from Vitest's root. */
async function inHead(base: Base, source: string): Promise<string | undefined> {
  const path = pathOf(source)
  if (path === undefined) return undefined
  const place = headPlace(base, path)
  if (place !== undefined) return `${place}${queryOf(source)}`
  if (within(base.tree, path) !== undefined || (await isThere(path))) return undefined
  return join(base.place, source).replaceAll('\\', '/').replace(/^\//, '')
}

async function isThere(path: string): Promise<boolean> {
  return (await exists(path)) || exists(withoutHash(path))
}

function queryOf(id: string): string {
  return /\?.*$/s.exec(id)?.[0] ?? ''
}
