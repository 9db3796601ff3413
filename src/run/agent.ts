import type { ChatResponse, Ollama, Options } from 'ollama'
import type { Check } from '../checks/index.ts'
import type { Arm, Bound, ChatInput, Generated, GenerateInput } from '../call/index.ts'
import type { MetricName } from '../metrics.ts'

/** What an agent function receives. */
export interface AgentContext {
  /** One `/api/generate` call under the arm's config: streams, is measured, resolves to the whole response. */
  generate: (input: GenerateInput) => Promise<Generated>
  /** One `/api/chat` call under the arm's config: streams, is measured, resolves to the whole response. */
  chat: (input: ChatInput) => Promise<ChatResponse>
  /** The official client, bound to the arm's host; calls through it are measured too. */
  ollama: Ollama
  /**
   * For any client that takes a `fetch`: `new OpenAI({ baseURL: host + '/v1', fetch })`. Model calls to the arm's server
   * are measured, all else passes.
   */
  fetch: typeof fetch
  /** The arm's server, as a URL without a trailing slash. */
  host: string
  /**
   * Variables for a child process, in any language, by which its clients find the arm's server: `OLLAMA_HOST`,
   * `OPENAI_BASE_URL`, `OPENAI_API_KEY` and others. Its calls are measured by a proxy on the loopback interface, which
   * opens when this is first read and closes with the trial. Give them to it with those of this process:
   * `{ ...process.env, ...env }`.
   */
  env: Readonly<Record<string, string>>
  /** The arm's model. */
  model: string
  /** The arm's options. */
  options: Partial<Options>
  /**
   * The arm's config. An agent that reads its `name` may do something else under each arm, so arms of one config are then
   * compared as two that differ, and are no measure of the machine's noise.
   */
  arm: Arm
  /** Names a part of the work; its calls and its wall time are reported under that name. */
  stage: <T>(name: string, work: () => T | Promise<T>) => Promise<T>
  /**
   * Does part of the work as one of several concurrent agents: with the config that `agents` of the arm has
   * under this name, its calls and stages are recorded under that name. See `team`.
   */
  as: <T>(agent: string, work: (context: AgentContext) => T | Promise<T>) => Promise<T>
  /** Aborts when the run is cancelled or the trial reaches its limit: pass it to everything the agent awaits. */
  signal: AbortSignal
}

/** The workload under test: plain code that makes model calls. Its return value is the trial's output. */
export type Agent = (context: AgentContext) => unknown

/**
 * How far a metric may move: a fraction such as 0.05, or an object that also sets an absolute floor, the gate or stages.
 * `true` gates the metric at its default threshold, `false` only shows it.
 */
export type ThresholdInput =
  | number
  | boolean
  | { relative?: number; floor?: number; gated?: boolean; stages?: readonly string[] }

/** Minimum and maximum number of blocks of a suite. */
export interface BlocksInput {
  min?: number
  max?: number
}

/** What may differ between the arms because the comparison is about it. */
export type CompareInput = 'models' | 'hosts' | readonly ('models' | 'hosts')[]

/** Options of {@link agentBench}. */
export interface AgentBenchOptions {
  baseline: Arm
  candidate: Arm
  /** Judge every trial's output; a failed check makes the trial invalid. */
  checks?: readonly Check[]
  /** By metric name; see the table of metrics for the defaults. */
  thresholds?: Partial<Record<MetricName, ThresholdInput>>
  /**
   * Number of blocks: at least `min`, at most `max`. Default 6 to 200, where an undecided comparison ends after 20
   * blocks and 120 s, when it has spent both.
   */
  blocks?: BlocksInput
  /** Former name of `blocks`. */
  pairs?: BlocksInput
  /** Maximum wall time of the suite, ms; it then ends with the results so far. Replaces the 120 s of `blocks`. */
  timeBudget?: number
  /** Longest pause within a call, before the first byte and between chunks, ms. Default 300,000. */
  timeout?: number
  /**
   * Longest time of one trial, checks included, ms; past it the trial is invalid as `timeout`. Default: ten times the
   * longest warm-up trial, at least 60,000. A warm-up trial may wait 60,000 ms for anything but its calls.
   */
  trialTimeout?: number
  /** Limits of a call, past which it is `runaway`. Default 600,000 ms and no token limit. */
  bound?: Bound
  /** Set `false` to measure the prompt cache itself. */
  nonce?: boolean
  /** `regressed` only if the whole interval is beyond the threshold. */
  strict?: boolean
  compare?: CompareInput
}

const MEMBERS: unique symbol = Symbol('members')

/** Several agents that work at once on the same trial. */
export interface Team extends Agent {
  [MEMBERS]: Readonly<Record<string, Agent>>
}

/**
 * One agent of several: all start together, each with its own config (`agents` of the arm), and the
 * trial's output is what each returned, by name. Every block also runs each of them alone, so that
 * speedup and slowdown are measured against the truth instead of guessed from the sum of the parts.
 *
 * ```ts
 * agentBench('pair', team({ collector, insight }), { baseline, candidate: { ...baseline, name: 'chimera', agents: { insight: { options: { num_ctx: 1024 } } } } })
 * ```
 */
export function team(members: Readonly<Record<string, Agent>>): Team {
  const together = async (context: AgentContext): Promise<Record<string, unknown>> => {
    const work = Object.entries(members).map(
      async ([name, member]) => [name, await context.as(name, member)] as const,
    )
    return Object.fromEntries(await Promise.all(work))
  }
  return Object.assign(together, { [MEMBERS]: members })
}

/** Names of the agents of a team; none for a single agent. */
export function membersOf(agent: Agent): string[] {
  return Object.keys(teamMembers(agent))
}

/** The agent that runs one member of a team by itself. */
export function soloAgent(agent: Agent, name: string): Agent {
  const member = teamMembers(agent)[name] ?? agent
  return async (context) => ({ [name]: await context.as(name, member) })
}

function teamMembers(agent: Agent & Partial<Team>): Readonly<Record<string, Agent>> {
  return agent[MEMBERS] ?? {}
}
