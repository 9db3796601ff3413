/**
 * Head against base: the base tree and the proof that it is what the base arm runs.
 *
 * In the main process `prepareBase` finds the commit to compare with (point.ts), writes its files into a folder of
 * ours (checkout.ts, store.ts) and brings its packages: head's own where the lock file is the same, else an install of
 * what base's lock file says (dependencies.ts, copies.ts, install.ts, links.ts). `basePlugin` keeps the imports of base
 * in base. In the worker `loadBase` loads a bench file of base, whose agentBench calls come to collect.ts instead of
 * registering tests, and `proveGraph` refuses any module of head that base loaded and counts those that differ.
 *
 * The user's working tree, index, stash, branches and list of worktrees are never changed: all there is lies in
 * `vitest-chimera` in the git directory, where neither git nor Vitest looks for files.
 */
export type { Definition } from './collect.ts'
export { branchOf, isDirty, openRepository, sparseOf } from './git.ts'
export { loadedFrom, proveGraph, type EvaluatedModules, type GraphProof } from './graph.ts'
export { loadBase, type LoadedBase, type Runner } from './load.ts'
export { managers } from './managers.ts'
export { exists } from './paths.ts'
export { findBase } from './point.ts'
export { basePlugin } from './plugin.ts'
export type { Base } from './base.ts'
export { prepareBase, type PreparedBase, type PrepareOptions } from './prepare.ts'
