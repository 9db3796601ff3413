/**
 * Why trial_duration moved: its change from baseline to candidate, split over stages and parts that add up to it exactly.
 *
 * Per stage, with N calls and m ms of a part per call on the critical path (critical-path.ts), B the baseline and C the
 * candidate, the change of the time in calls is
 *
 *     N_C m_C − N_B m_B  =  (N_C − N_B) m_B  +  N_C (m_C − m_B)
 *
 * The first term, over all parts of a call, is what the number of calls changes; the second is what each part changes.
 * Prompt evaluation and decoding are split once more in the same way, with t tokens per call and r ms per token:
 *
 *     N_C (t_C r_C − t_B r_B)  =  N_C (t_C − t_B) r_B  +  N_C t_C (r_C − r_B)
 *
 * It is the decomposition of Kitagawa, "Components of a Difference Between Two Rates" (1955), with the rates of the
 * baseline as the standard for counts, as in Oaxaca and Blinder (1973): calls and tokens that are added are counted at
 * what they cost in the baseline, and what they cost more or less is part of the time per call and per token.
 */
import type { Attribution, AttributionPart, Trial } from '../schema/generated.ts'
import { atLastLook, MOST_BLOCKS } from '../stats/index.ts'
import { completeBlocks, type Block } from './blocks.ts'
import { callParts, emptyStage, meanPath, pathOf, type Path, type StagePath } from './critical-path.ts'
import type { ArmPair } from './pair.ts'

/**
 * Over the blocks of both phases. A change is the mean over the blocks, so that the parts add up; its interval is the
 * repeated interval of the differences of the blocks, with alpha shared among the parts, so that the intervals hold
 * jointly. Parts without any change are left out. Undefined without a complete block.
 */
export function attribute(pair: ArmPair, trials: readonly Trial[]): Attribution | undefined {
  const blocks = (['measure', 'confirm'] as const).flatMap((phase) => completeBlocks(pair, trials, phase))
  if (blocks.length === 0) return undefined
  const durations = blocks.map((block) => [meanDuration(block, 'baseline'), meanDuration(block, 'candidate')])
  const differences = durations.map(([before = 0, after = 0]) => after - before)
  const looks = looksOfBothPhases(pair)
  const { n, interval } = atLastLook(differences, { looks, alpha: pair.alpha })
  const series = seriesOf(blocks)
  const alpha = pair.alpha / Math.max(1, series.length)
  return {
    baseline_value: mean(durations.slice(0, n).map(([before = 0]) => before)),
    candidate_value: mean(durations.slice(0, n).map(([, after = 0]) => after)),
    change: mean(differences.slice(0, n)),
    ...(interval !== undefined && { interval: [...interval] }),
    blocks: n,
    parts: series.map(({ stage, part, effects }) => {
      const { interval: own } = atLastLook(
        effects.map(({ change }) => change),
        { looks, alpha },
      )
      const some = effects.slice(0, n)
      return {
        stage,
        part,
        change: mean(some.map(({ change }) => change)),
        ...(own !== undefined && { interval: [...own] }),
        ...(counted.has(part) && { count: mean(some.map(({ count = 0 }) => count)) }),
      }
    }),
  }
}

/** Fresh blocks come after the first phase, mostly as many: a plan for both has twice the looks, as far as they may go. */
function looksOfBothPhases({ looks }: ArmPair): number[] {
  const all = [...new Set([...looks, ...looks.map((n) => 2 * n)])].filter((n) => n <= MOST_BLOCKS)
  return all.toSorted((a, b) => a - b)
}

type PartName = AttributionPart['part']

/** What one part changes in one block. */
interface Effect {
  /** ms, positive is longer. */
  change: number
  /** Calls per trial or tokens per call, candidate less baseline. */
  count?: number
}

interface Series {
  stage: string | null
  part: PartName
  effects: readonly Effect[]
}

const counted: ReadonlySet<PartName> = new Set(['calls', 'input_tokens', 'output_tokens'])

/** One series a stage and part, of those that change in any block. */
function seriesOf(blocks: readonly Block[]): Series[] {
  const paths = blocks.map(({ trials }) => ({
    baseline: meanPath(trials.baseline.map(pathOf)),
    candidate: meanPath(trials.candidate.map(pathOf)),
  }))
  const stages = [
    ...new Set(paths.flatMap(({ baseline, candidate }) => [...baseline.keys(), ...candidate.keys()])),
  ]
  return stages.flatMap((stage) => {
    const of = (path: Path): StagePath => path.get(stage) ?? emptyStage()
    const perBlock = paths.map(({ baseline, candidate }) => effectsOf(of(baseline), of(candidate)))
    return partNames.flatMap((part) => {
      const effects = perBlock.map((all) => all[part])
      return effects.some(({ change }) => change !== 0) ? [{ stage, part, effects }] : []
    })
  })
}

const partNames: readonly PartName[] = [
  'calls',
  'load',
  'input_tokens',
  'prompt_rate',
  'output_tokens',
  'decode_rate',
  'other',
  'own_code',
]

/** The formulas above, for one stage of one block. A stage without calls in one arm has only a number of calls. */
function effectsOf(from: StagePath, to: StagePath): Record<PartName, Effect> {
  const perCall = from.calls > 0 ? from : to
  const callTime = callParts.reduce((sum, part) => sum + ratio(perCall[part], perCall.calls), 0)
  // What N_C calls would have taken at the baseline's means.
  const grow = (of: number): number => (from.calls > 0 ? (of * to.calls) / from.calls : NaN)
  const moved = (part: 'load' | 'other' | 'prompt' | 'decode'): number =>
    from.calls > 0 ? to[part] - grow(from[part]) : 0
  const prompt = split(moved('prompt'), [grow(from.prompt), grow(from.input)], [to.prompt, to.input])
  const decode = split(moved('decode'), [grow(from.decode), grow(from.output)], [to.decode, to.output])
  const perCallChange = (key: 'input' | 'output'): number =>
    from.calls > 0 && to.calls > 0 ? to[key] / to.calls - from[key] / from.calls || 0 : 0
  return {
    calls: effect((to.calls - from.calls) * callTime, to.calls - from.calls),
    load: effect(moved('load')),
    input_tokens: effect(prompt.tokens, perCallChange('input')),
    prompt_rate: effect(prompt.rate),
    output_tokens: effect(decode.tokens, perCallChange('output')),
    decode_rate: effect(decode.rate),
    other: effect(moved('other')),
    own_code: effect(to.own - from.own),
  }
}

/** A change of tokens × ms per token. All of it is the rate's where an arm has no tokens to divide its time by. */
function split(
  change: number,
  [timeFrom, tokensFrom]: readonly [number, number],
  [timeTo, tokensTo]: readonly [number, number],
): { tokens: number; rate: number } {
  if (!(tokensFrom > 0 && tokensTo > 0)) return { tokens: 0, rate: change }
  const tokens = (tokensTo - tokensFrom) * (timeFrom / tokensFrom)
  return { tokens, rate: timeTo - tokensTo * (timeFrom / tokensFrom) }
}

/** To a nanosecond: what is left of a difference of equal times is no change. */
function effect(change: number, count?: number): Effect {
  const rounded = Math.round(change * 1e6) / 1e6 || 0
  return { change: rounded, ...(count !== undefined && { count }) }
}

function meanDuration({ trials }: Block, role: 'baseline' | 'candidate'): number {
  return mean(trials[role].map(({ duration }) => duration))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function ratio(top: number, bottom: number): number {
  return bottom > 0 ? top / bottom : 0
}
