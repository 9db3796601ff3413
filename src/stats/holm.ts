import { fisherOneSided, smallestP, type ValidCounts } from './fisher.ts'
import { InvalidValuesError } from './invalid.ts'
import { checkAlpha } from './looks.ts'

/** A suite's gated tests, which share one alpha. */
export interface Family {
  /** One-sided error of the whole suite: the chance of any false `regressed` among its gated metrics. */
  alpha: number
  /** Gated metrics that are judged by interval. */
  metrics: number
  /** Members of the family, `valid_rate` included, that are `regressed` already. */
  regressed?: number
  /** Smallest p that `valid_rate` could attain with the trials so far; absent if it is not gated. */
  smallestP?: number
}

/** How alpha is shared at one moment. */
export interface Split {
  /** Alpha of each test that is not yet `regressed`: alpha / tests. */
  each: number
  tests: number
  /** Whether `valid_rate` is one of them. */
  validRate: boolean
}

/**
 * Alpha for each test that is not yet `regressed`: alpha / (family - regressed), the group-sequential
 * Holm procedure of Ye, Li, Liu and Yao, "A group sequential Holm procedure with multiple primary
 * endpoints" (2013). A regression found hands its share to the rest; an improvement does not.
 *
 * `valid_rate` joins the family only if its discrete test could reach its share at all (Tarone, 1990):
 * a suite without broken trials spends nothing on it.
 */
export function splitAlpha({ alpha, metrics, regressed = 0, smallestP: attainable }: Family): Split {
  checkAlpha(alpha)
  const validRate = attainable !== undefined && attainable <= alpha / (metrics + 1)
  const family = metrics + (validRate ? 1 : 0)
  if (regressed < 0 || regressed > family) {
    throw new InvalidValuesError('family', `at most ${family} regressed tests`, regressed)
  }
  const tests = Math.max(1, family - regressed)
  return { each: alpha / tests, tests, validRate }
}

/** What became of the trials' validity. */
export interface ValidityJudgement {
  /** One-sided p of Fisher's exact test. */
  p: number
  /** Alpha it was held against. */
  alpha: number
  /** Whether it was in the family; if not, there were too few invalid trials to say anything. */
  joins: boolean
  regressed: boolean
}

/** Judges `valid_rate` once, when the suite has ended, over all its trials. */
export function judgeValidity(
  counts: ValidCounts,
  family: { alpha: number; metrics: number; regressed?: number },
): ValidityJudgement {
  const { each, validRate } = splitAlpha({ ...family, smallestP: smallestP(counts) })
  const p = fisherOneSided(counts)
  return { p, alpha: each, joins: validRate, regressed: validRate && p <= each }
}
