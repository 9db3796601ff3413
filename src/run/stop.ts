/**
 * When a suite stops: which candidates still run, whether there is a verdict, whether time or trials have run out, and
 * how long it is likely to go on.
 */
import { runWarnings } from './messages.ts'
import { assess, assessGated } from '../judge/assess.ts'
import { CONCURRENCY, isConcurrencyOpen } from '../judge/concurrency.ts'
import { pairOf, trialsOf } from '../judge/pair.ts'
import { isRanked, type Candidate, type Forecast, type Plan } from '../judge/plan.ts'
import { whyGivenUp } from '../judge/unusable.ts'
import { isRankingDecided, replay } from '../rank/replay.ts'
import type { Comparison, Trial } from '../schema/generated.ts'
import { trialsPerStay, type Session } from './block.ts'
import { membersOf } from './agent.ts'

/** The candidates that run in the next block. */
export function contendersOf(
  plan: Plan,
  trials: readonly Trial[],
  phase: 'measure' | 'confirm',
): readonly Candidate[] {
  if (isRanked(plan)) return replay(plan, trials).contenders
  return plan.candidates.filter((candidate) => whyGivenUp(plan, candidate, trials, phase) === undefined)
}

/** Whether a verdict may have come: only at a look, or where failed trials keep a drop of valid_rate open. */
export function isWorthAsking({ looks }: Plan, trials: readonly Trial[], number: number): boolean {
  return looks.includes(number) || trials.some((trial) => !trial.valid)
}

/** Whether every gated metric of every candidate has its verdict, or a ranking its order. */
export function isDecided(
  plan: Plan,
  trials: readonly Trial[],
  phase: 'measure' | 'confirm',
  number: number,
): boolean {
  if (isRanked(plan))
    return plan.looks.includes(number) && number >= plan.blocks.min && isRankingDecided(plan, trials)
  return plan.candidates.every((candidate) => {
    const pair = pairOf(plan, candidate)
    const own = trialsOf(plan, candidate, trials)
    const { blocks, done } = assessGated(pair, own, phase)
    return blocks >= plan.blocks.min && done
  })
}

/** Whether the agents of a team have to run alone again in the next block. */
export function needsAlone(plan: Plan, trials: readonly Trial[], candidates: readonly Candidate[]): boolean {
  if (CONCURRENCY.some((metric) => metric === plan.ranking?.rankBy)) return true
  return candidates.some((one) => isConcurrencyOpen(pairOf(plan, one), trialsOf(plan, one, trials)))
}

/**
 * Whether time or trials have run out; said once. The first block runs however long it takes, for without it there would
 * be nothing to report, unless no trial of the warm-up was valid.
 */
export function isSpent(session: Session, number: number, wanted: readonly Candidate[]): boolean {
  const { plan, trials, warnings, phase } = session
  const done = number - 1
  const mayEnd = done > 0 || phase.name === 'confirm' || trials.every(({ valid }) => !valid)
  const late = mayEnd ? outOfTime(session, done) : undefined
  if (late !== undefined) {
    warnings.push({ code: 'time_budget', message: late })
    return true
  }
  const budget = plan.ranking?.halving?.budget
  if (budget === undefined) return false
  if (trials.length + trialsOfBlock(session, wanted) <= budget) return false
  warnings.push({ code: 'trial_budget', message: runWarnings.trialBudget(budget, done) })
  return true
}

/** The most trials that the next block starts: those of every arm and of its agents alone, and a warm-up each switch. */
function trialsOfBlock(session: Session, wanted: readonly Candidate[]): number {
  const { plan, arms, alone, loader } = session
  const names = new Set([plan.baseline.name, ...wanted.map(({ arm }) => arm.name)])
  const solos = alone ? Math.max(...arms.map(({ agent }) => membersOf(agent).length)) : 0
  const stays = loader.groups.filter((group) => group.some((name) => names.has(name))).length
  return names.size * trialsPerStay(session) * (1 + solos) + (loader.switching ? stays : 0)
}

/**
 * Which limit of time has been reached, in words. Ending for time decides nothing: a verdict comes only at a look, and the
 * error of the looks that are left is not spent.
 */
function outOfTime({ plan, started, phase }: Session, blocks: number): string | undefined {
  const { timeBudget, patience } = plan
  const now = performance.now()
  if (timeBudget !== undefined && now - started >= timeBudget)
    return phase.name === 'confirm' && blocks < (plan.looks[0] ?? 0)
      ? runWarnings.noTimeToConfirm(timeBudget)
      : runWarnings.timeBudget(timeBudget, blocks)
  if (patience !== undefined && blocks >= patience.blocks && now - phase.started >= patience.ms)
    return runWarnings.outOfPatience(now - phase.started, blocks)
  return undefined
}

/** How long a suite is likely to go on, from what its open comparisons still need; undefined where nothing that decides is known to need more blocks. */
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
