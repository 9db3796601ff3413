/**
 * A code comparison in the worker: the config that ships, with the agent of base against the agent of head. Base's bench
 * file is loaded beside head's, through the same module runner, and what each of the two loaded is held against the
 * other before the first trial and after the last.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  loadBase,
  loadedFrom,
  proveGraph,
  type Base,
  type EvaluatedModules,
  type GraphProof,
} from '../base/index.ts'
import { gateTexts } from '../judge/messages.ts'
import type { Plan, PlannedCode } from '../judge/plan.ts'
import { membersOf } from '../run/agent.ts'
import { armsToRun, type ArmSource, type RunArm } from '../run/arms.ts'
import { makeCodePlan, type Settings } from '../run/plan.ts'
import { counterpart, goneFrom, isConfig, shippedConfig, type ConfigRequest } from './counterpart.ts'
import { definedHere, type SuiteRequest } from './wire.ts'

/** A suite of two trees, ready to run. */
export interface CodeSuite {
  plan: Plan
  arms: RunArm[]
  /** Suites that base has in this file and head no longer, unless a new suite of the file may be one of them. */
  removed: string[]
  /** Throws if base has loaded a module of head by now. */
  prove: () => Promise<GraphProof>
}

/** Head's bench file, and how Vitest imports another one. */
export interface BenchFile {
  /** Bench files of base that head no longer has, relative to the top level. */
  removed: readonly string[]
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
  { path, file, load, settings, removed }: BenchFile & { settings: Settings },
): Promise<CodeSuite> {
  const modules = evaluatedModules()
  const loaded = await loadBase<SuiteRequest>(base, path, { load, modules })
  const sides = { base: (loaded?.definitions ?? []).filter(isConfig), head: definedHere().filter(isConfig) }
  const before = counterpart(head, sides)
  const gone = goneFrom(sides)
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
      gone,
      movedFrom: loaded === undefined ? await naming(base, head.name, removed) : [],
      code: codeOf(base),
      proof: await prove(),
    },
    settings,
    { base: membersOf((before ?? head).agent), head: membersOf(head.agent) },
  )
  const hasNew = sides.head.some((one) => counterpart(one, sides) === undefined)
  return {
    plan,
    arms: armsToRun(plan, [before ?? head, head].map(sourceOf), settings),
    removed: hasNew ? [] : gone.map((name) => gateTexts.suiteIn(name, file)),
    prove,
  }
}

/** Those of base's files that name the suite. They are not loaded: one that is gone for good need not even load. */
async function naming({ tree }: Base, name: string, files: readonly string[]): Promise<string[]> {
  const quoted = ["'", '"', '`'].map((quote) => quote + name + quote)
  const texts = await Promise.all(files.map((file) => readFile(join(tree, file), 'utf8').catch(() => '')))
  return files.filter((_, i) => quoted.some((one) => texts[i]?.includes(one)))
}

function codeOf({ ref, sha, head }: Base): { base: PlannedCode; head: PlannedCode } {
  return { base: { ref, sha, dirty: false }, head: { ref: 'HEAD', ...head } }
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
