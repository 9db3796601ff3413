/**
 * valid_rate: which trials count, how many of them were valid, and what that says.
 *
 * Every trial that was started counts, warm-ups, trials of a single agent and repeated attempts included, of both
 * phases; one that was interrupted does not, for nobody knows what would have become of it.
 */
import type { ArmReport, Comparison, Role, Trial } from '../schema/generated.ts'
import {
  type Attempt,
  decideSequentially,
  differenceInterval,
  FEWEST_BLOCKS,
  type ValidCounts,
  type ValidityDecision,
} from '../stats/index.ts'
import { completeBlocks, freshFrom, type Block } from './blocks.ts'
import { identity, type ArmPair } from './pair.ts'
import { effectiveThreshold } from './plan.ts'

/** Trials started by one arm, the invalid ones by reason. */
export type Tally = Pick<ArmReport, 'trials' | 'invalid'>

/** The tally of an arm's trials, as the report keeps it. */
export function tallyTrials(trials: readonly Trial[]): Tally {
  const reasons = trials.flatMap(({ invalid_reason: reason }) => reason ?? [])
  const invalid = [...Map.groupBy(reasons, (reason) => reason)].map(([reason, all]): [string, number] => [
    reason,
    all.length,
  ])
  return { trials: trials.length, invalid: Object.fromEntries(invalid) }
}

/** The one count of valid trials: those of the trials that count. */
export function countValid({ trials, invalid }: Tally): { valid: number; trials: number } {
  const counted = trials - (invalid['interrupted'] ?? 0)
  const broken = Object.values(invalid).reduce((sum, n) => sum + n, 0) - (invalid['interrupted'] ?? 0)
  return { valid: Math.max(0, counted - broken), trials: counted }
}

/** Both arms' counts; undefined while one of them has no trial that counts. */
export function validCounts(trials: readonly Trial[]): ValidCounts | undefined {
  const of = (role: Role) => countValid(tallyTrials(trials.filter((trial) => trial.role === role)))
  const [baseline, candidate] = [of('baseline'), of('candidate')]
  if (baseline.trials === 0 || candidate.trials === 0) return undefined
  return countsOf(baseline, candidate)
}

/** The trials up to the end of a phase, in the order they ran. A warm-up belongs to the phase of the block it is for. */
export function trialsUpTo(trials: readonly Trial[], phase: 'measure' | 'confirm'): readonly Trial[] {
  const fresh = freshFrom(trials)
  if (phase === 'confirm' || fresh === trials.length) return trials
  return trials.slice(0, trials.findLastIndex((trial, i) => i < fresh && trial.phase !== 'warmup') + 1)
}

/** The trials attempt by attempt, each with the number of blocks that were complete once it was over. */
export function attemptsOf(trials: readonly Trial[], blocks: readonly Block[]): Attempt[] {
  const key = ({ block, attempt }: Trial, confirm: boolean): string => `${confirm}/${block}/${attempt}`
  const lastOf = new Set(blocks.flatMap((block) => [...block.trials.candidate, ...block.trials.baseline]))
  const measured = trialsUpTo(trials, 'measure').length
  const attempts = Map.groupBy(
    trials.map((trial, i) => [key(trial, i >= measured), trial] as const),
    ([name]) => name,
  )
  let complete = 0
  return [...attempts.values()].map((all) => {
    const own = all.map(([, trial]) => trial)
    const of = (role: Role) => countValid(tallyTrials(own.filter((trial) => trial.role === role)))
    if (own.some((trial) => lastOf.has(trial))) complete++
    return { counts: countsOf(of('baseline'), of('candidate')), blocks: complete }
  })
}

/**
 * The verdict on all trials so far: `regressed` where a drop of the threshold or more is seen and proven, `inconclusive`
 * where one is seen and not proven, or where it was proven and is no longer seen, or over fewer blocks than decide
 * anything; `improved` where a rise is seen and proven; else `unchanged`: no such drop is seen, and the interval says
 * what cannot be ruled out.
 */
export function compareValidity(
  plan: ArmPair,
  counts: ValidCounts,
  { proven, alpha }: ValidityDecision,
  blocks: number,
): Comparison {
  const { gated } = plan.rules.valid_rate
  const threshold = thresholdOf(plan)
  const baseline = counts.baselineValid / counts.baselineTrials
  const candidate = counts.candidateValid / counts.candidateTrials
  const difference = candidate - baseline
  return {
    kind: 'difference',
    ...identity(plan, 'valid_rate', null),
    baseline_value: baseline,
    candidate_value: candidate,
    difference,
    interval: differenceInterval(counts, alpha),
    threshold,
    blocks,
    verdict: verdictOf(plan, difference, proven, blocks),
    gated,
  }
}

/** valid_rate by itself, with all of alpha; undefined while one of the arms has no trial that counts. */
export function judgeValidity(plan: ArmPair, trials: readonly Trial[]): Comparison | undefined {
  const counts = validCounts(trials)
  if (counts === undefined) return undefined
  const blocks = completeBlocks(plan, trials, 'measure')
  const { looks, alpha } = plan
  const { validity } = decideSequentially({
    metrics: {},
    looks,
    alpha,
    validity: { attempts: attemptsOf(trials, blocks), gated: true },
  })
  return compareValidity(plan, counts, validity, blocks.length)
}

/** Whether a drop that matters is seen and not decided: reason enough to go on. */
export function hasOpenDrop(comparisons: readonly Comparison[]): boolean {
  return comparisons.some(
    ({ metric, gated, verdict, difference = 0, threshold }) =>
      metric === 'valid_rate' && gated && verdict === 'inconclusive' && isDrop(difference, threshold),
  )
}

function verdictOf(
  plan: ArmPair,
  difference: number,
  proven: ValidityDecision['proven'] | undefined,
  blocks: number,
): Comparison['verdict'] {
  const threshold = thresholdOf(plan)
  const dropped = isDrop(difference, threshold)
  if (dropped) return proven === 'worse' ? 'regressed' : 'inconclusive'
  if (proven === 'worse') return 'inconclusive'
  if (proven === 'better' && isDrop(-difference, threshold)) return 'improved'
  return blocks < Math.max(FEWEST_BLOCKS, plan.looks[0] ?? 0) ? 'inconclusive' : 'unchanged'
}

function thresholdOf({ rules: { valid_rate: rule } }: ArmPair): number {
  return effectiveThreshold('valid_rate', rule, 0)
}

/** A drop of exactly the threshold is one; 19 of 20 is 5 points less than 20 of 20 though no binary fraction says so. */
function isDrop(difference: number, threshold: number): boolean {
  return difference < 0 && -difference >= threshold - 1e-9
}

function countsOf(
  baseline: { valid: number; trials: number },
  candidate: { valid: number; trials: number },
): ValidCounts {
  return {
    baselineValid: baseline.valid,
    baselineTrials: baseline.trials,
    candidateValid: candidate.valid,
    candidateTrials: candidate.trials,
  }
}
