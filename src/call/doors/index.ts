/**
 * The doors through which calls are seen besides the members of an agent's context: the process's own `fetch` (global.ts),
 * for agent code as it is, and a recording proxy (proxy.ts) that child processes find by their environment (variables.ts).
 * Both hand requests to a recorder; neither measures anything.
 */
export { installGlobalDoor, throughDoor } from './global.ts'
export { openProxy, type Proxy } from './proxy.ts'
export { variablesFor } from './variables.ts'
export { isAtHost } from './origin.ts'
