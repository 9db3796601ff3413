import { expect, test } from 'vitest'
import { adjustedEstimate, atLastLook, createRandom, defaultLooks } from './index.ts'

const plan = { looks: defaultLooks(6, 20), alpha: 0.05 }

/** Blocks whose durations follow the length of the reply, with a factor for the candidate's length and for its time. */
function blocks(seed: number, { longer = 1, slower = 1 } = {}, n = 20) {
  const random = createRandom(seed)
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const tokens = { baseline: [] as number[], candidate: [] as number[] }
  const times = { baseline: [] as number[], candidate: [] as number[] }
  for (let i = 0; i < n; i++)
    for (const [role, length, factor] of [
      ['baseline', 1, 1],
      ['candidate', longer, slower],
    ] as const) {
      const count = 100 * length * Math.exp(0.25 * normal())
      tokens[role].push(count)
      times[role].push(10 * factor * count * Math.exp(0.02 * normal()))
    }
  return [
    { ...times, better: 'lower' },
    { ...tokens, better: 'lower' },
  ] as const
}

const excludes = (interval: readonly [number, number] | undefined): boolean =>
  interval !== undefined && (interval[0] > 0 || interval[1] < 0)

test('a tenth slower at any length is seen, where the raw difference drowns in the lengths', () => {
  const [times, tokens] = blocks(1, { slower: 1.1 })
  const adjusted = adjustedEstimate(times, tokens, plan)!
  expect(Math.exp(adjusted.estimate)).toBeCloseTo(1.1, 1)
  expect(excludes(adjusted.interval)).toBe(true)
  const raw = atLastLook(
    times.baseline.map((from, i) => Math.log(times.candidate[i]! / from)),
    plan,
  )
  expect(excludes(raw.interval)).toBe(false)
})

test('arms that are equal are told apart no more often than alpha allows', () => {
  const wrong = Array.from({ length: 300 }, (_, seed) => {
    const [times, tokens] = blocks(seed)
    return plan.looks.some((n) => {
      const first = ({ baseline, candidate }: { baseline: number[]; candidate: number[] }) =>
        ({ baseline: baseline.slice(0, n), candidate: candidate.slice(0, n), better: 'lower' }) as const
      return excludes(adjustedEstimate(first(times), first(tokens), plan)?.interval)
    })
  })
  expect(wrong.filter(Boolean).length / wrong.length).toBeLessThan(0.1 + 3 * Math.sqrt((0.1 * 0.9) / 300))
})

test('exchanging the arms turns the estimate round', () => {
  const [times, tokens] = blocks(2, { slower: 1.1 })
  const swapped = <T extends { baseline: number[]; candidate: number[] }>(one: T): T => ({
    ...one,
    baseline: one.candidate,
    candidate: one.baseline,
  })
  const there = adjustedEstimate(times, tokens, plan)!
  const back = adjustedEstimate(swapped(times), swapped(tokens), plan)!
  expect(back.estimate).toBeCloseTo(-there.estimate, 12)
})

test('no estimate where the length itself has changed, never differs, or a block lacks it', () => {
  expect(adjustedEstimate(...blocks(3, { longer: 2 }), plan)).toBeUndefined()
  const [times, tokens] = blocks(4)
  expect(adjustedEstimate(times, { ...tokens, candidate: tokens.baseline }, plan)).toBeUndefined()
  const fewer = { ...tokens, baseline: tokens.baseline.slice(1), candidate: tokens.candidate.slice(1) }
  expect(adjustedEstimate(times, fewer, plan)).toBeUndefined()
})

test('no estimate where the lengths differ only in blocks after the last look', () => {
  const [times, tokens] = blocks(5, {}, 7)
  const candidate = tokens.baseline.map((count, i) => (i === 6 ? count + 1 : count))
  expect(adjustedEstimate(times, { ...tokens, candidate }, plan)).toBeUndefined()
})
