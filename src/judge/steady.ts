/**
 * What arms are compared by where the observed value is mostly scatter that no arm causes: the steady pace of a stream, and the
 * TTFT at a steady load.
 *
 * Pace. What arrives at the socket is the truth, and its mean is noisy: each pause of a scheduler counts in full. So decoding is
 * compared by the mean of the middle third of the times per chunk. The rest is not lost: with s the share of the time that
 * this pace does not account for, throughput is steady throughput × (1 − s), and s is a metric of its own, `stall_share`.
 *
 * Chunks that arrive together share their time: a reader that was late finds several, and none of them was a pause. The
 * chunks of the first packet were decoded before the measurement began.
 *
 * TTFT. Each warm call's load is replaced by the median load. A server that holds its model still reports a `load_duration`
 * for each request: on a GPU 253 ± 31 ms of a TTFT of 274 ± 34 ms. That is its bookkeeping, and its scatter hides what an arm
 * does: evaluating the prompt, and all the rest. The median is over both arms, so exchanging them changes nothing, and the sign of a block's difference stays as random as
 * the order of its arms. What an arm does to the load is lost that way; the TTFT that a user observes is judged too, for that.
 */
import type { Call, Role, Trial, TtftPart } from '../schema/generated.ts'
import { atLastLook, geometricMean, median } from '../stats/index.ts'
import type { Block } from './blocks.ts'
import type { ArmPair } from './pair.ts'
import { streamOf } from '../stream.ts'

/** A call's stream at its steady pace. */
interface Steady {
  /** Tokens that arrived after the first packet. */
  tokens: number
  /** What they would have taken at the steady pace, ms. */
  steady: number
  /** What they took, ms. */
  span: number
}

/** Of calls of a trial or a stage, call by call, so that a longer reply does not count as a slower one. */
export function paceOf(calls: readonly Call[]): { throughput: number; stallShare: number } | undefined {
  const all = calls.map(steadyOf).filter((one) => one !== undefined)
  const sum = (of: (one: Steady) => number): number => all.reduce((total, one) => total + of(one), 0)
  const [tokens, steady, span] = [sum((one) => one.tokens), sum((one) => one.steady), sum((one) => one.span)]
  if (!(tokens > 0 && steady > 0)) return undefined
  return { throughput: (1000 * tokens) / steady, stallShare: Math.max(0, 1 - steady / span) }
}

function steadyOf(call: Call): Steady | undefined {
  const stream = streamOf(call)
  if (stream === undefined || stream.arrived === 0) return undefined
  const { chunks = stream.chunks, eval_count: tokens = 0 } = call
  const { arrived, span, each } = stream
  return { tokens: (tokens * arrived) / chunks, steady: arrived * each, span }
}

/** Median load of warm calls, ms, by {@link placeOf}. */
type Loads = ReadonlyMap<string, number>

const roles = ['baseline', 'candidate'] as const

/** Of every agent and stage, over the blocks given. Empty where no server reports a load. */
export function warmLoads(blocks: readonly Block[]): Loads {
  const calls = blocks.flatMap(({ trials }) =>
    roles.flatMap((role) => trials[role].flatMap((trial) => trial.calls.filter(hasWarmLoad))),
  )
  return new Map(
    [...Map.groupBy(calls, placeOf)].map(([place, own]) => [
      place,
      median(own.map(({ load_duration }) => load_duration)),
    ]),
  )
}

/** Of one block, by stage; null is the whole trial. Where an arm has several trials, the mean of logs. */
export function steadyTtft(block: Block, loads: Loads): ReadonlyMap<string | null, Record<Role, number>> {
  const names = new Set<string | null>([null])
  for (const { stages } of roles.flatMap((role) => block.trials[role]))
    for (const { name } of stages) names.add(name)
  const of = (role: Role, stage: string | null): number[] =>
    block.trials[role].map((trial) => ttftOf(trial, stage, loads)).filter((value) => value !== undefined)
  return new Map(
    [...names].flatMap((stage) => {
      const [baseline, candidate] = [of('baseline', stage), of('candidate', stage)]
      const complete =
        baseline.length === block.trials.baseline.length && candidate.length === block.trials.candidate.length
      return complete
        ? [[stage, { baseline: geometricMean(baseline), candidate: geometricMean(candidate) }]]
        : []
    }),
  )
}

function ttftOf({ calls }: Trial, stage: string | null, loads: Loads): number | undefined {
  const warm = calls.filter(
    (call) => call.valid && !call.cold && (stage === null || call.stage === stage || call.agent === stage),
  )
  const values = warm.flatMap((call) => {
    const { ttft } = call
    if (ttft === undefined || ttft <= 0) return []
    const load = loads.get(placeOf(call))
    return [hasWarmLoad(call) && load !== undefined ? ttft - call.load_duration + load : ttft]
  })
  return values.length > 0 ? geometricMean(values) : undefined
}

/**
 * What the TTFT of warm calls is spent on in both arms, ms, and by how much each part differs: the repeated interval of the
 * blocks' differences, with alpha shared among the parts. Empty unless every trial has calls that tell.
 */
export function ttftParts({ looks, alpha }: ArmPair, blocks: readonly Block[]): TtftPart[] {
  const perBlock = blocks.map(({ trials }) => {
    const [baseline, candidate] = [meanParts(trials.baseline), meanParts(trials.candidate)]
    return baseline && candidate && { baseline, candidate }
  })
  const told = perBlock.filter((block) => block !== undefined)
  if (told.length === 0 || told.length < blocks.length) return []
  return partNames.map((part) => {
    const differences = told.map(({ baseline, candidate }) => candidate[part] - baseline[part])
    const { interval } = atLastLook(differences, { looks, alpha: alpha / partNames.length })
    return {
      part,
      baseline_value: median(told.map(({ baseline }) => baseline[part])),
      candidate_value: median(told.map(({ candidate }) => candidate[part])),
      ...(interval !== undefined && { interval: [...interval] }),
    }
  })
}

const partNames = ['load', 'prompt', 'rest'] as const

/** The mean over the calls of some trials; undefined unless each trial has one that tells. */
function meanParts(trials: readonly Trial[]): Record<TtftPart['part'], number> | undefined {
  const perTrial = trials.map(({ calls }) =>
    calls.flatMap(({ valid, cold, ttft_parts: parts }) =>
      valid && !cold && parts !== undefined ? [parts] : [],
    ),
  )
  if (perTrial.some((parts) => parts.length === 0)) return undefined
  const all = perTrial.flat()
  const mean = (part: TtftPart['part']): number =>
    all.reduce((sum, parts) => sum + parts[part], 0) / all.length
  return { load: mean('load'), prompt: mean('prompt'), rest: mean('rest') }
}

/** A load that the TTFT contains. */
function hasWarmLoad(call: Call): call is Call & { load_duration: number } {
  const { valid, cold, ttft = 0, load_duration: load = 0 } = call
  return valid && !cold && load > 0 && load < ttft
}

/** Calls of one place load alike in both arms. */
function placeOf({ agent, stage }: Call): string {
  return JSON.stringify([agent, stage])
}
