/**
 * The one way to write a quantity, a change and an interval, in reports, on the terminal and in sentences. Stored values
 * are in base units; scaling happens here and nowhere else.
 */
import { oneLine } from './visible.ts'

/** What stands where nothing was measured. Never 0. */
export const absent = '–'

/**
 * A quantity with its unit: `116.0 tok/s`, `526 ms`, `12.41 s`, `95.8 %`.
 * `like` picks the scale, so that two values that are compared share one.
 */
export function quantity(value: number | undefined, unit: string, like: number = value ?? 0): string {
  return scaled(value, unit, like).join(' ').trimEnd()
}

/** Two quantities of one scale: `117.0 → 102.6 tok/s`. */
export function pair(before: number | undefined, after: number | undefined, unit: string): string {
  const like = Math.max(before ?? 0, after ?? 0)
  return `${scaled(before, unit, like)[0]} → ${quantity(after, unit, like)}`
}

/** A mean with its standard deviation: `102.6 ± 0.7 tok/s`; the mean alone where there is none. */
export function spread(mean: number, sd: number | undefined, unit: string, like: number = mean): string {
  const [digits, name] = scaled(mean, unit, like)
  return `${digits}${sd === undefined ? '' : ` ± ${scaled(sd, unit, like)[0]}`} ${name}`.trimEnd()
}

/** Digits and unit apart. */
function scaled(value: number | undefined, unit: string, like: number): [digits: string, unit: string] {
  if (value === undefined || !Number.isFinite(value)) return [absent, '']
  const size = Math.abs(like)
  if (unit === 'ms')
    return size >= 10_000
      ? [(value / 1000).toFixed(2), 's']
      : [value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2), 'ms']
  if (unit === 'fraction') return [(value * 100).toFixed(1), '%']
  if ((unit === 'x' || unit === 'count') && Number.isInteger(value)) return [String(value), '']
  // The median of two counts may be a half.
  if (unit === 'count') return [value.toFixed(1), '']
  // Decimals that leave four digits.
  const decimals = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3
  return [value.toFixed(decimals), unit === 'x' ? '' : unit]
}

/**
 * A relative change: a ratio, where 1 is no change, with its interval; of two rates their difference instead. Absent means
 * not measured.
 */
export interface Change {
  ratio?: number | undefined
  /** Of the ratio, or of the difference where there is one. */
  interval?: readonly [number, number] | undefined
  /** Of two fractions: candidate − baseline, written in percentage points. */
  difference?: number | undefined
  /** Set where something else than the interval tells whether it may be no change, a test for one. */
  isNone?: boolean | undefined
}

/** A change in percent with its sign, from a ratio: 0.879 is `−12.1`, with a real minus sign. */
export function percent(ratio: number): string {
  return signed((ratio - 1) * 100)
}

/** `+1.6`, `−12.1`, `+204`, `0.0`. */
export function signed(value: number): string {
  const text = Math.abs(value).toFixed(Math.abs(value) >= 100 ? 0 : 1)
  if (Number(text) === 0) return '0.0'
  return `${value > 0 ? '+' : '−'}${text}`
}

/** The estimate alone: `−12.1 %`; `~` first where the interval includes no change, or too few blocks allow an interval. */
export function estimate(change: Change): string {
  const { ratio, difference } = change
  const mark = includesNone(change) ? '~ ' : ''
  if (difference !== undefined) return `${mark}${signed(difference * 100)} points`
  return ratio === undefined ? absent : `${mark}${percent(ratio)} %`
}

/** The interval alone, in percent or in points: `[−12.6, −11.5]`; nothing where there is none. */
export function interval({ interval: ends, difference }: Change): string {
  const texts = ends?.map(difference === undefined ? percent : (end) => signed(end * 100))
  return texts === undefined ? '' : `[${texts.join(', ')}]`
}

/** A change as it is written everywhere: `−12.1 % [−12.6, −11.5]`. */
export function change(of: Change): string {
  return [estimate(of), interval(of)].filter((part) => part !== '').join(' ')
}

/** Whether a change may be none: its interval includes no change, or there is no interval. */
export function includesNone(change: Change): boolean {
  const { ratio, interval: ends, difference, isNone } = change
  if (isNone !== undefined) return isNone
  if (difference !== undefined) return !excludes(ends, 0)
  return ratio !== undefined && !excludes(ends, 1)
}

function excludes(ends: readonly [number, number] | undefined, value: number): boolean {
  return ends !== undefined && (ends[0] > value || ends[1] < value)
}

/**
 * A difference with its unit and its interval, in one scale: `+300 ms [+280, +320]`; `~` first where the interval includes
 * no difference, or there is none.
 */
export function difference(value: number, unit: string, ends?: readonly [number, number]): string {
  const like = Math.max(...[value, ...(ends ?? [])].map(Math.abs))
  const sign = (one: number): string => {
    const [digits] = scaled(Math.abs(one), unit, like)
    return Number(digits) === 0 ? digits : `${one > 0 ? '+' : '−'}${digits}`
  }
  const mark = includesZero(ends) ? '~ ' : ''
  const isPoint = ends === undefined || ends.every((end) => end === value)
  return `${mark}${sign(value)} ${scaled(0, unit, like)[1]}${isPoint ? '' : ` [${ends.map(sign).join(', ')}]`}`
}

/** Whether a difference may be none: its interval includes 0, or there is no interval. */
export function includesZero(ends: readonly [number, number] | undefined): boolean {
  return !excludes(ends, 0)
}

/** A factor or a part of a whole, with its interval: `1.95× [1.90, 2.01]`, `98 % [95, 101]`. */
export function factor(
  { value, interval: ends }: { value: number; interval?: readonly [number, number] },
  unit: '×' | '%',
): string {
  const digits = (one: number): string => (unit === '×' ? one.toFixed(2) : (100 * one).toFixed(0))
  const range = ends === undefined ? '' : ` [${ends.map(digits).join(', ')}]`
  return `${digits(value)}${unit === '×' ? unit : ` ${unit}`}${range}`
}

/** A fraction in percent with as many digits as it has, three at most: `5 %`, `12.5 %`. */
export function share(fraction: number): string {
  return `${rounded(fraction)} %`
}

/** A difference of two fractions: `5 points`. */
export function points(difference: number): string {
  return `${rounded(difference)} points`
}

function rounded(fraction: number): number {
  return Number((fraction * 100).toPrecision(3))
}

/** The smallest change that matters: `5 %`, `5 points` of a rate, `5.00 ms` where the absolute floor is the greater one. */
export function threshold(
  of: Change & { threshold: number; floor?: number | undefined; unit: string },
): string {
  if (of.floor !== undefined) return quantity(of.floor, of.unit)
  if (!(of.threshold > 0)) return absent
  return of.difference === undefined ? share(of.threshold) : points(of.threshold)
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

interface TreeCode {
  ref: string
  sha: string
  dirty: boolean
}

/** `head 1a2b3c4d with uncommitted changes against base 9f8e7d6c (origin/main), 3 of 12 modules differ` */
export function treesText(
  { base, head }: { base: TreeCode; head: TreeCode },
  { modules, changed, isNew }: { modules: number; changed: readonly string[]; isNew: boolean },
): string {
  const own = `head ${short(head)}${head.dirty ? ' with uncommitted changes' : ''}`
  if (isNew) return `${own}, new: base has no such suite`
  const differ = `${changed.length} of ${count(modules, 'module')} ${changed.length === 1 || modules === 1 ? 'differs' : 'differ'}`
  return `${own} against base ${short(base)} (${oneLine(base.ref)}), ${differ}`
}

function short({ sha }: TreeCode): string {
  return sha.slice(0, 8)
}
