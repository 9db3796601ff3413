/**
 * All that goes between the suite, the worker and the main process, typed on both sides: the settings that the config
 * provides, the request of a suite, the messages of a worker, and the record that they make of a suite.
 *
 * Messages travel as Vitest test artifacts: live, and they survive time-outs, cancels, a killed worker, blobs, shards
 * and merges. A blob is JSON, so a message is kept as JSON text: nothing on the way can bend a number or drop a field.
 */
import { deflateSync, inflateSync } from 'node:zlib'
import { recordArtifact } from 'vitest'
import type { Base } from '../base/index.ts'
import { adapterTexts } from './messages.ts'
import type { Ending, Facts, Forecast, Plan, SuiteRecord } from '../judge/plan.ts'
import type { Agent, AgentBenchOptions, BlocksInput, ThresholdInput } from '../run/agent.ts'
import type { AgentSweepOptions } from '../run/candidates.ts'
import type { AuditSettings } from '../run/environment.ts'
import type { GateFinding, Trial } from '../schema/generated.ts'
import { isObject, parseJson } from '../json.ts'
import { trialFaults } from '../schema/validate.ts'
import { redacted } from '../secrets.ts'

/** What the config says to every worker; crosses to it through Vitest's provide and inject, so it is plain data. */
export interface ProvidedSettings {
  /** Vitest's root, which reports name bench files from: two projects may each have a file of the same name. */
  root: string
  /** The run's server, resolved. */
  host: string
  /** The credentials that stand in its address. */
  headers?: Readonly<Record<string, string>> | undefined
  thresholds: Record<string, ThresholdInput>
  blocks: BlocksInput
  /** Where the config still uses an option's old name. */
  renamed: readonly string[]
  /** Names of environment variables whose values are secrets. */
  secrets: readonly string[]
  /** The provider that the user named, which ordinary benchmarks are for. */
  provider?: string
  /** Whether this run is one shard of several: it measures, and the merge judges. */
  shard: boolean
  /** What an audit plants in this run; absent in all others. */
  audit?: AuditSettings
  /** The tree that head is held against; absent where configs are compared. */
  base?: Base
  /** Bench files of base that head no longer has. A merge has no base, and reads them in the shards' messages. */
  removed: readonly string[]
}

/** What a bench file asks of the provider; it travels by reference in the options of bench.compare. */
export interface SuiteRequest {
  name: string
  agent: Agent
  definition: SuiteDefinition
  /** The provider's answer: why the gate fails, one sentence each. Missing when no provider of ours ran. */
  failures?: readonly string[]
}

/** A suite as agentBench or agentSweep takes it. */
export type SuiteDefinition =
  | { kind: 'config'; options: AgentBenchOptions }
  | { kind: 'sweep'; options: AgentSweepOptions }

const defined: SuiteRequest[] = []

/** Notes what the bench file of this worker, which has no other, defines. */
export function define(request: SuiteRequest): void {
  defined.push(request)
}

/** All of it, also what `-t` or `skip` leaves out. */
export function definedHere(): readonly SuiteRequest[] {
  return defined
}

const KEY = 'chimera'

/** The options object that carries `request` to the provider. */
export function requestOptions(request: SuiteRequest): object {
  return { [KEY]: request }
}

/** The request in the options of bench.compare; undefined for a benchmark that is not ours. */
export function requestOf(options: object | undefined): SuiteRequest | undefined {
  return (options as Record<string, unknown> | undefined)?.[KEY] as SuiteRequest | undefined
}

/** What a worker tells: its plan, then facts (again when more is known), trials, and its ending. */
export type Message =
  | { kind: 'plan'; plan: Plan; removed?: readonly string[] }
  | { kind: 'facts'; facts: Facts; overhead?: number }
  | { kind: 'trial'; trial: Trial }
  | Alive
  | { kind: 'notice'; text: string; once?: boolean }
  | { kind: 'forecast'; forecast: Forecast }
  | { kind: 'ending'; ending: Ending }
  | { kind: 'refused'; suite: string; file: string; message: string }
  | Damaged

/** A sign of life: the trial that runs, how long its thread may stand still, ms, and the worker's process. */
export interface Alive extends Pick<Trial, 'arm' | 'phase' | 'block'> {
  kind: 'alive'
  /** In which its agent is, where there is one. */
  stage?: string
  limit: number
  pid: number
}

/** What became of a message that cannot be read: it costs what it told, and nothing else. */
interface Damaged {
  kind: 'damaged'
  text: string
}

declare module 'vitest' {
  interface ProvidedContext {
    chimera: ProvidedSettings
  }
  interface TestArtifactRegistry {
    'vitest-chimera': { type: 'vitest-chimera'; text: string }
  }
}

type VitestTest = Parameters<typeof recordArtifact>[0]

/** A message as Vitest carries it. */
interface Artifact {
  type: 'vitest-chimera'
  text: string
}

/**
 * Sends a message from the worker, without secrets: from here on it is on record. Resolves when the main process has it, to
 * what Vitest keeps of it here.
 */
export function send(test: VitestTest, message: Message): Promise<Artifact> {
  return recordArtifact(test, { type: 'vitest-chimera', text: JSON.stringify(redacted(message)) })
}

/** Empties a message that nobody will read as text again: it would double what a run takes of memory. */
export function release(artifact: Artifact): void {
  artifact.text = ''
}

/** Drops what was read of a message whose text is kept. */
export function forget(artifact: Artifact): void {
  received.delete(artifact)
}

/** Keeps the text of a message that a blob is to be written of in a tenth of its room. */
export function pack(artifact: Artifact): void {
  if (artifact.text.length > SHORT && !artifact.text.startsWith(PACKED))
    artifact.text = PACKED + deflateSync(artifact.text, { level: 1 }).toString('base64')
}

const PACKED = 'deflate:'
const SHORT = 1000

function unpacked(text: string): string {
  if (!text.startsWith(PACKED)) return text
  try {
    return inflateSync(Buffer.from(text.slice(PACKED.length), 'base64')).toString()
  } catch {
    return ''
  }
}

export function isOurs(artifact: { type: string }): artifact is Artifact {
  return artifact.type === 'vitest-chimera'
}

type Keep = (trial: Trial) => Trial
const asItIs: Keep = (trial) => trial

/** Each artifact is read once, though it is looked at as it arrives, at the end of its suite and at the end of the run. */
const received = new WeakMap<object, Message>()

/**
 * The message in an artifact, or undefined when it is someone else's. A trial that its schema refuses is damaged; of a sound
 * one is kept what `keep` gives for it.
 */
export function receive(artifact: { type: string }, keep: Keep = asItIs): Message | undefined {
  if (!isOurs(artifact)) return undefined
  let found = received.get(artifact)
  if (found === undefined) {
    found = read(artifact.text)
    if (found.kind === 'trial') found = { ...found, trial: keep(found.trial) }
    received.set(artifact, found)
  }
  return found
}

function read(text: string): Message {
  const message = parseJson(unpacked(text))
  if (!isMessage(message)) return { kind: 'damaged', text: adapterTexts.unreadable() }
  const faults = message.kind === 'trial' ? trialFaults(message.trial) : []
  return faults.length > 0 ? { kind: 'damaged', text: adapterTexts.badTrial(faults) } : message
}

function isMessage(value: unknown): value is Message {
  return isObject(value) && typeof value['kind'] === 'string'
}

/** What one test sent: a suite, or why there is none. */
export interface TestRecord {
  suites: SuiteRecord[]
  refusals: GateFinding[]
  removed: readonly string[]
  /** Harness overhead, ms. */
  overhead?: number
}

/**
 * Puts the messages of one test together. A test that is not ours has none and gives nothing.
 *
 * @param name what to call it
 * @param stalled why its worker was ended before the suite was
 */
export function recordSuite(
  messages: readonly Message[],
  name = 'a suite',
  stalled?: { arm: string; message: string },
): TestRecord {
  let plan: Plan | undefined
  let facts: Facts = {}
  let ending: Ending | undefined
  let overhead: number | undefined
  let removed: readonly string[] = []
  const trials: Trial[] = []
  const refusals: GateFinding[] = []
  const damages: string[] = []
  for (const message of messages) {
    if (message.kind === 'plan') ({ plan, removed = [] } = message)
    if (message.kind === 'facts') ({ facts, overhead } = message)
    if (message.kind === 'trial') trials.push(message.trial)
    if (message.kind === 'ending') ending = message.ending
    if (message.kind === 'damaged') damages.push(message.text)
    if (message.kind === 'refused') refusals.push({ suite: message.suite, message: message.message })
  }
  if (stalled !== undefined) ending ??= { stopped: 'unusable', ...stalled, requeued: 0, warnings: [] }
  // A refused suite is reported with what it is, but has no trials to judge.
  const refused = refusals[0]
  if (refused !== undefined)
    ending = { stopped: 'unusable', message: refused.message, requeued: 0, warnings: [] }
  const warnings = damages.map((message) => ({ code: 'damaged_message', message }))
  if (ending !== undefined) ending = { ...ending, warnings: [...ending.warnings, ...warnings] }
  if (plan === undefined) refusals.push(...damages.map((message) => ({ suite: name, message })))
  return {
    suites: plan === undefined ? [] : [{ plan, facts, trials, ...(ending !== undefined && { ending }) }],
    refusals: plan === undefined ? refusals : [],
    removed,
    ...(overhead !== undefined && { overhead }),
  }
}
