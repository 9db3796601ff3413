/** How the times between chunks are distributed: a typical one, and the pauses that a mean hides. */
import type { Gaps, Trial } from '../schema/generated.ts'
import { gapCounts, type GapCount } from '../stream.ts'
import { measuredTrials } from './document/trials.ts'

/** A gap so many times as long as the median is a pause. */
const PAUSE = 5

/** Of the valid trials of blocks; undefined where nothing was streamed in more than one chunk. */
export function gapsOf(trials: readonly Trial[]): Gaps | undefined {
  const steps = gapCounts(measuredTrials(trials))
  const total = countOf(steps)
  if (total === 0) return undefined
  const quantiles = quantilesOf(steps, total)
  const limit = round(PAUSE * (quantiles[50] ?? 0))
  const pauses = steps.filter(({ ms }) => ms > limit)
  return {
    n: total,
    quantiles,
    pauses: { limit, n: countOf(pauses), time: time(pauses) / time(steps) },
  }
}

/** The least value that so many percent of all do not exceed: type 1 of Hyndman and Fan (1996). */
function quantilesOf(steps: readonly GapCount[], total: number): number[] {
  const quantiles: number[] = []
  let reached = 0
  for (const { ms, n } of steps) {
    reached += n
    while (quantiles.length <= 100 && reached * 100 >= quantiles.length * total) quantiles.push(round(ms))
  }
  return quantiles
}

function countOf(steps: readonly GapCount[]): number {
  return steps.reduce((sum, { n }) => sum + n, 0)
}

function time(steps: readonly GapCount[]): number {
  return steps.reduce((sum, { ms, n }) => sum + ms * n, 0)
}

/** To a microsecond. */
function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
