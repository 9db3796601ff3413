import { AsyncLocalStorage } from 'node:async_hooks'

type Fetch = typeof fetch

/** Takes a request of the trial that is its own; undefined for any other. */
export type GlobalDoor = (...request: Parameters<Fetch>) => Promise<Response> | undefined

const doors = new AsyncLocalStorage<GlobalDoor>()
let isInstalled = false

/**
 * Puts a `fetch` in the place of the process's own that hands the calls of a trial to its door, and all else on as it
 * came. Clients keep the `fetch` they find when they are imported, so this runs before any of them is.
 */
export function installGlobalDoor(): void {
  if (isInstalled) return
  isInstalled = true
  const original = globalThis.fetch
  const routed: Fetch = (...request) => doors.getStore()?.(...request) ?? original(...request)
  globalThis.fetch = routed
}

/** Runs work whose calls through the process's own `fetch`, however deep, pass this door. */
export function throughDoor<T>(door: GlobalDoor, work: () => T): T {
  return doors.run(door, work)
}
