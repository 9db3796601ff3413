/** Counts what was compared, by kind, and keeps the first differences. */
export class Tally {
  readonly #kinds = new Map<string, { entries: number; compared: number; wrong: number }>()
  readonly #skipped = new Map<string, number>()
  readonly examples: string[] = []

  /**
   * Compares every published figure that was recomputed; a text with decimals is held to its own precision, a number
   * to 1e-6 of itself. Figures that could not be recomputed are left out of `recomputed`.
   */
  check(
    kind: string,
    where: string,
    published: Record<string, unknown>,
    recomputed: Record<string, unknown>,
  ): void {
    const count = this.#kinds.get(kind) ?? { entries: 0, compared: 0, wrong: 0 }
    this.#kinds.set(kind, count)
    count.entries++
    for (const [name, value] of Object.entries(recomputed)) {
      const stated = published[name]
      if (!(name in published)) continue
      count.compared++
      if (isSame(stated, value)) continue
      count.wrong++
      if (this.examples.length < 10)
        this.examples.push(
          `${kind} ${where} ${name}: published ${String(stated)}, recomputed ${String(value)}`,
        )
    }
  }

  skip(what: string): void {
    this.#skipped.set(what, (this.#skipped.get(what) ?? 0) + 1)
  }

  get wrong(): number {
    return [...this.#kinds.values()].reduce((sum, { wrong }) => sum + wrong, 0)
  }

  rows(): string[][] {
    const rows = [...this.#kinds].map(([kind, { entries, compared, wrong }]) => [
      kind,
      entries,
      compared,
      wrong,
    ])
    const total = (i: number): number => rows.reduce((sum, row) => sum + (row[i] as number), 0)
    return [['kind', 'entries', 'figures', 'mismatches'], ...rows, ['all', total(1), total(2), total(3)]].map(
      (row) => row.map(String),
    )
  }

  skipped(): string[] {
    return [...this.#skipped].map(([what, n]) => `${n} ${what}`)
  }
}

function isSame(stated: unknown, value: unknown): boolean {
  if (typeof value === 'boolean') return String(stated).toLowerCase() === String(value)
  if (value === undefined) return stated === null
  if (typeof value !== 'number') return stated === value
  const number = Number(stated)
  // Python and Rust print a float with all its digits; fewer than seven decimals were rounded on purpose.
  const decimals = typeof stated === 'string' ? (stated.split('.')[1]?.length ?? 0) : 17
  const rounded = decimals <= 6 ? 0.5 * 10 ** -decimals + 1e-9 : 0
  return (
    Math.abs(number - value) <= Math.max(rounded, 1e-6 * Math.max(Math.abs(number), Math.abs(value)), 1e-9)
  )
}
