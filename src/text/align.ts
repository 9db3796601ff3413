import { stripVTControlCharacters } from 'node:util'

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
