const normalQuantiles = { 0.95: 1.6448536, 0.975: 1.959964, 0.99: 2.3263479 } as const

/** Quantile of Student's t distribution, by its expansion about the normal one (Abramowitz and Stegun, 26.7.5). */
export function studentQuantile(p: keyof typeof normalQuantiles, freedom: number): number {
  const z = normalQuantiles[p]
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
  ]
  return terms.reduce((sum, term, i) => sum + term / freedom ** (i + 1), z)
}
