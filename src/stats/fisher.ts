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
  const { invalid, candidateInvalid, mostInCandidate } = margins(counts)
  let p = 0
  for (let k = candidateInvalid; k <= mostInCandidate; k++) {
    p += hypergeometric(k, invalid, counts.candidateTrials, counts.baselineTrials)
  }
  return Math.min(1, p)
}

function margins(counts: ValidCounts): {
  invalid: number
  candidateInvalid: number
  mostInCandidate: number
} {
  for (const [name, count] of Object.entries(counts)) {
    if (!Number.isInteger(count) || count < 0)
      throw new InvalidValuesError(name, 'a whole number from 0', count)
  }
  const baselineInvalid = counts.baselineTrials - counts.baselineValid
  const candidateInvalid = counts.candidateTrials - counts.candidateValid
  if (baselineInvalid < 0 || candidateInvalid < 0) {
    throw new InvalidValuesError('counts', 'no more valid trials than trials', JSON.stringify(counts))
  }
  const invalid = baselineInvalid + candidateInvalid
  return { invalid, candidateInvalid, mostInCandidate: Math.min(invalid, counts.candidateTrials) }
}

/** P(k of the invalid trials are the candidate's), in logs, so that hundreds of trials do not overflow. */
function hypergeometric(k: number, invalid: number, candidate: number, baseline: number): number {
  if (invalid - k > baseline) return 0
  return Math.exp(
    logChoose(candidate, k) + logChoose(baseline, invalid - k) - logChoose(candidate + baseline, invalid),
  )
}

function logChoose(n: number, k: number): number {
  let log = 0
  for (let i = 1; i <= Math.min(k, n - k); i++) log += Math.log((n + 1 - i) / i)
  return log
}
