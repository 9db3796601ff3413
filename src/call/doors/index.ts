/**
 * The doors through which calls are seen besides the members of an agent's context: the process's own `fetch` (global.ts),
 * for agent code as it is, and a recording proxy (proxy.ts) that child processes find by their environment.
 * Both hand requests to a recorder; neither measures anything.
 */
export { installGlobalDoor, isAtHost, originalFetch, throughDoor } from './global.ts'
export { holdListener, openProxy, variablesFor, type Proxy } from './proxy.ts'
