/** Everything the main process does before a run that holds head against base. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { checkOut, findParts, stateOf } from './checkout.ts'
import { findDependencies } from './dependencies.ts'
import { isDirty, openRepository, placeIn } from './git.ts'
import { install } from './install.ts'
import { makeLinks, planLinks } from './links.ts'
import type { Base } from './base.ts'
import { basePoint } from './point.ts'
import { hold, prune } from './store.ts'

export interface PrepareOptions {
  /** Vitest's root. */
  root: string
  /** Instead of what the environment says, see {@link basePoint}. */
  ref?: string | undefined
  env?: Record<string, string | undefined>
  /** Makes a tree for this run alone, which may be edited and stays until the user deletes it. */
  keep?: boolean
  onInstall?: (command: string) => void
}

/** A base that stays where it is until it is released. */
export interface PreparedBase {
  base: Base
  /** All that base holds, relative to its top level: a bench file here that head lacks was removed. */
  files: string[]
  release: () => Promise<void>
}

/**
 * Finds base, writes its tree and brings its packages. Throws a ChimeraError that says why there is none and what
 * cures it.
 */
export async function prepareBase(options: PrepareOptions): Promise<PreparedBase> {
  const repository = await openRepository(options.root)
  const { top, gitDir, head } = repository
  const [{ ref, sha }, place, dirty] = await Promise.all([
    basePoint(repository, options.ref, options.env),
    placeIn(repository, options.root),
    isDirty(repository),
  ])
  const parts = await findParts(repository, sha)
  const [{ files }] = parts
  const wanted = await findDependencies(repository, parts, place)
  // In the git directory git never looks for files to track, nor Vitest for tests, nor a linter for code; and a
  // checkout of base in it finds no other node_modules on its way up than head's, which the graph's proof refuses.
  const stores = join(gitDir, 'vitest-chimera')
  const installs = join(stores, 'installs')
  const packages =
    wanted.kind === 'linked'
      ? undefined
      : await install(wanted, { parts, store: installs, onInstall: options.onInstall })
  try {
    const links = await planLinks(packages?.path ?? top, files)
    const store = join(stores, options.keep ? 'kept' : 'base')
    const own = options.keep ? `-${Date.now()}` : ''
    const name = `${sha.slice(0, 12)}-${digest([store, links, stateOf(parts)])}${own}`
    const { path, release } = await hold(store, name, async (folder) => {
      await checkOut(parts, folder)
      await makeLinks(folder, join(store, name), links)
    })
    await Promise.all([options.keep ? undefined : prune(store, KEPT), prune(installs, KEPT)])
    const base: Base = {
      ref,
      sha,
      head: { sha: head, dirty },
      top,
      place,
      tree: path,
      dependencies: wanted.kind,
    }
    const releaseAll = async (): Promise<void> => {
      await Promise.all([release(), packages?.release()])
    }
    return { base, files: [...files.keys()], release: releaseAll }
  } catch (error) {
    await packages?.release()
    throw error
  }
}

const KEPT = 3

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 8)
}
