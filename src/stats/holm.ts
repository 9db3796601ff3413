import { InvalidValuesError } from './checked.ts'
import { checkAlpha } from './looks.ts'

/** A suite's gated tests, which share one alpha. */
export interface Family {
  /** One-sided error of the whole suite: the chance of any false `regressed` among its gated metrics. */
  alpha: number
  /** Gated metrics that are judged block by block. */
  metrics: number
  /** Those of them that are `regressed` already. */
  regressed?: number
  /** `valid_rate`, if it is gated: whether it is `regressed`, and the smallest p it could attain with the trials so far. */
  validRate?: { regressed: boolean; smallestP: number }
}

/** How alpha is shared at one moment. */
export interface Split {
  /** Metrics that are not yet `regressed` are judged as if so many tests shared alpha in equal parts. */
  tests: number
  /** Alpha of each of these metrics: alpha / tests. */
  each: number
  /** Alpha of `valid_rate`, if it can reject at all. */
  validRate: number
  /** Whether `valid_rate` can reject with the trials so far, and so takes its part. */
  joins: boolean
}

/**
 * What `valid_rate` takes of alpha where metrics share it too. Not an equal part: with two thirds of 5 %, five blocks
 * in which only the candidate failed are proof (1 in 32); with a third, six. A candidate that fails so often is
 * not judged by its speed.
 */
const VALID_RATE_PART = 2 / 3

/**
 * Metrics that are not yet `regressed` share alpha in equal parts, by the group-sequential Holm procedure of Ye, Li,
 * Liu and Yao, "A group sequential Holm procedure with multiple primary endpoints" (2013): a regression
 * found hands its part to the rest; an improvement does not.
 *
 * `valid_rate` is a member with a larger weight (Holm, "A simple sequentially rejective multiple test procedure",
 * 1979, section 4), and only where its discrete test could reach its part at all (Tarone, 1990): a suite without failed
 * trials spends nothing on it.
 */
export function splitAlpha({ alpha, metrics, regressed = 0, validRate }: Family): Split {
  checkAlpha(alpha)
  if (regressed < 0 || regressed > metrics) {
    throw new InvalidValuesError('family', `at most ${metrics} regressed tests`, regressed)
  }
  const open = metrics - regressed
  const part = open === 0 ? alpha : alpha * VALID_RATE_PART
  const joins = validRate !== undefined && !validRate.regressed && validRate.smallestP <= part
  // The metrics' third in equal parts is alpha / (3 open).
  const tests = Math.max(1, open) * (joins && open > 0 ? Math.round(1 / (1 - VALID_RATE_PART)) : 1)
  return { tests, each: alpha / tests, validRate: part, joins }
}
