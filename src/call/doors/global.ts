import { AsyncLocalStorage } from 'node:async_hooks'

type Fetch = typeof fetch

/** Takes a request of the trial that is its own; undefined for any other. */
export type GlobalDoor = (...request: Parameters<Fetch>) => Promise<Response> | undefined

const doors = new AsyncLocalStorage<GlobalDoor>()
let original: Fetch | undefined

/**
 * Puts a `fetch` in the place of the process's own that hands the calls of a trial to its door, and all else on as it
 * came. Clients keep the `fetch` they find when they are imported, so this runs before any of them is.
 */
export function installGlobalDoor(): void {
  if (original !== undefined) return
  original = globalThis.fetch
  const routed: Fetch = (...request) => doors.getStore()?.(...request) ?? originalFetch(...request)
  globalThis.fetch = routed
}

/** The process's own `fetch`, past every door. */
export const originalFetch: Fetch = (...request) => (original ?? globalThis.fetch)(...request)

/** Runs work whose calls through the process's own `fetch`, however deep, pass this door. */
export function throughDoor<T>(door: GlobalDoor, work: () => T): T {
  return doors.run(door, work)
}

/** Whether a request to `url` goes to the server at `host`: the same scheme, name and port; all names of loopback are one. */
export function isAtHost(url: URL, host: string): boolean {
  return originOf(url) === originOf(new URL(host))
}

/** An address to bind to is the loopback address to a client. */
const LOOPBACK: readonly string[] = ['localhost', '[::1]', '0.0.0.0', '[::]']

function originOf({ protocol, hostname, port }: URL): string {
  const isLoopback = LOOPBACK.includes(hostname) || /^127(\.\d+){3}$/.test(hostname)
  return `${protocol}//${isLoopback ? 'loopback' : hostname}:${port}`
}
