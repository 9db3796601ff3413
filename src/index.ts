/**
 * vitest-chimera: benchmark LLM agents where you already test your code.
 *
 * A suite is a folder of bench files, one per agent config. A bench file calls {@link agentBench} with an
 * agent (a plain async function that makes model calls) and two arms: the `baseline` and the `candidate`.
 * `npx vitest bench` runs them in blocks of one trial each, interleaved on the same machine, measures every
 * call at the socket, excludes any block with an invalid trial, stops as soon as the data decide, and fails
 * when a gated metric regressed.
 *
 * ```ts
 * import { agentBench, type Agent } from 'vitest-chimera'
 *
 * const ask: Agent = async ({ generate }) => (await generate({ prompt: 'Name three rivers.' })).response
 *
 * agentBench('rivers', ask, {
 *   baseline: { name: 'baseline', model: 'gemma3' },
 *   candidate: { name: 'short-context', model: 'gemma3', options: { num_ctx: 2048 } },
 * })
 * ```
 *
 * This entry is for suites. The plugin for vitest.config.ts is `vitest-chimera/plugin`, the engine that
 * needs no Ollama `vitest-chimera/embedded`: a config file must not load what belongs to a worker.
 */
import { expect, inject, test } from 'vitest'
import { adapterErrors } from './vitest/index.ts'
import { collected } from './base/collect.ts'
import type { Agent, AgentBenchOptions } from './run/agent.ts'
import { define, requestOptions, type ProvidedSettings, type SuiteRequest } from './vitest/index.ts'
import { candidatesOf, checkSize, type AgentSweepOptions } from './run/candidates.ts'

export type { Arm, Bound, CallConfig, ChatInput, Generated, GenerateInput } from './call/index.ts'
export {
  team,
  type Agent,
  type AgentBenchOptions,
  type AgentContext,
  type CompareInput,
  type BlocksInput,
  type Team,
  type ThresholdInput,
} from './run/agent.ts'
export type { MetricName } from './metrics.ts'
export type { Call, CheckResult, Report, StageTime, Trial } from './schema/generated.ts'

export type { AgentSweepOptions, Grid, HalvingInput } from './run/candidates.ts'
export {
  complete,
  hasSections,
  inLanguage,
  inScript,
  matchesSchema,
  noRepetition,
  text,
  type Check,
  type CheckedTrial,
  type CompleteOptions,
  type RepetitionOptions,
  type Script,
  type ScriptOptions,
} from './checks/index.ts'

/**
 * Registers a test that compares `agent` under two arms, baseline and candidate.
 *
 * It is an ordinary Vitest test called `name (candidate vs baseline)`, so filters, tags and shards work.
 * It runs once whatever `retry` and `repeats` say: a retry would replace a confirmed regression by a luckier run.
 * It fails when the gate does: for a regression, for an arm without a valid trial, or for an invalid
 * definition; the message says what to do.
 *
 * @param name name of the suite in reports; several bench files may share it
 * @param agent the workload under test; its return value is the trial's output
 */
export function agentBench(name: string, agent: Agent, definition: AgentBenchOptions): void {
  const options = isAudit() ? againstItself(definition) : definition
  const request: SuiteRequest = { name, agent, definition: { kind: 'config', options } }
  if (collected(request)) return
  define(request)
  const site = siteOf(agentBench)
  const { baseline, candidate } = options ?? {}
  if (comparesCode())
    return register(`${name} (${candidate?.name}: head vs base)`, ['base', 'head'], request, site)
  const arms = [baseline?.name ?? 'baseline', candidate?.name ?? 'candidate']
  register(`${name} (${candidate?.name} vs ${baseline?.name})`, arms, request, site)
}

/**
 * Registers a test that runs `agent` under a baseline and many candidates, and ranks them: the points of a grid of
 * options, your own arms, or both. One block is one baseline trial and one of every candidate.
 *
 * A sweep searches for the best candidate and has no gate: it fails only if nothing usable was measured.
 *
 * ```ts
 * agentSweep('rivers', ask, {
 *   baseline: { name: 'baseline', model: 'gemma3' },
 *   grid: { num_ctx: [2048, 4096, 8192], temperature: [0.6, 0.8] },
 *   halving: true,
 * })
 * ```
 *
 * @param name name of the suite in reports
 * @param agent the workload under test; its return value is the trial's output
 */
export function agentSweep(name: string, agent: Agent, definition: AgentSweepOptions): void {
  const request: SuiteRequest = { name, agent, definition: { kind: 'sweep', options: definition } }
  if (collected(request)) return
  const arms = armNames(definition)
  const title = `${name} (${arms.length - 1} candidates vs ${arms[0]})`
  // A sweep compares configs; a code comparison and an audit hold one config against itself.
  if (comparesCode() || isAudit()) test.skip(title, () => {})
  else register(title, arms, request, siteOf(agentSweep))
}

/** Whether this run holds head against base. Without the plugin nothing is provided. */
function comparesCode(): boolean {
  return (inject('chimera') as ProvidedSettings | undefined)?.base !== undefined
}

/** Whether this run belongs to `vitest-chimera audit`. */
function isAudit(): boolean {
  return (inject('chimera') as ProvidedSettings | undefined)?.audit !== undefined
}

/** What an audit compares: the baseline twice. */
function againstItself(definition: AgentBenchOptions): AgentBenchOptions {
  const { baseline } = definition ?? {}
  return { ...definition, candidate: { ...baseline, name: `${baseline?.name}-again` } }
}

/** Where a suite is defined: its failure is shown there, also as an annotation of a pull request. */
function siteOf(define: typeof agentBench | typeof agentSweep): string {
  const site = { stack: '' }
  Error.captureStackTrace(site, define)
  return site.stack.slice(site.stack.indexOf('\n'))
}

function register(title: string, arms: readonly string[], request: SuiteRequest, site: string): void {
  const { name } = request
  // No test timeout: every call has limits, and the data decide how many trials it takes. They decide once: a retry would
  // put a luckier run in a regression's place, and a repeat would pool two runs as one.
  test(title, { timeout: 0, retry: 0, repeats: 0 }, async ({ bench }) => {
    const [first, second, ...rest] = arms.map((arm) => bench(arm, withoutPlugin(name)))
    try {
      await bench.compare(first!, second!, ...rest, requestOptions(request))
      if (request.failures === undefined) throw adapterErrors.pluginMissing(name)
      if (request.failures.length > 0) expect.fail(request.failures.join('\n'))
    } catch (error) {
      if (error instanceof Error) error.stack = `${error.name}: ${error.message}${site}`
      throw error
    }
  })
}

/** What Vitest would measure; the plugin's provider runs the agent instead and never calls it. */
function withoutPlugin(name: string): () => Promise<never> {
  return async () => {
    throw adapterErrors.pluginMissing(name)
  }
}

/** Two and more names for Vitest's own table; an invalid definition is reported when it runs. */
function armNames(definition: AgentSweepOptions): string[] {
  try {
    // Refused when it runs; until then its names must not fill the memory.
    checkSize('', definition)
    const names = [definition.baseline, ...candidatesOf(definition).map(({ arm }) => arm)].map(
      ({ name }) => name,
    )
    const unique = [...new Set(names)]
    return unique.length < 2 ? ['baseline', 'candidate'] : unique
  } catch {
    return ['baseline', 'candidate']
  }
}
