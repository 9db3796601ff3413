import type { AuditComparison } from '../../src/schema/generated.ts'

/** A comparison of an audit: 6 blocks of suite `one` in 4 s, in which nothing regressed. */
export function audited(over: Partial<AuditComparison> = {}): AuditComparison {
  const { planted = 'nothing', step = 0 } = over
  return {
    at: '2026-01-01T00:00:00.000Z',
    suite: 'one',
    server: 'embedded',
    model: 'tiny',
    planted,
    step,
    change: planted === 'ttft' ? step * 0.15 : step,
    gated: ['output_throughput', 'ttft', 'valid_rate'],
    regressed: [],
    blocks: 6,
    duration: 4_000,
    ...over,
  }
}

/** `of` comparisons of one slowdown, of which the first `found` were found; with nothing planted, false alarms. */
export function auditedLevel(
  planted: AuditComparison['planted'],
  step: number,
  [found, of]: [number, number],
  over: Partial<AuditComparison> = {},
): AuditComparison[] {
  const metric = planted === 'ttft' ? 'ttft' : 'output_throughput'
  return Array.from({ length: of }, (_, i) =>
    audited({ planted, step, regressed: i < found ? [metric] : [], ...over }),
  )
}
