import { checkErrors, checkMessages } from './messages.ts'
import { named, type Check } from './check.ts'
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
