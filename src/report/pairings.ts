/** A suite as its readers see it: a candidate against its baseline, what was found, how many trials were valid. */
import type { ArmReport, Comparison, SuiteReport } from '../schema/generated.ts'
import { countValid } from '../judge/validity.ts'
import { change, count, quantity, verdict } from './format.ts'

/** A candidate arm with the baseline it is held against. */
export interface Pairing {
  baseline: string
  candidate: string
  /** Gated ones first, then in the order of the report. */
  comparisons: Comparison[]
}

/** The pairs of arms of a suite, those without any comparison included. */
export function pairings(suite: SuiteReport): Pairing[] {
  const baseline =
    suite.arms.find((arm) => arm.role === 'baseline')?.name ?? suite.comparisons[0]?.baseline ?? 'baseline'
  const names = [
    ...suite.arms.filter((arm) => arm.role === 'candidate'),
    ...suite.comparisons.map((c) => ({ name: c.candidate })),
  ]
  return [...new Set(names.map((arm) => arm.name))].map((candidate) => ({
    baseline,
    candidate,
    comparisons: suite.comparisons
      .filter((comparison) => comparison.candidate === candidate)
      .toSorted((a, b) => Number(b.gated) - Number(a.gated)),
  }))
}

/** `-12.1 % [-12.6, -11.5] regressed (10 blocks)`: one comparison after its label. */
export function finding(comparison: Comparison): string {
  const { metric, blocks, baseline_value: before, candidate_value: after } = comparison
  if (metric === 'valid_rate')
    return `${quantity(after, 'fraction')} against ${quantity(before, 'fraction')}: ${change(comparison)} ${verdict(comparison)}`
  return `${change(comparison)} ${verdict(comparison)} (${count(blocks, 'block')})`
}

/** Whether a comparison found a change that matters, in either direction. */
export function hasMoved({ verdict: word }: Comparison): boolean {
  return word === 'regressed' || word === 'improved'
}

/** `By stage: 16 comparisons, 4 regressed`. */
export function stagesTitle(staged: readonly Comparison[]): string {
  const words = (['regressed', 'improved', 'inconclusive'] as const).flatMap((word) => {
    const n = staged.filter((comparison) => comparison.verdict === word).length
    return n === 0 ? [] : [`${n} ${word}`]
  })
  return `By stage: ${count(staged.length, 'comparison')}, ${words.join(', ') || 'all unchanged'}`
}

/** Trials of an arm that count, how many were valid, and the invalid ones by reason, most frequent first; interrupted ones only there. */
export function validity(arm: ArmReport): {
  trials: number
  valid: number
  reasons: [string, number][]
} {
  return { ...countValid(arm), reasons: Object.entries(arm.invalid).toSorted(([, a], [, b]) => b - a) }
}
