import type { ChatResponse, Ollama, Options } from 'ollama'
import type { Check } from '../checks/index.ts'
import type { Arm, Bound, ChatInput, Generated, GenerateInput } from '../llm/index.ts'

/** What an agent works with. */
export interface AgentContext {
  /** One `/api/generate` call under the arm's config: streams, is measured, resolves to the whole response. */
  generate: (input: GenerateInput) => Promise<Generated>
  /** One `/api/chat` call under the arm's config: streams, is measured, resolves to the whole response. */
  chat: (input: ChatInput) => Promise<ChatResponse>
  /** The official client, bound to the arm's host; calls through it are measured too. */
  ollama: Ollama
  /** The arm's model. */
  model: string
  /** The arm's options. */
  options: Partial<Options>
  arm: Arm
  /** Names a part of the work; its calls and its wall time are reported under that name. */
  stage: <T>(name: string, work: () => T | Promise<T>) => Promise<T>
  /**
   * Does part of the work as one of several concurrent agents: with the config that `agents` of the arm has
   * under this name, its calls and stages told apart by it. See `team`.
   */
  as: <T>(agent: string, work: (context: AgentContext) => T | Promise<T>) => Promise<T>
  /** Aborts when the run is cancelled: pass it on to whatever the agent waits for. */
  signal: AbortSignal
}

/** The workload under test: plain code that makes model calls. What it returns is the trial's output. */
export type Agent = (context: AgentContext) => unknown

/**
 * How far a metric may move: a fraction such as 0.05, or an object that also sets an absolute floor, the gate or stages.
 * `true` gates the metric at its default threshold, `false` only shows it.
 */
export type ThresholdInput =
  | number
  | boolean
  | { relative?: number; floor?: number; gated?: boolean; stages?: readonly string[] }

/** Least and most blocks of a suite. */
export interface BlocksInput {
  min?: number
  max?: number
}

/** What may differ between the arms because the comparison is about it. */
export type CompareInput = 'models' | 'hosts' | readonly ('models' | 'hosts')[]

/** What a suite says to {@link agentBench}. */
export interface AgentBenchOptions {
  baseline: Arm
  candidate: Arm
  /** Judge every trial's output; a failed check makes the trial invalid. */
  checks?: readonly Check[]
  /** By metric name; see the table of metrics for the defaults. */
  thresholds?: Record<string, ThresholdInput>
  /** Blocks to spend: never fewer than `min`, never more than `max`. Default 6 to 20. */
  blocks?: BlocksInput
  /** The old name of `blocks`. */
  pairs?: BlocksInput
  /** Wall time the suite may spend, ms; it ends with what it has by then. Default: as long as its blocks take. */
  timeBudget?: number
  /** Longest silence within a call, before the first byte and between chunks, ms. Default 300,000. */
  timeout?: number
  /** Limits of a call, past which it is `runaway`. Default 600,000 ms and no token limit. */
  bound?: Bound
  /** `false` where the prompt cache itself is measured. */
  nonce?: boolean
  /** `regressed` only when the whole interval is beyond the threshold. */
  strict?: boolean
  compare?: CompareInput
}
