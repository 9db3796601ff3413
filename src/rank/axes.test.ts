import { describe, expect, test } from 'vitest'
import { namesOf, sweepFor, sweepTrials, type Rate } from '../../test/support/sweeps.ts'
import { axisEffects, effectReport } from './axes.ts'
import { trackOf } from './tracks.ts'

const sweep = sweepFor()
const DELTA = Math.log(1.05)
const settings = new Map(sweep.candidates.map(({ arm, settings }) => [arm.name, settings!]))
const jitter = (arm: string, block: number): number =>
  1 + (((block * 7 + namesOf(sweep).indexOf(arm) * 3) % 5) - 2) / 500

function effects(rate: Rate, configs: ReadonlyMap<string, string> = new Map(), blocks = 12) {
  const trials = sweepTrials(sweep, 1, blocks, rate)
  const tracks = sweep.candidates.map((point) => trackOf(sweep, point, trials))
  return axisEffects(sweep, tracks, configs, DELTA)
}

describe('the effect of an axis', () => {
  test('an inert axis is told as a tested statement, beside one that matters', () => {
    const [numCtx, temperature] = effects(
      (arm, block) => (settings.get(arm)?.['temperature'] === 0.8 ? 80 : 100) * jitter(arm, block),
    )
    expect(numCtx).toMatchObject({ axis: 'num_ctx', effect: 'none', same: [] })
    expect(temperature).toMatchObject({
      axis: 'temperature',
      effect: 'some',
      widest: { better: 0.2, worse: 0.8 },
    })
    const told = effectReport(sweep, temperature!)
    expect(told.ratio).toBeCloseTo(0.8, 2)
    expect(told.message).toMatch(
      /^temperature had an effect on output_throughput: 0.8 against 0.2 −2\d\.\d % \[−2\d\.\d, −(19|20)\.\d\], over 12 blocks\.$/,
    )
    expect(effectReport(sweep, numCtx!).message).toMatch(
      /^num_ctx had no effect on output_throughput that matters: its values differ by less than 5 %/,
    )
  })

  test('exact figures: three values, the extremes are named', () => {
    const rates: Record<string, number> = { 2048: 100, 4096: 110, 8192: 125 }
    const [numCtx, temperature] = effects((arm) => rates[String(settings.get(arm)?.['num_ctx'])] ?? 100)
    expect(numCtx!.widest).toMatchObject({ better: 8192, worse: 2048, contrast: { n: 12 } })
    expect(numCtx!.widest!.contrast.estimate).toBeCloseTo(Math.log(1.25), 12)
    expect(temperature).toMatchObject({
      effect: 'none',
      widest: { contrast: { estimate: 0, interval: [0, 0] } },
    })
  })

  test('values that the server runs alike have no effect by construction', () => {
    const configs = new Map(
      namesOf(sweep).map((arm) => [arm, `clamped, temperature ${String(settings.get(arm)!['temperature'])}`]),
    )
    const [numCtx, temperature] = effects(jitter, configs)
    expect(numCtx).toEqual({ axis: 'num_ctx', effect: 'none', same: [[2048, 4096, 8192]] })
    expect(effectReport(sweep, numCtx!)).toMatchObject({
      by_construction: true,
      blocks: 0,
      message: 'num_ctx had no effect by construction: the server treats 2048, 4096 and 8192 the same.',
    })
    expect(temperature!.same).toEqual([])
  })

  test('some values alike: said beside what the others do', () => {
    const numCtxOf = (arm: string) => Number(settings.get(arm)!['num_ctx'])
    const configs = new Map(
      namesOf(sweep).map((arm) => [
        arm,
        `${Math.max(4096, numCtxOf(arm))} ${String(settings.get(arm)!['temperature'])}`,
      ]),
    )
    const [numCtx] = effects((arm) => (settings.get(arm)?.['num_ctx'] === 8192 ? 80 : 100), configs)
    expect(numCtx).toMatchObject({ effect: 'some', same: [[2048, 4096]] })
    expect(effectReport(sweep, numCtx!).message).toMatch(
      / num_ctx 2048 and 4096 are the same to the server\.$/,
    )
  })

  test('an effect that the mean hides is found in its slice', () => {
    const rate: Rate = (arm) => {
      const { num_ctx, temperature } = settings.get(arm) ?? {}
      if (num_ctx === 2048) return temperature === 0.2 ? 120 : 100
      return num_ctx === 4096 ? (temperature === 0.2 ? 100 : 120) : 110
    }
    const [, temperature] = effects(rate)
    expect(temperature).toMatchObject({ effect: 'some', slice: 'num_ctx=2048' })
    expect(effectReport(sweep, temperature!)).toMatchObject({
      at: 'num_ctx=2048',
      message: 'temperature had no effect on output_throughput on average, but it has one at num_ctx=2048.',
    })
  })

  test('too few blocks decide nothing', () => {
    const [numCtx, temperature] = effects(
      (arm) => (settings.get(arm)?.['temperature'] === 0.8 ? 50 : 100),
      new Map(),
      5,
    )
    expect([numCtx!.effect, temperature!.effect]).toEqual(['inconclusive', 'inconclusive'])
    expect(effectReport(sweep, temperature!).message).toBe(
      'Whether temperature has an effect on output_throughput is undecided after 5 blocks (0.8 against 0.2 ~ −50.0 %).',
    )
  })

  test('nothing measured is no effect found, and an axis of one value is none', () => {
    const flat = sweepFor({ grid: { num_ctx: [2048], temperature: [0.2, 0.8] } })
    expect(axisEffects(flat, [], new Map(), DELTA)).toEqual([
      { axis: 'temperature', effect: 'inconclusive', same: [] },
    ])
  })
})
