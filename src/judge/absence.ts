/** Why a gated metric has no value: the first thing it needs that no call of an arm has. */
import { metricNames, MIN_TOKENS_FOR_THROUGHPUT, type MetricName } from '../metrics.ts'
import type { Call, Role, Trial } from '../schema/generated.ts'
import type { Block } from './blocks.ts'
import type { ArmPair } from './pair.ts'
import { endsOf } from '../stream.ts'
import { resembles } from '../text/index.ts'

type Lack = 'not_streamed' | 'all_cold' | 'all_warm' | 'short' | 'one_chunk' | 'at_once'

const MEETS: Readonly<Record<Lack, (call: Call) => boolean>> = {
  not_streamed: (call) => call.streamed,
  all_cold: (call) => !call.cold,
  all_warm: (call) => call.cold,
  short: (call) => (call.eval_count ?? 0) >= MIN_TOKENS_FOR_THROUGHPUT,
  one_chunk: (call) => (call.chunks ?? endsOf(call)?.chunks ?? 0) >= 2,
  at_once: (call) => {
    const { first, last } = endsOf(call) ?? { first: 0, last: 1 }
    return last > first
  },
}

/** What a metric needs of a call, in the order in which its lack is told. */
const NEEDS: Partial<Record<MetricName, readonly Lack[]>> = {
  ttft: ['not_streamed', 'all_cold'],
  ttft_content: ['not_streamed', 'all_cold'],
  ttft_cold: ['not_streamed', 'all_warm'],
  output_throughput: ['not_streamed', 'short', 'one_chunk', 'at_once'],
  reported_throughput: ['short'],
  tpot: ['not_streamed', 'one_chunk', 'at_once'],
  itl: ['not_streamed', 'one_chunk'],
}

/** `none`: no block has a value of both arms, for no reason that the calls show. */
export interface Absence {
  reason: Lack | 'none'
  /** The arm that lacks it, where the other one does not. */
  arm?: string
}

/** Why no block has a value of the metric, by the valid trials that count. */
export function whyAbsent(
  { arms }: Pick<ArmPair, 'arms'>,
  trials: readonly Trial[],
  metric: MetricName,
): Absence {
  const lackOf = (role: Trial['role']): Lack | undefined => {
    const own = trials.filter((trial) => trial.role === role && trial.valid && trial.phase !== 'warmup')
    return firstLack(
      NEEDS[metric] ?? [],
      own.flatMap((trial) => trial.calls),
    )
  }
  const [baseline, candidate] = [lackOf('baseline'), lackOf('candidate')]
  if (baseline !== undefined)
    return { reason: baseline, ...(candidate !== baseline && { arm: arms.baseline.name }) }
  if (candidate !== undefined) return { reason: candidate, arm: arms.candidate.name }
  return { reason: 'none' }
}

function firstLack(needs: readonly Lack[], calls: readonly Call[]): Lack | undefined {
  let left = calls.filter((call) => call.valid)
  if (left.length === 0) return undefined
  return needs.find((need) => {
    left = left.filter(MEETS[need])
    return left.length === 0
  })
}

/** A stage in which a metric is gated, and that has no value in any block. */
export interface AbsentStage {
  metric: MetricName
  stage: string
  /** The arm that never enters it, where the other one does. */
  arm?: string
  /** Where neither does: a stage of both that may have been meant. */
  meant?: string
  /** Likewise, where none resembles it: the stages of both. */
  others?: readonly string[]
}

/**
 * The gated stages that cannot be judged. One that neither arm knows is told where the suite itself names it, or where it
 * looks like a slip: thresholds of the config hold for every suite, and most suites have other stages.
 */
export function absentStages(
  { arms, rules }: Pick<ArmPair, 'arms' | 'rules'>,
  blocks: readonly Block[],
  isMeasured: (metric: MetricName, stage: string) => boolean,
): AbsentStage[] {
  const namesOf = (role: Role): Set<string> =>
    new Set(
      blocks.flatMap((block) => block.trials[role].flatMap(({ stages }) => stages.map(({ name }) => name))),
    )
  const [baseline, candidate] = [namesOf('baseline'), namesOf('candidate')]
  return metricNames.flatMap((metric) =>
    rules[metric].stages.flatMap((stage): AbsentStage[] => {
      if (isMeasured(metric, stage)) return []
      const known = [baseline.has(stage), candidate.has(stage)]
      if (known[0] === known[1]) {
        if (known[0]) return [{ metric, stage }]
        const others = [...baseline].filter((name) => candidate.has(name))
        const meant = others.find((name) => resembles(name, stage))
        if (meant !== undefined) return [{ metric, stage, meant }]
        return rules[metric].ownStages ? [{ metric, stage, others }] : []
      }
      return [{ metric, stage, arm: (known[0] ? arms.candidate : arms.baseline).name }]
    }),
  )
}
