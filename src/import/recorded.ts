/** What the older system kept of two agents, and how an agent is read, however early the build that wrote it. */
import type { ArmLegacy, PairLegacy, Role } from '../schema/generated.ts'
import type { Field } from './fields.ts'

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

/** Whether there are calls in it, whole or as figures only. */
export function hasCalls(result: Field): boolean {
  return result.has('workflow_runs') || result.has('llm_calls') || result.has('individual_runs')
}

/** An agent's result; `runs` says how its calls fall into runs. */
export function readAgent(
  result: Field,
  name: string,
  role: Role,
  runs: readonly RecordedRun[],
): RecordedAgent {
  const system = result.at('system_info')
  return {
    name,
    role,
    label: result.at('agent_type').text(),
    model: result.at('model').text(),
    options: result.at('configuration').object(),
    endedAt: result.at('timestamp').time(),
    ...(system.has('os') && {
      system: `${system.at('os').text()} ${system.has('arch') ? system.at('arch').text() : ''}`.trim(),
    }),
    runs,
    published: Object.fromEntries(
      Object.entries(result.at('aggregate_metrics').object()).filter(
        ([, value]) => typeof value === 'number',
      ),
    ),
  }
}

/** The calls of a run or result: with stage and text where kept, else the bare figures. */
export function readCalls(holder: Field): RecordedCall[] {
  if (holder.has('llm_calls')) return holder.at('llm_calls').list().map(readCall)
  return holder
    .at('individual_runs')
    .list()
    .map((figures) => ({ stage: null, figures: readFigures(figures) }))
}

function readCall(call: Field): RecordedCall {
  return {
    stage: call.at('stage').text(),
    figures: readFigures(call.at('metrics')),
    ...(call.has('response') && { response: call.at('response').text() }),
  }
}

function readFigures(figures: Field): CallFigures {
  return {
    ttft_ms: figures.at('ttft_ms').amount(),
    total_duration_ms: figures.at('total_duration_ms').amount(),
    throughput_tokens_per_sec: figures.at('throughput_tokens_per_sec').amount(),
    tokens_generated: figures.at('tokens_generated').amount(),
    prompt_eval_duration_ms: figures.at('prompt_eval_duration_ms').amount(),
    eval_duration_ms: figures.at('eval_duration_ms').amount(),
    load_duration_ms: figures.at('load_duration_ms').amount(),
  }
}

/** The workflow's steps in ms, and what came of them. Early builds made one call and had neither. */
export function readWorkflow(run: Field): Pick<RecordedRun, 'stages' | 'duration' | 'output'> {
  if (!run.has('workflow')) return { stages: [], output: {} }
  const seconds = run.at('workflow')
  const analysis = run.at('analysis')
  const kept = {
    files: run.at('benchmark_data_count'),
    data_summary: run.at('data_summary'),
    report: run.at('report_markdown'),
  }
  const found = ['summary', 'key_findings', 'recommendations'].map(
    (name) => [name, analysis.at(name).value] as const,
  )
  return {
    stages: ['ingest', 'analysis', 'report'].map((name) => ({
      name,
      duration: 1000 * seconds.at(`${name}_seconds`).amount(),
    })),
    duration: 1000 * seconds.at('total_seconds').amount(),
    output: Object.fromEntries(
      [
        ...Object.entries(kept).map(([name, field]) => [name, field.value] as const),
        ['analysis', analysis.at('raw_response').value] as const,
        ...found,
        ['persona', run.at('prompt').value] as const,
      ].filter(([, value]) => value !== undefined && value !== null),
    ),
  }
}
