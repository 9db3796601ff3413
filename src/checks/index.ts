/**
 * Checks judge a trial's output. A check is a function of the trial that returns, or throws, what is wrong, and
 * nothing when all is well; reports call it by its name. A failed check makes the trial invalid (`check_failed`), so
 * the trial's block leaves the statistics and counts against `valid_rate`: a config that answers worse does not pass
 * because it answers faster.
 *
 * The built-ins below take the output's text from wherever an agent usually leaves it (see {@link text}). They are
 * made to be right when they speak: what they cannot tell for sure they let pass.
 *
 * ```ts
 * agentBench('report-agent', reportAgent, { baseline, candidate, checks: [complete(), noRepetition(), inScript('Latin')] })
 * ```
 */
export { nameOf, runCheck, type Check, type CheckedTrial } from './check.ts'
export { complete, type CompleteOptions } from './complete.ts'
export { inLanguage, inScript, type Script, type ScriptOptions } from './language.ts'
export { noRepetition, type RepetitionOptions } from './repetition.ts'
export { hasSections, matchesSchema } from './structure.ts'
export { text } from './text.ts'
