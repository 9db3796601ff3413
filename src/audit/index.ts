/**
 * `vitest-chimera audit`: what the gate can see on this machine. Every run of it is an ordinary `vitest bench` in which each
 * suite compares its baseline with itself, as it is or slowed by a known amount (call/slowdown.ts); what comes out is what the
 * gate would have said.
 *
 * `plan` says what is planted next, `read` takes the comparisons from a run's report, `store` keeps them, `document` shows
 * them; `command` does it until the budget is spent. `levels` says what the comparisons show.
 */
export { knownAudit } from './levels.ts'
export { auditFile, readKept } from './store.ts'
