import { failureTest } from './failures.ts'
import { swapped, type ValidCounts } from './fisher.ts'
import { type Split, splitAlpha } from './holm.ts'
import {
  atLook,
  type Decision,
  type MetricSeries,
  type Prepared,
  prepare,
  type Share,
  undecided,
} from './decision.ts'

/** All that `decideSequentially` needs; the same input gives the same decisions anywhere. */
export interface SequentialInput<Name extends string> {
  /** Metrics with at least one value each. */
  metrics: Readonly<Record<Name, MetricSeries>>
  /** See `defaultLooks`. */
  looks: readonly number[]
  /** One-sided error of the suite. */
  alpha: number
  /** The trials of both arms, attempt by attempt, for `valid_rate`; where it is gated it may join the family. */
  validity?: { attempts: readonly Attempt[]; gated: boolean }
}

/** The trials of one attempt at a block. */
export interface Attempt {
  counts: ValidCounts
  /** Complete blocks once the attempt was over. */
  blocks: number
}

/** What one look gave. */
export type Look = Pick<Decision, 'n' | 'estimate'> & Required<Pick<Decision, 'interval'>>

/** What is known of `valid_rate`. */
export interface ValidityDecision {
  /** Which arm is proven to fail more often, if any: worse is the candidate. */
  proven?: 'worse' | 'better'
  /** Its one-sided error. */
  alpha: number
}

/** Where a suite stands. */
export interface SequentialResult<Name extends string> {
  decisions: Record<Name, Decision>
  /** What every look gave, up to the one that a decision rests on; only those with an interval. */
  looks: Record<Name, Look[]>
  /** Over all attempts. */
  validity: ValidityDecision
  /** Every gated metric has its verdict or has come to the last look; `valid_rate` is not among them. */
  done: boolean
}

/**
 * Walks the looks in order and freezes each metric's verdict at the first look that has one. A pure
 * function of the values, so that the worker which stops a suite and the reporter which judges it
 * after a merge cannot disagree.
 *
 * Gated metrics share alpha by Holm (`splitAlpha`). A regression raises the alpha of the rest, so a
 * look is gone over until it finds no more. A metric that is not gated is judged with the first
 * share, alpha over the number of gated metrics, and influences no other.
 *
 * At each look only the attempts up to it count, so that what a look said stays as it was.
 *
 * @throws InvalidValuesError as `logRatios`, `logThreshold` and `criticalValues` do
 */
export function decideSequentially<Name extends string>({
  metrics,
  looks,
  alpha,
  validity = { attempts: [], gated: false },
}: SequentialInput<Name>): SequentialResult<Name> {
  const all = (Object.keys(metrics) as Name[]).map((name) => ({ name, ...prepare(metrics[name]) }))
  const gated = all.filter((metric) => metric.gated)
  const failures = followFailures(validity.attempts, looks.at(-1) ?? 1)
  const split = (regressed: number): Split =>
    splitAlpha({
      alpha,
      metrics: gated.length,
      regressed,
      ...(validity.gated && { validRate: { regressed: failures.worse, smallestP: failures.smallestP } }),
    })
  const share = (metric: Prepared, regressed: number): Share => ({
    alpha,
    tests: metric.gated ? split(regressed).tests : Math.max(1, gated.length),
  })
  const validRateAlpha = (): number =>
    validity.gated ? split(countRegressed(gated, decided)).validRate : alpha
  const decided = new Map<Name, Decision>()
  const seen = new Map(all.map(({ name }) => [name, new Map<number, Look>()]))
  const note = (name: Name, { n, estimate, interval }: Decision): void => {
    if (interval !== undefined) seen.get(name)?.set(n, { n, estimate, interval })
  }
  looks.forEach((n, k) => {
    failures.upTo(n, validRateAlpha())
    let regressed: number
    do {
      regressed = countRegressed(gated, decided)
      for (const metric of all) {
        if (decided.has(metric.name)) continue
        const decision = atLook(metric, looks, k, share(metric, regressed))
        if (decision !== undefined) note(metric.name, decision)
        if (decision?.verdict !== undefined) decided.set(metric.name, decision)
      }
    } while (countRegressed(gated, decided) > regressed)
  })
  failures.upTo(Infinity, validRateAlpha())
  const regressed = countRegressed(gated, decided)
  const decisionOf = (metric: Prepared & { name: Name }): Decision =>
    decided.get(metric.name) ?? undecided(metric, looks, share(metric, regressed))
  const decisions = all.map((metric) => [metric.name, decisionOf(metric)] as const)
  // Of an undecided metric the last look is told with the share of alpha that it has in the end.
  for (const [name, decision] of decisions) note(name, decision)
  return {
    decisions: Object.fromEntries(decisions) as Record<Name, Decision>,
    looks: Object.fromEntries([...seen].map(([name, own]) => [name, [...own.values()]])) as Record<
      Name,
      Look[]
    >,
    validity: {
      ...(failures.worse ? { proven: 'worse' } : failures.better && { proven: 'better' }),
      // A test that takes no part of alpha has an interval all the same.
      alpha: failures.worse || (validity.gated && split(regressed).joins) ? validRateAlpha() : alpha,
    },
    done: gated.every(({ name, d }) => decided.has(name) || d.length >= (looks.at(-1) ?? 0)),
  }
}

/** Both directions of the failure test, fed as far as the looks have come. */
function followFailures(attempts: readonly Attempt[], horizon: number) {
  const worse = failureTest(horizon)
  const better = failureTest(horizon)
  const rest = attempts.values()
  let blocks = -1
  return {
    /** Takes the attempts up to the one that completed the n-th block, with the alpha the test has by now. */
    upTo: (n: number, alpha: number): void => {
      while (blocks < n) {
        const { value: attempt } = rest.next()
        if (attempt === undefined) return
        worse.add(attempt.counts, alpha)
        better.add(swapped(attempt.counts), alpha)
        blocks = attempt.blocks
      }
    },
    get worse() {
      return worse.proven
    },
    get better() {
      return better.proven
    },
    get smallestP() {
      return worse.smallestP
    },
  }
}

function countRegressed<Name>(
  gated: readonly { name: Name }[],
  decided: ReadonlyMap<Name, Decision>,
): number {
  return gated.filter(({ name }) => decided.get(name)?.verdict === 'regressed').length
}
