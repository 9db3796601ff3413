import type { ValidCounts } from './fisher.ts'
import { InvalidValuesError } from './checked.ts'
import { checkAlpha } from './looks.ts'

/** An interval, lower end first. */
export type Ends = readonly [lower: number, upper: number]

/**
 * Interval of the candidate's share of valid trials minus the baseline's, each end with one-sided error alpha.
 *
 * The limits of the two shares are combined as Newcombe does in "Interval estimation for the difference between
 * independent proportions" (1998, method 10), but the limits are the exact ones of Clopper and Pearson (1934) instead
 * of Wilson's (any limits may be combined so: Zou and Donner, 2008). Valid shares are near 1 and trials are few, where
 * Wilson's one-sided limits promise too much: of 20 trials without a failure they leave 11.9 points open at 5 %, and an
 * arm that fails so often passes 20 trials in 8 % of cases. The exact limit is 13.9. Alone, an arm without a failure
 * has just that limit; where both arms fail seldom, the interval is wider than it need be.
 *
 * @throws InvalidValuesError on an impossible alpha, an arm without a trial, or more valid trials than trials
 */
export function differenceInterval(counts: ValidCounts, alpha: number): [number, number] {
  const { baselineValid, baselineTrials, candidateValid, candidateTrials } = counts
  const [baseline, candidate] = [baselineValid / baselineTrials, candidateValid / candidateTrials]
  const [baselineLower, baselineUpper] = exactLimits(baselineValid, baselineTrials, alpha)
  const [candidateLower, candidateUpper] = exactLimits(candidateValid, candidateTrials, alpha)
  const difference = candidate - baseline
  return [
    difference - Math.hypot(candidate - candidateLower, baselineUpper - baseline),
    difference + Math.hypot(candidateUpper - candidate, baseline - baselineLower),
  ]
}

/**
 * The limits of Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial"
 * (1934): the shares at which as many, or as few, as were seen have probability alpha.
 */
export function exactLimits(seen: number, trials: number, alpha: number): Ends {
  checkAlpha(alpha)
  if (!(Number.isInteger(trials) && trials >= 1))
    throw new InvalidValuesError('trials', 'a whole number from 1', trials)
  if (!(Number.isInteger(seen) && seen >= 0 && seen <= trials))
    throw new InvalidValuesError('seen', `a whole number from 0 to ${trials}`, seen)
  return [lowerLimit(seen, trials, alpha), 1 - lowerLimit(trials - seen, trials, alpha)]
}

/** The share at which `seen` or more of `trials` have probability alpha, by bisection. */
function lowerLimit(seen: number, trials: number, alpha: number): number {
  if (seen === 0) return 0
  let [low, high] = [0, seen / trials]
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (atLeast(seen, trials, middle) < alpha) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** P(X >= seen) for a binomial X, in logs, so that hundreds of trials do not underflow. */
function atLeast(seen: number, trials: number, share: number): number {
  let log = 0
  for (let i = 1; i <= seen; i++) log += Math.log((trials + 1 - i) / i) + Math.log(share)
  log += (trials - seen) * Math.log1p(-share)
  let sum = 0
  for (let k = seen; k <= trials; k++) {
    sum += Math.exp(log)
    log += Math.log((trials - k) / (k + 1)) + Math.log(share) - Math.log1p(-share)
  }
  return sum
}
