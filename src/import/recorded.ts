import type { ArmLegacy, PairLegacy, Role } from '../schema/generated.ts'

/** What the older system kept of one call; times in ms. All but the first two are 0 where its final object was missing. */
export interface CallFigures {
  /** Request sent to first non-empty piece of the reply; the whole duration where none came. */
  ttft_ms: number
  /** By the client's clock. */
  total_duration_ms: number
  /** eval_count / max(eval seconds, 1e-6). */
  throughput_tokens_per_sec: number
  tokens_generated: number
  prompt_eval_duration_ms: number
  eval_duration_ms: number
  load_duration_ms: number
}

/** One call. Early files kept neither stage nor texts. */
export interface RecordedCall {
  stage: string | null
  figures: CallFigures
  response?: string
}

/** One run of an agent. */
export interface RecordedRun {
  calls: readonly RecordedCall[]
  /** Names and durations in ms, one after the other; empty where none were recorded. */
  stages: readonly { name: string; duration: number }[]
  /** ms, where recorded. */
  duration?: number
  /** What the run produced, under the names our own agents use; empty in early files. */
  output: Readonly<Record<string, unknown>>
}

/** One agent under one config. */
export interface RecordedAgent {
  /** Its key in the file: baseline, chimera, collector, insight. */
  name: string
  role: Role
  /** What it was called. */
  label: string
  model: string
  host?: string
  /** As sent: the older client rounded to 32 bits, so 0.6 left as 0.6000000238418579. */
  options: Readonly<Record<string, unknown>>
  /** When its last run had ended, ISO. */
  endedAt: string
  system?: string
  runs: readonly RecordedRun[]
  /** The aggregates that stood in the file. */
  published: Readonly<Partial<Record<keyof ArmLegacy, number>>>
}

/** One file of the older system. A summary has agents but no runs. */
export interface Recording {
  pair: PairLegacy
  agents: readonly [RecordedAgent, RecordedAgent]
}
