import type { Verdict } from '../../../src/stats/index.ts'
import { inARow, meanOf, type Procedure, TRIALS_PER_ARM } from '../procedure.ts'

/** Criterion takes 100,000; the noise this leaves in a p near .05 is 0.7 percentage points. */
const RESAMPLES = 1000
const SIGNIFICANCE = 0.05
const NOISE_THRESHOLD = 0.01

/**
 * criterion.rs, "Analysis process": Welch's t of the two samples is held against t of samples drawn
 * with replacement from both together, two-sided at .05; then the bootstrapped 95 % interval of the
 * ratio of means has to lie beyond the noise threshold of 1 %.
 */
export const criterion: Procedure = {
  name: 'criterion: bootstrap t-test, A then B',
  decide: ({ factor, random, run }) => {
    const session = run()
    const baseline = inARow(session, 1, TRIALS_PER_ARM)
    const candidate = inARow(session, factor, TRIALS_PER_ARM)
    return { verdict: criterionVerdict(baseline, candidate, random), trials: 2 * TRIALS_PER_ARM }
  },
}

/** What criterion says of two samples of times. */
export function criterionVerdict(
  baseline: readonly number[],
  candidate: readonly number[],
  random: () => number,
): Verdict | undefined {
  if (bootstrapP(baseline, candidate, random) >= SIGNIFICANCE) return undefined
  const [lower, upper] = changeOfMeans(baseline, candidate, random)
  if (lower > NOISE_THRESHOLD) return 'regressed'
  return upper < -NOISE_THRESHOLD ? 'improved' : undefined
}

function bootstrapP(a: readonly number[], b: readonly number[], random: () => number): number {
  const seen = welch(a, b)
  const both = [...a, ...b]
  let below = 0
  for (let i = 0; i < RESAMPLES; i++) {
    if (welch(resample(both, a.length, random), resample(both, b.length, random)) < seen) below++
  }
  return (2 * Math.min(below, RESAMPLES - below)) / RESAMPLES
}

function welch(a: readonly number[], b: readonly number[]): number {
  const one = meanOf(a)
  const other = meanOf(b)
  return (other.mean - one.mean) / Math.sqrt(one.variance + other.variance)
}

function changeOfMeans(a: readonly number[], b: readonly number[], random: () => number): [number, number] {
  const changes = new Float64Array(RESAMPLES)
  for (let i = 0; i < RESAMPLES; i++) {
    changes[i] = meanOf(resample(b, b.length, random)).mean / meanOf(resample(a, a.length, random)).mean - 1
  }
  changes.sort()
  return [changes[Math.floor(0.025 * RESAMPLES)] as number, changes[Math.floor(0.975 * RESAMPLES)] as number]
}

function resample(values: readonly number[], count: number, random: () => number): number[] {
  const drawn: number[] = []
  for (let i = 0; i < count; i++) drawn.push(values[Math.floor(random() * values.length)] as number)
  return drawn
}
