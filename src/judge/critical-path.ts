/**
 * Where the wall time of one trial went: which call it waited for at each moment and what that call did, or the agent's
 * own code. Every moment is counted once, so the times of all stages add up to `trial_duration`.
 */
import type { Call, StageTime, Trial } from '../schema/generated.ts'
import { endsOf } from '../stream.ts'

/** What a call spends its time on; `other` is all that the server does not report: network, queue, the end of the stream. */
export const callParts = ['load', 'prompt', 'decode', 'other'] as const
export type CallPart = (typeof callParts)[number]

/** One stage of a trial: times in ms on the critical path, counts over all of its calls. */
export interface StagePath extends Record<CallPart, number> {
  /** The agent's own code: while no call ran. */
  own: number
  calls: number
  /** Prompt tokens that the server evaluated, those from its cache left out; NaN where a call does not report them. */
  input: number
  output: number
}

/** By stage; null is what ran outside any. */
export type Path = ReadonlyMap<string | null, StagePath>

/**
 * Walks back from the end of the trial: where calls overlap, the time belongs to the call that ends last, because that is
 * what the trial waited for. Of a call that another one outlasts only its beginning counts.
 */
export function pathOf({ duration, calls, stages }: Trial): Path {
  const path = new Map<string | null, StagePath>()
  for (const call of calls) count(stageOf(path, call.stage), call)
  let reached = duration
  for (const call of calls.toSorted((a, b) => endOf(b) - endOf(a))) {
    if (call.start >= reached) continue
    const end = Math.min(reached, endOf(call))
    addOwnCode(path, stages, end, reached)
    addCall(stageOf(path, call.stage), call, end - call.start)
    reached = call.start
  }
  addOwnCode(path, stages, 0, reached)
  return path
}

/** The mean of several paths; a stage that one of them lacks is 0 there. */
export function meanPath(paths: readonly Path[]): Path {
  const mean = new Map<string | null, StagePath>()
  for (const path of paths)
    for (const [name, times] of path) {
      const sum = stageOf(mean, name)
      for (const key of keys) sum[key] += times[key] / paths.length
    }
  return mean
}

export function emptyStage(): StagePath {
  return { load: 0, prompt: 0, decode: 0, other: 0, own: 0, calls: 0, input: 0, output: 0 }
}

const keys = [...callParts, 'own', 'calls', 'input', 'output'] as const

function stageOf(path: Map<string | null, StagePath>, name: string | null): StagePath {
  let found = path.get(name)
  if (found === undefined) path.set(name, (found = emptyStage()))
  return found
}

function endOf({ start, duration }: Call): number {
  return start + duration
}

function count(
  stage: StagePath,
  {
    valid,
    prompt_eval_count: prompt = NaN,
    prompt_eval_cached_count: cached = 0,
    eval_count: output = NaN,
  }: Call,
): void {
  stage.calls += 1
  // One that was refused, and made again.
  if (!valid) return
  stage.input += prompt - cached
  stage.output += output
}

/** Adds the first `length` ms of a call. */
function addCall(stage: StagePath, call: Call, length: number): void {
  let left = length
  for (const [part, ms] of timeline(call)) {
    stage[part] += Math.min(left, ms)
    left -= Math.min(left, ms)
  }
}

/**
 * What a call did, in order. Decoding is first to last content chunk as they arrived; of a reply in one piece it is the
 * server's eval_duration. Load and prompt evaluation are the server's and lie directly before; what its clock reports
 * beyond the call's own time is cut.
 */
export function timeline(call: Call): [CallPart, number][] {
  const { duration, load_duration = 0, prompt_eval_duration = 0, eval_duration = 0 } = call
  const { first, last: end } = endsOf(call) ?? { first: 0, last: 0 }
  const last = Math.min(duration, end)
  const decode = last > first ? last - first : Math.min(duration, eval_duration)
  const before = last > first ? first : duration - decode
  const load = Math.min(before, load_duration)
  const prompt = Math.min(before - load, prompt_eval_duration)
  return [
    ['other', before - load - prompt],
    ['load', load],
    ['prompt', prompt],
    ['decode', decode],
    ['other', duration - before - decode],
  ]
}

/** Time without a call belongs to the innermost stage that runs: the one that began last. */
function addOwnCode(
  path: Map<string | null, StagePath>,
  stages: readonly StageTime[],
  from: number,
  to: number,
): void {
  const ends = stages.flatMap(({ start, duration }) => [start, start + duration])
  const cuts = [from, ...ends.filter((end) => end > from && end < to).toSorted((a, b) => a - b), to]
  cuts.slice(1).forEach((end, i) => {
    const start = cuts[i] ?? from
    if (end <= start) return
    const inner = stages
      .filter((stage) => stage.start <= start && stage.start + stage.duration >= end)
      .toSorted((a, b) => b.start - a.start || a.duration - b.duration)[0]
    stageOf(path, inner?.name ?? null).own += end - start
  })
}
