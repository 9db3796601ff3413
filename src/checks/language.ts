import { named, type Check } from './check.ts'
import { checkErrors, checkMessages } from './messages.ts'
import { letterCount, paragraphs, quote, text } from './text.ts'

/** Fewer letters tell no language. */
const FEWEST_LETTERS = 20

/** Further down, names and borrowed words are common, so a paragraph must be longer to count. */
const FEWEST_LETTERS_WITHIN = 60

/** What this file uses of eld, https://github.com/nitotm/efficient-language-detector-js. */
interface Detector {
  detect(text: string): { language: string; isReliable(): boolean }
}

/**
 * The output is written in `language` (ISO 639-1: `en`, `de`, …): neither its opening nor a paragraph of it is
 * reliably in another one. Needs the package eld, an optional peer: `npm install -D eld`.
 */
export function inLanguage(language: string): Check {
  return named('inLanguage', async ({ output }) => {
    const detector = await loadDetector()
    const told = paragraphs(text(output)).filter((part) => letterCount(part) >= FEWEST_LETTERS)
    for (const [position, part] of told.entries()) {
      if (position > 0 && letterCount(part) < FEWEST_LETTERS_WITHIN) continue
      const found = detector.detect(part)
      if (found.language === '' || found.language === language || !found.isReliable()) continue
      return checkMessages.otherLanguage(
        languageName(found.language),
        languageName(language),
        position === 0,
        quote(part),
      )
    }
    return undefined
  })
}

let loading: Promise<Detector> | undefined

/** Loaded when first asked for: its tables take 0.3 s, and few suites need them. */
function loadDetector(): Promise<Detector> {
  // Through a variable, because the package is an optional peer and its types need not be there.
  const detector = 'eld/extrasmall'
  loading ??= import(detector).then(
    (module: { eld: Detector }) => module.eld,
    (cause: unknown) => {
      throw checkErrors.detectorMissing(cause)
    },
  )
  return loading
}

const names = new Intl.DisplayNames('en', { type: 'language' })

function languageName(code: string): string {
  return names.of(code) ?? code
}

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
