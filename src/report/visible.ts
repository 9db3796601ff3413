/** Characters that deceive, made visible: whatever a terminal would obey or a reader could not see. */

/** Text on one line, fit for a terminal: no line break, nothing that moves the cursor or the reading order. */
export function oneLine(hostile: string): string {
  return visible(hostile.replace(/\s+/g, ' ').trim())
}

// Bidirectional controls, invisible separators and tag characters: they make text look like other text.
const invisible = /[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu

/** Control characters as their pictures (␛ for escape), invisible format characters by number; tabs and line breaks stay if asked. */
export function visible(hostile: string, lines = true): string {
  return hostile
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/[\0-\x1f\x7f]/g, (char) => (lines && (char === '\n' || char === '\t') ? char : picture(char)))
    .replace(/[\x80-\x9f]/g, numbered)
    .replace(invisible, numbered)
}

function picture(char: string): string {
  return char === '\x7f' ? '␡' : String.fromCharCode(0x2400 + char.charCodeAt(0))
}

function numbered(char: string): string {
  return `⟨U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}⟩`
}
