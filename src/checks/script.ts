import { checkMessages } from './messages.ts'
import { named, type Check } from './check.ts'
import { letterCount, quote, text } from './text.ts'

/** The scripts a message can name; the first is the one `inScript` is usually asked for. */
const SCRIPTS = [
  'Latin',
  'Cyrillic',
  'Greek',
  'Han',
  'Hiragana',
  'Katakana',
  'Hangul',
  'Arabic',
  'Hebrew',
  'Thai',
  'Devanagari',
  'Bengali',
  'Gujarati',
  'Gurmukhi',
  'Tamil',
  'Telugu',
  'Kannada',
  'Malayalam',
  'Georgian',
  'Armenian',
  'Ethiopic',
] as const

/** A Unicode script by its long name: `Latin`, `Cyrillic`, `Han`, … */
export type Script = (typeof SCRIPTS)[number]

/** What {@link inScript} lets pass. */
export interface ScriptOptions {
  /** Scripts that may stand beside it. */
  allow?: readonly Script[]
}

/** How many characters of the first line count as the opening, and which share of its letters may be foreign after an own first one. */
const OPENING = { length: 200, share: 0.3 }

/**
 * The output is written in `script`: neither does it open in another one, nor do words of another one stand in it.
 * Single Greek letters (µ, σ) are signs, not words, and always pass.
 */
export function inScript(script: Script, { allow = [] }: ScriptOptions = {}): Check {
  const own = [script, ...allow].map((name) => `\\p{Script_Extensions=${name}}`).join('')
  const foreignWord = new RegExp(`(?:(?![${own}\\p{Script=Common}\\p{Script=Inherited}])\\p{L})+`, 'gu')
  return named('inScript', ({ output }) => {
    const whole = text(output).trim()
    const opening = /^.*\p{L}.*$/mu.exec(whole)?.[0].slice(0, OPENING.length) ?? ''
    const foreign = opening.match(foreignWord)?.join('') ?? ''
    const startsForeign = foreign !== '' && /\p{L}/u.exec(opening)?.[0] === Array.from(foreign)[0]
    if (startsForeign || letterCount(foreign) > OPENING.share * letterCount(opening)) {
      return checkMessages.opensInScript(scriptOf(foreign), script, quote(opening))
    }
    for (const { 0: word, index } of whole.matchAll(foreignWord)) {
      if (/^\p{Script=Greek}$/u.test(word)) continue
      const around = whole.slice(Math.max(0, index - 15), index + word.length + 15)
      return checkMessages.mixesScript(scriptOf(word), script, quote(word, 20), quote(around))
    }
    return undefined
  })
}

const members = SCRIPTS.map((name) => ({ name, member: new RegExp(`\\p{Script=${name}}`, 'u') }))

function scriptOf(letters: string): string {
  return members.find(({ member }) => member.test(letters))?.name ?? 'another script'
}
