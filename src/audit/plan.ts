/** What an audit plants next, and how much of it in which suite. Pure. */
import type { AuditComparison } from '../schema/generated.ts'
import { metricOf } from './levels.ts'
import { median } from '../stats/index.ts'
import type { AuditSettings } from '../run/environment.ts'

export type Case = Pick<AuditComparison, 'planted' | 'step'>

export const NOTHING: Case = { planted: 'nothing', step: 0 }

/**
 * The first seven differ, so that a short audit has one of each; larger changes come first, as they say most when little
 * is known. The last gives equal arms twice the share of any slowdown.
 */
const ROUND: readonly Case[] = [
  NOTHING,
  { planted: 'decode', step: 0.1 },
  { planted: 'ttft', step: 2 },
  { planted: 'decode', step: 0.2 },
  { planted: 'ttft', step: 4 },
  { planted: 'decode', step: 0.05 },
  { planted: 'ttft', step: 1 },
  NOTHING,
]

/**
 * The first case of the first round that one of the suites lacks, so that an audit goes on where the one before stopped.
 *
 * @param comparisons so far; those of other suites are ignored
 * @param suites those that this audit runs; before its first run none is known, and nothing is planted
 */
export function nextCase(comparisons: readonly AuditComparison[], suites: readonly string[]): Case {
  const runsOf = (suite: string, one: Case): number =>
    new Set(ofCase(comparisons, suite, one).map(({ at }) => at)).size
  const round = ROUND.filter((one) => suites.some((suite) => canPlant(comparisons, suite, one)))
  if (suites.length === 0) return NOTHING
  for (let before = 0; ; before++) {
    const lacking = round.find((one, i) => {
      const upTo = round.slice(0, i + 1).filter((other) => isSame(one, other)).length
      const wanted = before * round.filter((other) => isSame(one, other)).length + upTo
      return suites.some((suite) => canPlant(comparisons, suite, one) && runsOf(suite, one) < wanted)
    })
    if (lacking !== undefined) return lacking
  }
}

/** What the recorder is asked for; a suite whose TTFT is not known yet is left as it is. */
export function settingsOf(
  one: Case,
  comparisons: readonly AuditComparison[],
  suites: readonly string[],
): AuditSettings {
  if (one.planted !== 'ttft') return { decode: one.step, first_token: {} }
  const amounts = suites.flatMap((suite): [string, number][] => {
    const threshold = thresholdOf(comparisons, suite)
    return threshold === undefined ? [] : [[suite, one.step * threshold]]
  })
  return { decode: 0, first_token: Object.fromEntries(amounts) }
}

/** Whether another run is likely to end within the budget, judged by the median of those before, ms. */
export function hasTime(spent: number, budget: number, durations: readonly number[]): boolean {
  return spent + (durations.length === 0 ? 0 : median(durations)) <= budget
}

/** Only a gated metric can be found to have regressed. */
function canPlant(comparisons: readonly AuditComparison[], suite: string, { planted }: Case): boolean {
  return (
    planted === 'nothing' ||
    ofCase(comparisons, suite, NOTHING).some(({ gated }) => gated.includes(metricOf[planted]))
  )
}

/** Smallest change of the suite's TTFT that matters, ms: 15 % of it unless the suite says otherwise. */
function thresholdOf(comparisons: readonly AuditComparison[], suite: string): number | undefined {
  const own = ofCase(comparisons, suite, NOTHING)
  const values = own.flatMap(({ ttft_threshold: ms }) => (ms === undefined ? [] : [ms]))
  return values.length === 0 ? undefined : median(values)
}

function ofCase(comparisons: readonly AuditComparison[], suite: string, one: Case): AuditComparison[] {
  return comparisons.filter((other) => other.suite === suite && isSame(one, other))
}

function isSame(one: Case, other: Case): boolean {
  return one.planted === other.planted && one.step === other.step
}
