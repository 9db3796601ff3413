/** The name that was probably meant: of those known, the one that takes the fewest edits; case and punctuation are free. */
export function nearest(name: string, known: readonly string[]): string {
  const distances = known.map((one) => ({ one, distance: editDistance(plain(name), plain(one)) }))
  return distances.reduce((best, next) => (next.distance < best.distance ? next : best)).one
}

/** A name without case and punctuation. */
export function plain(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

/** Whether one name was probably meant by the other: at most a third of it differs. */
export function resembles(name: string, other: string): boolean {
  const [a, b] = [plain(name), plain(other)]
  return editDistance(a, b) <= Math.floor(Math.max(a.length, b.length) / 3)
}

/** Insertions, deletions, substitutions and exchanges of two neighbors from one text to the other (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let before: number[] = []
  let row = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const change = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      const isExchange = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      const exchange = isExchange ? (before[j - 2] ?? 0) + 1 : Infinity
      next.push(Math.min(change, exchange, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    before = row
    row = next
  }
  return row[to.length] ?? 0
}
