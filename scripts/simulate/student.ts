import { studentQuantile as exactQuantile } from '../../src/stats/index.ts'

const known = new Map<string, number>()

/** Quantile of Student's t distribution, kept: the peers ask for the same few hundreds of thousands of times. */
export function studentQuantile(p: number, df: number): number {
  const key = `${p}/${df}`
  const found = known.get(key) ?? exactQuantile(p, df)
  known.set(key, found)
  return found
}
