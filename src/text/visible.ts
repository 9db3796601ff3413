/** Characters that deceive, made visible: all that a terminal would obey or a reader could not see. */
import { stripVTControlCharacters } from 'node:util'

/** Text on one line, fit for a terminal: no line break, nothing that moves the cursor or the reading order. */
export function oneLine(hostile: string): string {
  return visible(hostile.replace(/\s+/g, ' ').trim())
}

// Bidirectional controls, invisible separators and tag characters: they make text look like other text.
const invisible = /[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu

/** Text on its lines, with control characters as pictures (␛ for escape) or, like invisible ones, by number. */
export function visible(hostile: string): string {
  return hostile
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, picture)
    .replace(invisible, numbered)
}

function picture(char: string): string {
  const control = char.charCodeAt(0)
  if (control === 0x7f) return '␡'
  return control < 0x20 ? String.fromCharCode(0x2400 + control) : numbered(char)
}

function numbered(char: string): string {
  return `⟨U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`
}

/** A message short enough for a table: a server may answer with a whole page. */
export function brief(message: string): string {
  const { text, cut } = clip(message, 600)
  return cut === 0 ? text : `${text}… (${cut} more characters)`
}

/** A copy with every text made visible and cut to so many characters, for a file with a limit. Names of members stay. */
export function cutTexts<T>(value: T, longest: number): T {
  return JSON.parse(JSON.stringify(value), (_, member: unknown) => {
    if (typeof member !== 'string') return member
    const { text, cut } = clip(visible(member), longest)
    return cut === 0 ? text : `${text}…`
  }) as T
}

/** `Risk table`: a text with a capital letter first. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** The head of a text, never half a character of it, and how many characters were cut. */
export function clip(text: string, longest: number): { text: string; cut: number } {
  if (text.length <= longest) return { text, cut: 0 }
  const head = text.slice(0, longest).replace(/[\ud800-\udbff]$/, '')
  return { text: head, cut: text.length - head.length }
}

/** Rows of cells as lines whose columns line up, two spaces apart, without trailing space. */
export function align(rows: readonly (readonly string[])[], sides: readonly ('left' | 'right')[]): string[] {
  const widths = sides.map((_, i) => Math.max(0, ...rows.map((row) => columns(row[i] ?? ''))))
  return rows.map((row) =>
    row
      .map((cell, i) => {
        const pad = ' '.repeat(Math.max(0, (widths[i] ?? 0) - columns(cell)))
        return sides[i] === 'right' ? pad + cell : cell + pad
      })
      .join('  ')
      .trimEnd(),
  )
}

const none = /[\p{M}\p{Cf}]/u
const double =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u

/** Columns a text takes on a terminal: wide characters two, combining marks and colors none. */
export function columns(text: string): number {
  return Array.from(stripVTControlCharacters(text)).reduce(
    (sum, char) => sum + (none.test(char) ? 0 : double.test(char) ? 2 : 1),
    0,
  )
}
