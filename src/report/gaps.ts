/**
 * How the times between chunks are distributed: a typical one, and the pauses that a mean hides. There may be millions, so
 * they are counted in steps of 2 %.
 */
import { packetsOf } from '../judge/steady.ts'
import type { Gaps, Trial } from '../schema/generated.ts'
import { measuredTrials } from './document/trials.ts'

const STEP = Math.log(1.02)

/** A gap so many times as long as the median is a pause. */
const PAUSE = 5

/** Of the valid trials of blocks; undefined where nothing was streamed in more than one chunk. */
export function gapsOf(trials: readonly Trial[]): Gaps | undefined {
  const counts = new Map<number, number>()
  for (const { calls } of measuredTrials(trials))
    for (const { valid, chunks, chunk_times: times = [] } of calls)
      if (valid && times.length === (chunks ?? times.length))
        for (const { chunks: n, each } of packetsOf(times)) {
          const place = Math.round(Math.log(each) / STEP)
          counts.set(place, (counts.get(place) ?? 0) + n)
        }
  const steps = [...counts]
    .toSorted(([a], [b]) => a - b)
    .map(([place, n]) => ({ ms: Math.exp(place * STEP), n }))
  const total = steps.reduce((sum, { n }) => sum + n, 0)
  if (total === 0) return undefined
  const quantiles = quantilesOf(steps, total)
  const limit = round(PAUSE * (quantiles[50] ?? 0))
  const pauses = steps.filter(({ ms }) => ms > limit)
  return {
    n: total,
    quantiles,
    pauses: { limit, n: pauses.reduce((sum, { n }) => sum + n, 0), time: time(pauses) / time(steps) },
  }
}

/** The least value that so many percent of all do not exceed: type 1 of Hyndman and Fan (1996). */
function quantilesOf(steps: readonly { ms: number; n: number }[], total: number): number[] {
  const quantiles: number[] = []
  let reached = 0
  for (const { ms, n } of steps) {
    reached += n
    while (quantiles.length <= 100 && reached * 100 >= quantiles.length * total) quantiles.push(round(ms))
  }
  return quantiles
}

function time(steps: readonly { ms: number; n: number }[]): number {
  return steps.reduce((sum, { ms, n }) => sum + ms * n, 0)
}

/** To a microsecond. */
function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
