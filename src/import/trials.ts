/** Recorded runs as trials: run i of both agents is block i, in the order in which they ran. */
import { tailLoops } from '../checks/repetition.ts'
import { callMessages } from '../call/messages.ts'
import { warmLimit } from '../run/cold.ts'
import { defined } from '../optional.ts'
import type { Call, CallReason, StageTime, Trial } from '../schema/generated.ts'
import { sum } from './legacy.ts'
import type { CallFigures, RecordedAgent, RecordedCall, RecordedRun, Recording } from './recorded.ts'

/** The older client waited so long between two runs of an agent, ms. */
const PAUSE_MS = 2_000

/** The trials of a file; none for a summary. */
export function toTrials({ pair, agents }: Recording, suite: string, file: string): Trial[] {
  const trials = agents.flatMap((agent) => {
    const label = pair.shape === 'concurrent' ? agent.label : undefined
    const callsOf = callMaker(agent, label)
    return agent.runs.map((run, i): Trial => {
      const stages = stageTimes(run)
      const calls = callsOf(run, stages)
      const fault = calls.length === 0 ? NO_CALLS : calls.find((call) => !call.valid)
      return {
        source: 'import',
        suite,
        file,
        block: i + 1,
        position: agent.role === 'baseline' ? 1 : 2,
        attempt: 1,
        phase: 'measure',
        arm: agent.name,
        role: agent.role,
        started_at: startOf(agent, i),
        duration: durationOf(run),
        ...(fault === undefined
          ? { valid: true }
          : { valid: false, invalid_reason: fault.reason, message: fault.message }),
        ...(Object.keys(run.output).length > 0 && { output: run.output }),
        checks: [],
        stages,
        calls,
      }
    })
  })
  return trials.toSorted((a, b) =>
    a.started_at < b.started_at ? -1 : a.started_at > b.started_at ? 1 : a.position - b.position,
  )
}

const NO_CALLS = { reason: 'no_calls', message: 'No call of this run was recorded.' } as const

/** The workflow's steps followed one another. */
function stageTimes({ stages }: RecordedRun): StageTime[] {
  return stages.map(({ name, duration }, i) => ({
    name,
    start: sum(stages.slice(0, i).map((stage) => stage.duration)),
    duration,
  }))
}

/** ms; where only calls were kept, their sum. */
function durationOf({ duration, calls }: RecordedRun): number {
  return duration ?? sum(calls.map((call) => call.figures.total_duration_ms))
}

/** Worked back from the end of the last run. */
function startOf({ endedAt, runs }: RecordedAgent, i: number): string {
  const remaining = sum(runs.slice(i).map(durationOf)) + PAUSE_MS * (runs.length - 1 - i)
  return new Date(Date.parse(endedAt) - remaining).toISOString()
}

/** The calls of a run as ours: what was measured under our names, the rest absent; what is 0 was not measured. */
function callMaker(agent: RecordedAgent, label: string | undefined) {
  const isCold = coldness(agent)
  const measured = (value: number): number | undefined => (value > 0 ? value : undefined)
  return ({ calls }: RecordedRun, stages: readonly StageTime[]): Call[] => {
    let clock = 0
    return calls.map((recorded, index): Call => {
      const { stage, figures } = recorded
      const start = stages.find(({ name }) => name === stage)?.start ?? clock
      clock = start + figures.total_duration_ms
      const fault = faultOf(recorded)
      return {
        index,
        stage,
        ...defined({ agent: label }),
        endpoint: 'generate',
        streamed: true,
        cold: isCold(recorded),
        ...(fault === undefined ? { valid: true } : { valid: false, ...fault }),
        start,
        duration: figures.total_duration_ms,
        options: { ...agent.options },
        ...defined({
          ttft: firstPiece(figures),
          eval_count: measured(figures.tokens_generated),
          eval_duration: measured(figures.eval_duration_ms),
          prompt_eval_duration: measured(figures.prompt_eval_duration_ms),
          load_duration: measured(figures.load_duration_ms),
        }),
      }
    })
  }
}

/**
 * Which calls loaded the model: by load_duration, as in a run of our own; a call that broke before it was reported, by its
 * time to first token against that of the agent's warm calls.
 */
function coldness({ runs }: RecordedAgent): (call: RecordedCall) => boolean {
  const calls = runs.flatMap((run) => run.calls)
  const loads = calls.map((call) => call.figures.load_duration_ms).filter((load) => load > 0)
  // Nobody noted whether a model was loaded: where every call loaded it, only what is known of warm loads says so.
  const limit = warmLimit(loads.filter((load) => load <= WARM_AT_MOST_MS)) ?? WARM_AT_MOST_MS
  const isColdLoad = (load: number): boolean => load > limit
  const told = (call: RecordedCall): boolean => call.figures.load_duration_ms > 0
  const warm = calls
    .filter((call) => told(call) && !isColdLoad(call.figures.load_duration_ms))
    .flatMap((call) => firstPiece(call.figures) ?? [])
  const slowest = Math.max(...warm)
  return (call) =>
    told(call)
      ? isColdLoad(call.figures.load_duration_ms)
      : warm.length > 0 && (firstPiece(call.figures) ?? 0) > FACTOR * slowest
}

const FACTOR = 3

/** Between the longest warm load of the older system's recordings, 636 ms, and the shortest cold one, 871 ms. */
const WARM_AT_MOST_MS = 750

/** ms; the older client put the whole duration where no piece had come. */
function firstPiece({ ttft_ms, total_duration_ms }: CallFigures): number | undefined {
  return ttft_ms > 0 && ttft_ms < total_duration_ms ? ttft_ms : undefined
}

/** Without a final object every counter of the server was written as 0. */
function faultOf({ figures, response }: RecordedCall): { reason: CallReason; message: string } | undefined {
  const { tokens_generated, eval_duration_ms, load_duration_ms, prompt_eval_duration_ms } = figures
  if (tokens_generated > 0 && eval_duration_ms > 0) return undefined
  const counters = tokens_generated + eval_duration_ms + load_duration_ms + prompt_eval_duration_ms
  return counters === 0
    ? { reason: 'no_done', message: callMessages.no_done(ending(response)) }
    : { reason: 'no_tokens', message: callMessages.no_tokens('no eval_count') }
}

/** What a server stops a reply for, after some 30 repeats; fewer than 10 happen in honest texts. */
const LOOP = { shortest: 1, longest: 40, times: 10 }

function ending(response: string | undefined): string {
  if (response === undefined) return ''
  const length = Array.from(response).length
  const [loop] = tailLoops(response.trimEnd(), LOOP)
  return loop === undefined
    ? ` after ${length} characters`
    : ` after ${loop.times} identical pieces at the end of ${length} characters`
}
