/** How long a suite is likely to go on: from what its open comparisons still need and what a block takes. */
import { assess, assessGated } from '../judge/assess.ts'
import { pairOf, trialsOf } from '../judge/pair.ts'
import type { Forecast, Plan } from '../judge/plan.ts'
import type { Comparison, Trial } from '../schema/generated.ts'
import type { Session } from './block.ts'

/** Undefined where nothing that decides is known to need more blocks. */
export function forecast(
  session: Session,
  phase: 'measure' | 'confirm',
  blocks: number,
): Forecast | undefined {
  const { plan, trials } = session
  const open = openComparisons(plan, trials, phase)
  if (open.length === 0) return undefined
  const wanted = Math.max(blocks + 1, ...open.map(({ blocks_needed: needed = 0 }) => needed))
  const look = plan.looks.find((n) => n >= wanted) ?? plan.blocks.max
  const now = performance.now()
  const each = (now - session.phase.started) / blocks
  const end = Math.min(look, affordable(session, blocks, each, now))
  return { blocks: end, ms: (end - blocks) * each }
}

function openComparisons(plan: Plan, trials: readonly Trial[], phase: 'measure' | 'confirm'): Comparison[] {
  const judged = plan.ranking === undefined ? assessGated : assess
  return plan.candidates
    .flatMap((one) => judged(pairOf(plan, one), trialsOf(plan, one, trials), phase).comparisons)
    .filter(({ metric, gated }) => gated || metric === plan.ranking?.rankBy)
    .filter(({ verdict, stage }) => verdict === 'inconclusive' && stage === null)
}

/** Blocks that fit into the limits of time, at least one more. */
function affordable({ plan, started, phase }: Session, blocks: number, each: number, now: number): number {
  const { timeBudget, patience } = plan
  const fit = (left: number): number => blocks + Math.max(1, Math.ceil(left / each))
  if (timeBudget !== undefined) return fit(timeBudget - (now - started))
  if (patience === undefined) return Infinity
  return Math.max(patience.blocks, fit(patience.ms - (now - phase.started)))
}
