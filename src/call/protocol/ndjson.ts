import { parseJson } from '../../json.ts'

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
    // Only a line that began in an earlier chunk is put together from copies.
    const next = this.#parts.length > 0 && end > 0 ? bytes.indexOf(NEWLINE) + 1 : 0
    if (next > 0) this.#parts.push(bytes.subarray(0, next))
    const begun = next > 0 ? [this.rest()] : []
    const lines = end > next ? [...begun, ...decode(bytes.subarray(next, end - 1)).split('\n')] : begun
    if (end < bytes.length) this.#parts.push(bytes.subarray(end))
    return lines.every(isTrimmed) ? lines : lines.map((line) => line.trim()).filter((line) => line !== '')
  }

  /** What is left without a line's end; leaves nothing behind. */
  rest(): string {
    const [first, ...others] = this.#parts
    this.#parts = []
    if (first === undefined) return ''
    return decode(others.length === 0 ? first : Buffer.concat([first, ...others])).trim()
  }
}

function decode({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('utf8')
}

/**
 * What each line says, undefined where it is no JSON. Lines are parsed as one list, which takes less time than one by one.
 * A line that is not whole leaves no list, or one of another length; each is then parsed alone.
 */
export function parseLines(lines: readonly string[]): unknown[] {
  const list = parseJson(`[${lines.join(',')}]`)
  return Array.isArray(list) && list.length === lines.length ? list : lines.map(parseJson)
}

/** Most lines are, and to look takes less than `trim`. */
function isTrimmed(line: string): boolean {
  return line.charCodeAt(0) > SPACE && line.charCodeAt(line.length - 1) > SPACE
}
