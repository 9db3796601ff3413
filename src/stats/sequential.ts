import { smallestP, type ValidCounts } from './fisher.ts'
import { splitAlpha } from './holm.ts'
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
  /** Trials started up to each look, one entry a look, if `valid_rate` is gated: it may join the family. */
  validity?: readonly ValidCounts[]
}

/** Where a suite stands. */
export interface SequentialResult<Name extends string> {
  decisions: Record<Name, Decision>
  /** Every gated metric has its verdict or has come to the last look. */
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
 * @throws InvalidValuesError as `logRatios`, `logThreshold` and `criticalValues` do
 */
export function decideSequentially<Name extends string>({
  metrics,
  looks,
  alpha,
  validity = [],
}: SequentialInput<Name>): SequentialResult<Name> {
  const all = (Object.keys(metrics) as Name[]).map((name) => ({ name, ...prepare(metrics[name]) }))
  const gated = all.filter((metric) => metric.gated)
  const share = (k: number, regressed: number): Share => {
    const counts = validity[k]
    const attainable = counts === undefined ? {} : { smallestP: smallestP(counts) }
    const { tests } = splitAlpha({ alpha, metrics: Math.max(1, gated.length), regressed, ...attainable })
    return { alpha, tests }
  }
  const decided = new Map<Name, Decision>()
  looks.forEach((_, k) => {
    let regressed: number
    do {
      regressed = countRegressed(gated, decided)
      for (const metric of all) {
        if (decided.has(metric.name)) continue
        const decision = atLook(metric, looks, k, share(k, metric.gated ? regressed : 0))
        if (decision?.verdict !== undefined) decided.set(metric.name, decision)
      }
    } while (countRegressed(gated, decided) > regressed)
  })
  const regressed = countRegressed(gated, decided)
  const decisionOf = (metric: Prepared & { name: Name }): Decision =>
    decided.get(metric.name) ?? undecided(metric, looks, (k) => share(k, metric.gated ? regressed : 0))
  return {
    decisions: Object.fromEntries(all.map((metric) => [metric.name, decisionOf(metric)])) as Record<
      Name,
      Decision
    >,
    done: gated.every(({ name, d }) => decided.has(name) || d.length >= (looks.at(-1) ?? 0)),
  }
}

function countRegressed<Name>(
  gated: readonly { name: Name }[],
  decided: ReadonlyMap<Name, Decision>,
): number {
  return gated.filter(({ name }) => decided.get(name)?.verdict === 'regressed').length
}
