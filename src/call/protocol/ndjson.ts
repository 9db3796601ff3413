const NEWLINE = 0x0a

/**
 * Cuts bytes into lines. A line may come in any number of chunks, cut anywhere, even inside a character;
 * it is decoded once it is whole. Blank lines and carriage returns are dropped.
 */
export class LineReader {
  #parts: Uint8Array[] = []

  /** The lines these bytes complete. */
  push(bytes: Uint8Array): string[] {
    const lines: string[] = []
    let start = 0
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      this.#parts.push(bytes.subarray(start, end))
      const line = this.rest()
      if (line) lines.push(line)
      start = end + 1
    }
    if (start < bytes.length) this.#parts.push(bytes.subarray(start))
    return lines
  }

  /** What is left without a line's end; leaves nothing behind. */
  rest(): string {
    const text = Buffer.concat(this.#parts).toString('utf8').trim()
    this.#parts = []
    return text
  }
}
