import { checkMessages } from './messages.ts'
import { named, type Check } from './check.ts'
import { quote, text } from './text.ts'

/** What {@link noRepetition} calls a loop. */
export interface RepetitionOptions {
  /** So often in a row is a piece of up to 40 characters a loop. Default 16; honest texts stay below 4. */
  times?: number
}

/** Longer pieces, whole paragraphs, are a loop sooner, but only where the text ends in them. */
const LONG: TailLimits = { shortest: 20, longest: 1000, times: 4 }

/**
 * The output does not loop: no piece of it comes again and again in a row, as when a model falls into repeating
 * itself (Ollama breaks a reply off after some 30 identical tokens). Rules of dashes and runs of a digit are no loop.
 */
export function noRepetition({ times = 16 }: RepetitionOptions = {}): Check {
  return named('noRepetition', ({ output }) => {
    const whole = text(output).trimEnd()
    const loop = shortLoop(whole, times) ?? longTail(whole)
    return loop && checkMessages.repeats(quote(loop.unit), loop.times, loop.end === whole.length)
  })
}

interface Loop {
  unit: string
  times: number
  end: number
}

function shortLoop(whole: string, times: number): Loop | undefined {
  const runs = new RegExp(`(\\S[^\\n]{0,39}?)\\1{${times - 1},}`, 'gu')
  for (const { 0: run, 1: unit = '', index } of whole.matchAll(runs)) {
    if (!isMark(unit)) return { unit, times: run.length / unit.length, end: index + run.length }
  }
  return undefined
}

function longTail(whole: string): Loop | undefined {
  const loop = tailLoops(whole.slice(-LONG.longest * LONG.times), LONG).find(({ unit }) => !isMark(unit))
  return loop && { ...loop, end: whole.length }
}

/** How long a piece may be, in UTF-16 units, and how often it must come in a row. */
export interface TailLimits {
  shortest: number
  longest: number
  times: number
}

/** The pieces that a text ends in often enough, the shortest first; each with how often it comes. */
export function tailLoops(
  whole: string,
  { shortest, longest, times: fewest }: TailLimits,
): { unit: string; times: number }[] {
  const found = []
  for (let size = shortest; size <= Math.min(longest, whole.length / fewest); size++) {
    let start = whole.length - size
    while (start > 0 && whole[start - 1] === whole[start - 1 + size]) start--
    const times = Math.floor((whole.length - start) / size)
    if (times >= fewest) found.push({ unit: whole.slice(-size), times })
  }
  return found
}

/** Rules, table borders, leaders and long fractions repeat in honest texts. */
function isMark(unit: string): boolean {
  return /^[\p{P}\p{Sm}\p{Z}\p{Nd}|`^~─━═]+$/u.test(unit)
}
