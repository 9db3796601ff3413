import { requeueLimit } from '../../src/judge/plan.ts'
import { compareValidity, hasOpenDrop } from '../../src/judge/validity.ts'
import { pairOf } from '../../src/judge/pair.ts'
import { makePlan } from '../../src/run/plan.ts'
import type { Comparison } from '../../src/schema/generated.ts'
import {
  type Attempt,
  decideSequentially,
  type MetricSeries,
  type ValidCounts,
} from '../../src/stats/index.ts'
import { generatorFor } from './noise.ts'

/** Share of its trials that the candidate fails. */
export const failing = [0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5] as const
/** The same of the baseline. */
export const baselines = [0, 0.02] as const
/** Both arms alike, far worse than an arm should be: where a count of failures comes closest to its limit. */
export const alike = [0.1, 0.3, 0.5] as const

/** Shares of the runs, and their mean length. */
export interface ValidityCell {
  baseline: number
  candidate: number
  regressed: number
  improved: number
  inconclusive: number
  unchanged: number
  /** `unchanged` although a trial of the candidate had failed. */
  unchangedThoughFailed: number
  /** Intervals of the difference that hold the true one. */
  covered: number
  /** Mean of both arms together. */
  trials: number
}

const plan = makePlan(
  'simulated',
  'simulated.bench.ts',
  {
    baseline: { name: 'baseline', model: 'm' },
    candidate: { name: 'candidate', model: 'm' },
  },
  { host: 'http://127.0.0.1:11434', thresholds: {}, blocks: {}, env: { seed: '1' } },
)

/** The default suite, its two gated times equal, with arms that fail so often; the same seed gives the same cell. */
export function simulateValidity(
  baseline: number,
  candidate: number,
  runs: number,
  seed: number,
): ValidityCell {
  const random = generatorFor(seed, 'valid_rate', String(baseline), candidate)
  const count = {
    regressed: 0,
    improved: 0,
    inconclusive: 0,
    unchanged: 0,
    unchangedThoughFailed: 0,
    covered: 0,
    trials: 0,
  }
  for (let i = 0; i < runs; i++) {
    const { comparison, counts } = runSuite(baseline, candidate, random)
    count[comparison.verdict]++
    const failed = counts.candidateValid < counts.candidateTrials
    if (comparison.verdict === 'unchanged' && failed) count.unchangedThoughFailed++
    const [low = -1, high = 1] = comparison.interval ?? []
    if (low <= baseline - candidate && high >= baseline - candidate) count.covered++
    count.trials += counts.baselineTrials + counts.candidateTrials
  }
  const shares = Object.entries(count).map(([name, n]) => [name, n / runs])
  return { baseline, candidate, ...(Object.fromEntries(shares) as typeof count) }
}

/** Blocks as `run/suite.ts` runs them: a failed one again, until nothing is open, or blocks or re-queues are spent. */
function runSuite(baseline: number, candidate: number, random: () => number) {
  const attempts: Attempt[] = []
  let [blocks, requeued] = [0, 0]
  const run = (isWarmUp: boolean): void => {
    const [b, c] = [random() >= baseline, random() >= candidate]
    if (!isWarmUp && b && c) blocks++
    else if (!isWarmUp) requeued++
    const counts = {
      baselineValid: Number(b),
      baselineTrials: 1,
      candidateValid: Number(c),
      candidateTrials: 1,
    }
    attempts.push({ counts, blocks })
  }
  run(true)
  for (;;) {
    const before = blocks
    run(false)
    const found = judge(attempts, blocks)
    const limit = hasOpenDrop([found.comparison]) ? plan.blocks.max : requeueLimit(plan.blocks, blocks)
    const stopped = blocks > before ? found.done || blocks === plan.blocks.max : requeued > limit
    if (stopped) return found
  }
}

function judge(
  attempts: readonly Attempt[],
  blocks: number,
): { comparison: Comparison; counts: ValidCounts; done: boolean } {
  const { looks, alpha } = plan
  const equal: MetricSeries = {
    baseline: Array(blocks).fill(1),
    candidate: Array(blocks).fill(1),
    better: 'lower',
    threshold: 0.05,
    gated: true,
  }
  const metrics: Record<string, MetricSeries> = blocks === 0 ? {} : { first: equal, second: equal }
  const { validity, done } = decideSequentially({
    metrics,
    looks,
    alpha,
    validity: { attempts, gated: true },
  })
  const sum = (key: keyof ValidCounts): number => attempts.reduce((all, { counts }) => all + counts[key], 0)
  const counts: ValidCounts = {
    baselineValid: sum('baselineValid'),
    baselineTrials: sum('baselineTrials'),
    candidateValid: sum('candidateValid'),
    candidateTrials: sum('candidateTrials'),
  }
  const comparison = compareValidity(pairOf(plan, plan.candidates[0]), counts, validity, blocks)
  return { comparison, counts, done: done && blocks >= plan.blocks.min && !hasOpenDrop([comparison]) }
}
