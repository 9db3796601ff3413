/**
 * The forest plot, a row a comparison: its interval against the band of changes too small to matter.
 * The unit of the axis is the metric's own threshold and right is worse, so that one glance down a column of different
 * metrics finds what left its band.
 */
import { effectiveThreshold } from '../../judge/plan.ts'
import type { Comparison } from '../../schema/generated.ts'
import { change, toHtml, type Html } from '../../text/index.ts'
import { scale, short } from './svg.ts'

const width = 240
const height = 28
const margin = 12

/** How far the axis of these comparisons reaches, in thresholds: as far as the data, within reason. */
export function reach(comparisons: readonly Comparison[]): number {
  const ends = comparisons.flatMap((comparison) => Object.values(position(comparison) ?? {})).map(Math.abs)
  return Math.min(6, Math.max(2, ...ends.map((end) => end * 1.08)))
}

/** One row, or nothing where there is no estimate or no threshold to hold it against. */
export function forest(comparison: Comparison, extent: number): Html | undefined {
  const place = position(comparison)
  if (place === undefined) return undefined
  const x = scale([-extent, extent], [margin, width - margin])
  const clamp = (value: number): number => Math.max(-extent, Math.min(extent, value))
  const [low, high, middle] = [x(clamp(place.low)), x(clamp(place.high)), x(clamp(place.estimate))]
  const y = height / 2
  const interval =
    comparison.interval === undefined
      ? undefined
      : whisker([
          { at: low, side: -1, beyond: place.low < -extent },
          { at: high, side: 1, beyond: place.high > extent },
        ])
  return toHtml`<svg class="forest" viewBox="0 0 ${width} ${height}" role="img" aria-label="${change(comparison)}, ${comparison.verdict}">
<rect x="${x(-1)}" y="3" width="${short(x(1) - x(-1))}" height="${height - 6}" rx="3" class="band"/><line x1="${x(0)}" x2="${x(0)}" y1="1" y2="${height - 1}" class="zero"/>${interval}<path d="M${middle - 5} ${y}l5-5 5 5-5 5z" class="estimate"/></svg>`
}

/** The head of the column: which side is worse, and what the band is. */
export function forestAxis(extent: number): Html {
  const x = scale([-extent, extent], [margin, width - margin])
  return toHtml`<svg class="forest axis" viewBox="0 0 ${width} 16" role="img" aria-label="left is better, right is worse, the band is the threshold"><text x="${margin}" y="11">better</text><text x="${x(0)}" y="11" text-anchor="middle">± threshold</text><text x="${width - margin}" y="11" text-anchor="end">worse</text></svg>`
}

/** Ends of the interval and the estimate in thresholds, positive is worse. */
function position(comparison: Comparison): { low: number; high: number; estimate: number } | undefined {
  const { ratio, difference, interval } = comparison
  const value = difference ?? ratio
  const worse = inThresholds(comparison)
  if (value === undefined || worse === undefined || !Number.isFinite(worse(value))) return undefined
  const ends = (interval ?? [value, value]).map(worse)
  return { low: Math.min(...ends), high: Math.max(...ends), estimate: worse(value) }
}

/** How many thresholds a ratio or a difference is away from no change, positive is worse; nothing without a threshold. */
export function inThresholds(comparison: Comparison): ((value: number) => number) | undefined {
  const { difference, better, baseline_value: base, threshold } = comparison
  const sign = better === 'lower' ? 1 : -1
  if (difference !== undefined) return threshold > 0 ? (value) => (sign * value) / threshold : undefined
  const least =
    base === undefined ? threshold : effectiveThreshold(comparison.metric, { floor: 0, ...comparison }, base)
  return least > 0 ? (value) => (sign * Math.log(value)) / Math.log1p(least) : undefined
}

/** A line with a cap at each end, or an arrow where the interval goes on beyond the axis. */
function whisker(ends: readonly { at: number; side: 1 | -1; beyond: boolean }[]): Html {
  const y = height / 2
  const caps = ends.flatMap(({ at, beyond }) => (beyond ? [] : `M${at} ${y - 5}v10`))
  const arrows = ends.flatMap(({ at, side, beyond }) =>
    beyond ? toHtml`<path d="M${short(at + 7 * side)} ${y}l${-7 * side}-5v10z" class="arrow"/>` : [],
  )
  return toHtml`<path d="M${ends.map(({ at }) => at).join(` ${y}H`)}${caps.join('')}" class="whisker"/>${arrows}`
}
