const UNIT_MS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
}

/**
 * How long a model stays after a call, ms. Ollama reads seconds or a Go duration such as `5m` or `1h30m`; negative means
 * for ever. undefined for what is neither: the server refuses it, or nobody asked.
 */
export function keepAliveMs(keepAlive: unknown): number | undefined {
  if (typeof keepAlive === 'number') return keepAlive < 0 ? Infinity : keepAlive * 1000
  if (typeof keepAlive !== 'string') return undefined
  if (keepAlive.startsWith('-')) return Infinity
  if (/^0+(\.0+)?$/.test(keepAlive)) return 0
  const parts = [...keepAlive.matchAll(/(\d+\.?\d*|\.\d+)(h|ms|m|s|us|µs|ns)/g)]
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== keepAlive) return undefined
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? ''] ?? 0), 0)
}
