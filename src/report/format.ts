/**
 * Numbers, units, changes and verdicts as text, the same words in every writer. Stored values are in base units;
 * scaling happens here and nowhere else. The texts are plain ASCII so that they can be searched; HTML sets them in type.
 */
import type { Comparison } from '../schema/generated.ts'
import { FEWEST_BLOCKS } from '../stats/looks.ts'

/** What stands where nothing was measured. Never 0. */
export const absent = '–'

/**
 * A quantity with its unit: `116.0 tok/s`, `526 ms`, `12.41 s`, `95.8 %`.
 * `like` picks the scale, so that two values that are compared share one.
 */
export function quantity(value: number | undefined, unit: string, like: number = value ?? 0): string {
  if (value === undefined || !Number.isFinite(value)) return absent
  if (unit === 'ms')
    return Math.abs(like) >= 10_000 ? `${(value / 1000).toFixed(2)} s` : milliseconds(value, like)
  if (unit === 'fraction') return `${(value * 100).toFixed(1)} %`
  if (unit === 'x') return Number.isInteger(value) ? String(value) : value.toFixed(decimals(like))
  return `${value.toFixed(decimals(like))} ${unit}`
}

/** Decimals that leave four digits. */
function decimals(like: number): number {
  const size = Math.abs(like)
  return size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3
}

function milliseconds(value: number, like = value): string {
  const size = Math.abs(like)
  return `${value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2)} ms`
}

/** A relative change in percent with its sign, from a ratio: 0.879 is `-12.1`. */
export function percent(ratio: number): string {
  const change = (ratio - 1) * 100
  const text = change.toFixed(Math.abs(change) >= 100 ? 0 : 1)
  if (Number(text) === 0) return '0.0'
  return change > 0 ? `+${text}` : text
}

/** The change in the metric's own direction with its interval: `-12.1 % [-12.6, -11.5]`, `-30.0 points [-48.5, -9.1]`; `~` first when it may be none. */
export function change(comparison: Comparison): string {
  const { ratio, interval, difference, difference_interval: ends } = comparison
  if (difference !== undefined)
    return `${ends && !excludes(ends, 0) ? '~ ' : ''}${points(difference)} points${ends ? ` [${points(ends[0])}, ${points(ends[1])}]` : ''}`
  if (ratio === undefined) return absent
  const estimate = `${noDifference(comparison) ? '~ ' : ''}${percent(ratio)} %`
  return interval ? `${estimate} [${percent(interval[0])}, ${percent(interval[1])}]` : estimate
}

/** Whether the interval includes no change at all, or too few blocks allow none. */
function noDifference({ ratio, interval }: Comparison): boolean {
  if (ratio === undefined) return false
  return interval === undefined || !excludes(interval, 1)
}

function excludes([low, high]: readonly number[], value: number): boolean {
  return low === undefined || high === undefined || low > value || high < value
}

/** `faster` or `slower` for times and rates that differ, else nothing: more tokens are neither. */
export function direction(comparison: Comparison): '' | 'faster' | 'slower' {
  const { ratio, better, unit } = comparison
  if (ratio === undefined || noDifference(comparison) || (unit !== 'ms' && unit !== 'tok/s')) return ''
  return ratio > 1 === (better === 'higher') ? 'faster' : 'slower'
}

/** A difference of two fractions in percentage points with its sign: -0.3 is `-30.0`. */
function points(difference: number): string {
  return percent(1 + difference)
}

/** The verdict's word; what it would take when there is none. */
export function verdict({ verdict: word, blocks_needed: needed, blocks }: Comparison): string {
  if (needed !== undefined) return `${word}, about ${count(needed, 'block')} needed`
  return word === 'inconclusive' && blocks < FEWEST_BLOCKS
    ? `${word}, at least ${FEWEST_BLOCKS} blocks needed`
    : word
}

/** `report › output_throughput`, or the metric alone for the whole trial. */
export function label({ metric, stage }: Pick<Comparison, 'metric' | 'stage'>): string {
  return stage === null ? metric : `${stage} › ${metric}`
}

/** The smallest change that matters: `5 %`, or `5.00 ms` where the absolute floor is the greater one. */
export function threshold({ threshold: share, floor, unit, difference }: Comparison): string {
  if (floor !== undefined) return quantity(floor, unit)
  return share > 0
    ? `${Number((share * 100).toPrecision(3))} ${difference === undefined ? '%' : 'points'}`
    : absent
}

/** `1 block`, `10 blocks`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}

/** A span of time for people: `48 s`, `3 min 12 s`, `2 h 5 min`. */
export function span(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000))
  if (s < 60) return `${s} s`
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`
}

/** Bytes in decimal units: `5.1 GB`. */
export function bytes(size: number): string {
  const power = size >= 1e9 ? 3 : size >= 1e6 ? 2 : size >= 1e3 ? 1 : 0
  return `${power === 0 ? size : (size / 1000 ** power).toFixed(1)} ${['B', 'kB', 'MB', 'GB'][power]}`
}

/** An option or another JSON value on one line. */
export function json(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? absent)
}
