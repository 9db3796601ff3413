import { checkMessages } from '../errors.ts'
import { named, type Check } from './check.ts'
import { quote, text } from './text.ts'

/** What {@link noRepetition} calls a loop. */
export interface RepetitionOptions {
  /** So often in a row is a piece of up to 40 characters a loop. Default 16; honest texts stay below 4. */
  times?: number
}

/** Longer pieces, whole paragraphs, are a loop sooner, but only where the text ends in them. */
const LONG = { longest: 1000, times: 4 }

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

/** The shortest unit that the text ends in at least `LONG.times` times. */
function longTail(whole: string): Loop | undefined {
  const tail = whole.slice(-LONG.longest * LONG.times)
  for (let unit = 20; unit <= tail.length / LONG.times; unit++) {
    let start = tail.length - 1
    while (start >= unit && tail[start] === tail[start - unit]) start--
    const times = Math.floor((tail.length - 1 - start) / unit) + 1
    const piece = tail.slice(-unit)
    if (times >= LONG.times && !isMark(piece)) return { unit: piece, times, end: whole.length }
  }
  return undefined
}

/** Rules, table borders, leaders and long fractions repeat in honest texts. */
function isMark(unit: string): boolean {
  return /^[\p{P}\p{Sm}\p{Z}\p{Nd}|`^~─━═]+$/u.test(unit)
}
