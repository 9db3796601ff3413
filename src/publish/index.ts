/**
 * Results where a pull request is read: a sticky comment (`vitest-chimera comment`) and a check on the head commit
 * (`vitest-chimera gate --check`). github.ts and gitlab.ts know the two APIs, http.ts how to ask them, check.ts what a
 * report means for a commit, body.ts what a comment says, outcome.ts what a gate leaves. Nothing here runs or judges.
 */
export { publishing } from './outcome.ts'
