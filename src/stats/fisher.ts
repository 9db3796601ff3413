import { InvalidValuesError } from './checked.ts'

/** Valid trials among the trials started, of either arm. */
export interface ValidCounts {
  baselineValid: number
  baselineTrials: number
  candidateValid: number
  candidateTrials: number
}

/** The same trials with the arms exchanged. */
export function swapped(counts: ValidCounts): ValidCounts {
  return {
    baselineValid: counts.candidateValid,
    baselineTrials: counts.candidateTrials,
    candidateValid: counts.baselineValid,
    candidateTrials: counts.baselineTrials,
  }
}

/**
 * Fisher's exact test, one-sided: the probability of at least as many invalid trials in the candidate
 * as were seen, given how many there were in both arms together and that the arms are equally
 * reliable. 1 where no trial was invalid. (Fisher, "Statistical Methods for Research Workers", section 21.02.)
 *
 * @throws InvalidValuesError unless the counts are whole numbers with valid <= trials
 */
export function fisherOneSided(counts: ValidCounts): number {
  const tail = hypergeometric(counts).slice(counts.candidateTrials - counts.candidateValid)
  return Math.min(
    1,
    tail.reduce((sum, p) => sum + p, 0),
  )
}

/**
 * Chance that 0, 1, … of the invalid trials are the candidate's, up to the most there can be, if the arms are equally
 * reliable.
 *
 * @throws InvalidValuesError unless the counts are whole numbers with valid <= trials
 */
export function hypergeometric(counts: ValidCounts): number[] {
  for (const [name, count] of Object.entries(counts)) {
    if (!Number.isInteger(count) || count < 0)
      throw new InvalidValuesError(name, 'a whole number from 0', count)
  }
  const { baselineTrials: baseline, candidateTrials: candidate } = counts
  const [invalidThere, invalidHere] = [baseline - counts.baselineValid, candidate - counts.candidateValid]
  if (invalidThere < 0 || invalidHere < 0) {
    throw new InvalidValuesError('counts', 'no more valid trials than trials', JSON.stringify(counts))
  }
  const invalid = invalidThere + invalidHere
  // In logs, so that hundreds of trials do not overflow.
  return Array.from({ length: Math.min(invalid, candidate) + 1 }, (_, k) =>
    invalid - k > baseline
      ? 0
      : Math.exp(
          logChoose(candidate, k) +
            logChoose(baseline, invalid - k) -
            logChoose(candidate + baseline, invalid),
        ),
  )
}

function logChoose(n: number, k: number): number {
  let log = 0
  for (let i = 1; i <= Math.min(k, n - k); i++) log += Math.log((n + 1 - i) / i)
  return log
}
