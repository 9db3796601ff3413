/** Two-sided exact p of the Mann-Whitney U test, and the direction of the shift; ties count half. */
export function mannWhitney(a: readonly number[], b: readonly number[]): { p: number; bIsLarger: boolean } {
  const wins = b.reduce((sum, y) => sum + a.reduce((more, x) => more + (y > x ? 1 : y === x ? 0.5 : 0), 0), 0)
  const pairs = a.length * b.length
  const p = 2 * (tailOfU(a.length, b.length)[Math.ceil(Math.min(wins, pairs - wins))] ?? 1)
  return { p: Math.min(1, p), bIsLarger: 2 * wins > pairs }
}

const tails = new Map<string, readonly number[]>()

/** Entry u: P(U <= u) without ties, from the coefficients of a Gaussian binomial (Mann and Whitney, 1947). */
function tailOfU(n: number, m: number): readonly number[] {
  const known = tails.get(`${n},${m}`)
  if (known !== undefined) return known
  const ways = [1, ...Array.from({ length: n * m }, () => 0)]
  const at = (u: number): number => ways[u] ?? 0
  for (let i = 1; i <= n; i++) {
    for (let u = n * m; u >= m + i; u--) ways[u] = at(u) - at(u - m - i)
    for (let u = i; u <= n * m; u++) ways[u] = at(u) + at(u - i)
  }
  const all = ways.reduce((sum, way) => sum + way, 0)
  let sum = 0
  const tail = ways.map((way) => (sum += way) / all)
  tails.set(`${n},${m}`, tail)
  return tail
}
