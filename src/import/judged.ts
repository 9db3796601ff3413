/** What the judge leaves unsaid where blocks are few: how many it would take. */
import { gateTexts, importTexts } from '../errors.ts'
import { completeBlocks } from '../judge/blocks.ts'
import type { Plan } from '../judge/plan.ts'
import { trialValues } from '../judge/values.ts'
import { isMetric } from '../metrics.ts'
import type { Comparison, Gate, GateFailure, SuiteReport, Trial } from '../schema/generated.ts'
import { logRatios, logThreshold, minimumBlocks, blocksForThreshold, scale } from '../stats/index.ts'

/** Below six blocks the judge names no number; from the blocks there are, this many would do, and never fewer than decide anything. */
export function withNeeded(
  comparison: Comparison,
  plan: Plan,
  trials: readonly Trial[],
  { comparisons }: SuiteReport,
): Comparison {
  const { metric, stage, verdict, gated, blocks_needed } = comparison
  if (
    verdict !== 'inconclusive' ||
    !gated ||
    blocks_needed !== undefined ||
    stage !== null ||
    !isMetric(metric)
  )
    return comparison
  const alpha =
    plan.alpha / Math.max(1, comparisons.filter((one) => one.gated && one.metric !== 'valid_rate').length)
  const blocks = completeBlocks(plan, trials, 'measure').map((block) => block.trials)
  const values = (role: 'baseline' | 'candidate'): number[] =>
    blocks.flatMap((block) => block[role].map((trial) => trialValues(trial).get(metric) ?? Number.NaN))
  const d = blocks.length < 2 ? [] : logRatios(values('baseline'), values('candidate'), comparison.better)
  const needed =
    d.length === 0
      ? minimumBlocks(alpha)
      : blocksForThreshold(scale(d), logThreshold(comparison.threshold), alpha)
  return { ...comparison, blocks_needed: needed }
}

/** The gate's notices again, now that the blocks needed are known; a summary has nothing that could fail. */
export function gateOf(gate: Gate, suites: readonly SuiteReport[], refusals: readonly GateFailure[]): Gate {
  const summaries = new Set(
    suites.filter((suite) => suite.legacy?.shape === 'summary').map((suite) => suite.name),
  )
  const failures = gate.failures.filter(
    (failure) => !summaries.has(failure.suite) || refusals.includes(failure),
  )
  const notices = suites.flatMap((suite) => {
    if (summaries.has(suite.name)) return [importTexts.summaryOnly(suite.name)]
    const open = suite.comparisons.filter((one) => one.gated && one.verdict === 'inconclusive')
    return open.map((comparison) => gateTexts.verdict(suite.name, comparison))
  })
  const onlySummaries = gate.status === 'invalid' && failures.length === 0
  return { status: onlySummaries ? 'inconclusive' : gate.status, failures, notices }
}
