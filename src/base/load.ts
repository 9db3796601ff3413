/** Base's bench file in the worker: loaded as head's is, and yielding what it defines instead of registering it. */
import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { collect, type Definition } from './collect.ts'
import { baseErrors } from './errors.ts'
import { loadedFrom, type EvaluatedModules } from './graph.ts'
import { exists, within } from './paths.ts'
import type { Base } from './base.ts'

/** Vitest's module runner, as the worker has it. */
export interface Runner {
  /** Imports an absolute path through the runner: Vitest's `vi.importActual`. */
  load: (path: string) => Promise<unknown>
  /** What it has evaluated: `globalThis.__vitest_worker__.evaluatedModules`. */
  modules: EvaluatedModules | undefined
}

/** What a bench file of base defines. */
export interface LoadedBase<D extends Definition> {
  definitions: D[]
  /** Ids of what it has loaded so far; ask again after the trials, which may have imported more. */
  modules: () => string[]
}

/**
 * Loads base's counterpart of head's bench `file`; undefined where base has none, so that the suite is new. A file is
 * evaluated once in a worker, however often it is asked for: by each suite in it, and by retries.
 */
export async function loadBase<D extends Definition>(
  base: Base,
  file: string,
  runner: Runner,
): Promise<LoadedBase<D> | undefined> {
  const place = within(base.top, (await realpath(file)).replaceAll('\\', '/'))
  if (place === undefined || !(await exists(join(base.tree, place)))) return undefined
  const path = join(base.tree, place)
  const loading = loads.get(path) ?? load(path, place, runner)
  loads.set(path, loading)
  // What this package's own agentBench and agentSweep define; the caller knows what they make.
  return (await loading) as LoadedBase<D>
}

const loads = new Map<string, Promise<LoadedBase<Definition>>>()

async function load(path: string, place: string, runner: Runner): Promise<LoadedBase<Definition>> {
  const { modules } = runner
  if (modules === undefined) throw baseErrors.noGraph()
  const definitions = await collect(() => quietly(() => runner.load(path))).catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error)
    throw message.startsWith('Denied ID')
      ? baseErrors.denied(place, message)
      : baseErrors.load(place, message)
  })
  if (definitions.length === 0) throw baseErrors.empty(place)
  if (modules.getModuleById(path.replaceAll('\\', '/')) === undefined) throw baseErrors.noGraph()
  return { definitions, modules: () => loadedFrom(path, modules) }
}

/**
 * Where the config makes Vitest's names global, base's bench file has them from there: while it is loaded they are those
 * that register nothing. Head needs them no more, all of its file being registered before the first benchmark runs.
 */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const scope = globalThis as Record<string, unknown>
  if (!('describe' in scope)) return work()
  const quiet = Object.entries(await import('./quiet.ts')).filter(([name]) => name in scope)
  const own = quiet.map(([name]) => [name, scope[name]])
  Object.assign(scope, Object.fromEntries(quiet))
  try {
    return await work()
  } finally {
    Object.assign(scope, Object.fromEntries(own))
  }
}
