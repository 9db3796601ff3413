/** Characters that deceive, made visible: all that a terminal would obey or a reader could not see. */

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
  return `⟨U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}⟩`
}

/** A message short enough for a table: a server may answer with a whole page. */
export function brief(message: string): string {
  const { text, cut } = clip(message, 600)
  return cut === 0 ? text : `${text}… (${cut} more characters)`
}

/** The head of a text, never half a character of it, and how many characters were cut. */
export function clip(text: string, longest: number): { text: string; cut: number } {
  if (text.length <= longest) return { text, cut: 0 }
  const head = text.slice(0, longest).replace(/[\ud800-\udbff]$/, '')
  return { text: head, cut: text.length - head.length }
}
