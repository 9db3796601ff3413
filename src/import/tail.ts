/** The piece a text ends in again and again. */
export interface Tail {
  piece: string
  times: number
}

/** Longest piece looked for, in characters. */
const longest = 40

/**
 * The repeats at the end of a text, by the shortest piece that comes at least three times in a row; undefined where
 * there are none. A server stops a reply after some 30 of them.
 */
export function repeatedTail(text: string): Tail | undefined {
  const characters = Array.from(text.trimEnd())
  const end = characters.length
  for (let size = 1; size <= Math.min(longest, Math.floor(end / 3)); size++) {
    let start = end - size
    while (start > 0 && characters[start - 1] === characters[start - 1 + size]) start--
    const times = Math.floor((end - start) / size)
    if (times >= 3) return { piece: characters.slice(end - size).join(''), times }
  }
  return undefined
}
