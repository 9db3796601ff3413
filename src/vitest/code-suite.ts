/**
 * A code comparison in the worker: the config that ships, with the agent of base against the agent of head. Base's bench
 * file is loaded beside head's, through the same module runner, and what each of the two loaded is held against the
 * other before the first trial and after the last.
 */
import { isDeepStrictEqual } from 'node:util'
import {
  loadBase,
  loadedFrom,
  proveGraph,
  type Base,
  type EvaluatedModules,
  type GraphProof,
} from '../base/index.ts'
import type { Arm } from '../call/index.ts'
import type { Plan, PlannedCode } from '../judge/plan.ts'
import { membersOf, type AgentBenchOptions } from '../run/agent.ts'
import { armsToRun, type ArmSource, type RunArm } from '../run/arms.ts'
import { makeCodePlan, type Settings } from '../run/plan.ts'
import type { SuiteRequest } from './wire.ts'

/** A bench file's config comparison, which a code comparison takes its arms from. */
export type ConfigRequest = SuiteRequest & { definition: { kind: 'config' } }

/** A suite of two trees, ready to run. */
export interface CodeSuite {
  plan: Plan
  arms: RunArm[]
  /** Throws if base has loaded a module of head by now. */
  prove: () => Promise<GraphProof>
}

/** The config of a suite that ships: its candidate, or its baseline where that is compared with itself. */
function shippedConfig({ baseline, candidate }: AgentBenchOptions): Arm {
  return isDeepStrictEqual({ ...candidate, name: baseline?.name }, baseline) ? baseline : candidate
}

/** Head's bench file, and how Vitest imports another one. */
export interface BenchFile {
  /** Absolute. */
  path: string
  /** As reports name it. */
  file: string
  load: (path: string) => Promise<unknown>
}

/** Loads base's side of a suite and plans the comparison. */
export async function openCodeSuite(
  base: Base,
  head: ConfigRequest,
  { path, file, load, settings }: BenchFile & { settings: Settings },
): Promise<CodeSuite> {
  const modules = evaluatedModules()
  const loaded = await loadBase<SuiteRequest>(base, path, { load, modules })
  const before = loaded === undefined ? undefined : counterpart(head, loaded.definitions)
  const prove = async (): Promise<GraphProof> =>
    proveGraph(base, {
      base: loaded?.modules() ?? [],
      head: modules === undefined ? [] : loadedFrom(path, modules),
    })
  const { options } = head.definition
  const shipped = { ...options, candidate: shippedConfig(options) }
  const plan = makeCodePlan(
    head.name,
    file,
    {
      head: shipped,
      base: before && { candidate: shippedConfig(before.definition.options) },
      names: loaded?.definitions.filter(isConfig).map(({ name }) => name) ?? [],
      code: codeOf(base),
      proof: await prove(),
    },
    settings,
    { base: membersOf((before ?? head).agent), head: membersOf(head.agent) },
  )
  return { plan, arms: armsToRun(plan, [before ?? head, head].map(sourceOf), settings), prove }
}

function codeOf({ ref, sha, head }: Base): { base: PlannedCode; head: PlannedCode } {
  return { base: { ref, sha, dirty: false }, head: { ref: 'HEAD', ...head } }
}

/** The suite of the same name and config in base's file; of another config where each file has one of that name. */
function counterpart(head: ConfigRequest, all: readonly SuiteRequest[]): ConfigRequest | undefined {
  const named = all.filter(isConfig).filter(({ name }) => name === head.name)
  const { name } = shippedConfig(head.definition.options)
  return (
    named.find(({ definition }) => shippedConfig(definition.options).name === name) ??
    (named.length === 1 ? named[0] : undefined)
  )
}

export function isConfig(request: SuiteRequest): request is ConfigRequest {
  return request.definition.kind === 'config'
}

function sourceOf({ agent, definition: { options } }: ConfigRequest): ArmSource {
  return { arm: shippedConfig(options), agent, checks: options.checks }
}

/** What Vitest's module runner has evaluated in this worker. */
function evaluatedModules(): EvaluatedModules | undefined {
  const { __vitest_worker__: worker } = globalThis as {
    __vitest_worker__?: { evaluatedModules?: EvaluatedModules }
  }
  return worker?.evaluatedModules
}
