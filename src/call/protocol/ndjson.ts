const NEWLINE = 0x0a
const SPACE = 0x20

/**
 * Cuts bytes into lines. A line may come in any number of chunks, cut anywhere, even inside a character;
 * it is decoded once it is whole. Blank lines and carriage returns are dropped.
 */
export class LineReader {
  #parts: Uint8Array[] = []

  /** The lines these bytes complete, decoded at once: a fast server sends many in one chunk. */
  push(bytes: Uint8Array): string[] {
    const end = bytes.lastIndexOf(NEWLINE) + 1
    const whole = bytes.subarray(0, end)
    const rest = bytes.subarray(end)
    if (end > 0) this.#parts.push(whole)
    const text = end > 0 ? this.rest() : ''
    if (rest.length > 0) this.#parts.push(rest)
    if (text === '') return []
    const lines: string[] = []
    for (const line of text.split('\n')) {
      const trimmed = isTrimmed(line) ? line : line.trim()
      if (trimmed !== '') lines.push(trimmed)
    }
    return lines
  }

  /** What is left without a line's end; leaves nothing behind. */
  rest(): string {
    const [first, ...others] = this.#parts
    this.#parts = []
    if (first === undefined) return ''
    const bytes = others.length === 0 ? first : Buffer.concat([first, ...others])
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').trim()
  }
}

/** Most lines are, and to look takes less than `trim`. */
function isTrimmed(line: string): boolean {
  return line.charCodeAt(0) > SPACE && line.charCodeAt(line.length - 1) > SPACE
}
