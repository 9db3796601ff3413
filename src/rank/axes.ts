/**
 * What each option of a grid did. A slice is the points that differ in that option alone, so that within a block the
 * others are held fixed; two values of the option are compared by the mean of their difference over all slices.
 */
import type { Axis, RankedPlan } from '../judge/plan.ts'
import { defined } from '../optional.ts'
import { metrics } from '../metrics.ts'
import type { AxisEffect as EffectReport } from '../schema/generated.ts'
import { toRatio } from '../stats/index.ts'
import { valueText } from './grid.ts'
import { sweepTexts } from './messages.ts'
import { contrast, difference, isWithin, isWorse, reversed, type Contrast, type Track } from './tracks.ts'

/** One value of an axis against another. */
export interface Step {
  better: unknown
  worse: unknown
  /** Positive: what the worse value costs. */
  contrast: Contrast
}

/** What an axis did to the metric that ranks. */
export interface AxisEffect {
  axis: string
  /** none: no difference that matters, as a tested statement or because the server did the same; some: a detected difference. */
  effect: 'none' | 'some' | 'inconclusive'
  /** Values that are one to the server, in groups of two and more. */
  same: unknown[][]
  /** The two values that lie farthest apart; absent where nothing was measured, or all are the same to the server. */
  widest?: Step
  /** Where the mean over the slices hides it: the slice in which the axis does make a difference. */
  slice?: string
}

/**
 * The effect of every axis of the grid. `some` and a slice's exception need an interval without 0 beside all like tests
 * (Bonferroni); `none` needs every pair of values within ± delta, which is a separate test for each pair, all of which
 * must agree (Berger, "Multiparameter hypothesis testing and acceptance sampling", 1982), so only the axes share alpha.
 *
 * @param configs what the server made of each arm, by arm: equal texts are equal configs; an unknown one is missing
 * @param delta smallest log ratio that matters
 */
export function axisEffects(
  sweep: RankedPlan,
  tracks: readonly Track[],
  configs: ReadonlyMap<string, string>,
  delta: number,
): AxisEffect[] {
  const axes = sweep.ranking.axes.filter(({ values }) => values.length > 1)
  const known = axes.map((axis) => {
    const slices = slicesOf(sweep, axis)
    return { axis, slices, same: sameValues(axis, slices, configs) }
  })
  const isOne = ({ axis, same }: (typeof known)[number]): boolean =>
    same.some((group) => group.length === axis.values.length)
  // What is known needs no test.
  const tests = known.filter((one) => !isOne(one)).length
  return known.map((one) => {
    const { axis, slices, same } = one
    if (isOne(one)) return { axis: axis.name, effect: 'none', same }
    return { axis: axis.name, same, ...measured(sweep, axis, slices, tracks, delta, tests) }
  })
}

/** Arms that differ in this axis alone, one by value. */
interface Slice {
  name: string
  /** By the value as it is shown: values may be lists. */
  arms: ReadonlyMap<string, string>
}

function slicesOf({ candidates, ranking }: RankedPlan, axis: Axis): Slice[] {
  const others = ranking.axes.filter(({ name }) => name !== axis.name)
  const named = candidates.flatMap(({ arm, settings }) => {
    if (settings === undefined) return []
    const name = others.map((other) => `${other.name}=${valueText(settings[other.name])}`).join(' ')
    return { name, value: valueText(settings[axis.name]), arm: arm.name }
  })
  return [...Map.groupBy(named, ({ name }) => name)].map(([name, points]) => ({
    name,
    arms: new Map(points.map(({ value, arm }) => [value, arm])),
  }))
}

/** Values whose arms the server runs alike in every slice. */
function sameValues(
  { values }: Axis,
  slices: readonly Slice[],
  configs: ReadonlyMap<string, string>,
): unknown[][] {
  const key = (value: unknown): string => {
    const of = slices.map(({ arms }) => configs.get(arms.get(valueText(value)) ?? ''))
    return of.includes(undefined) ? `unknown ${valueText(value)}` : JSON.stringify(of)
  }
  return [...Map.groupBy(values, key).values()].filter((group) => group.length > 1)
}

function measured(
  sweep: RankedPlan,
  { values }: Axis,
  slices: readonly Slice[],
  tracks: readonly Track[],
  delta: number,
  axes: number,
): Omit<AxisEffect, 'axis' | 'same'> {
  const pairs = values.flatMap((a, i) =>
    values.slice(i + 1).map((b) => {
      const of = ({ arms }: Slice) => blockwise(tracks, arms.get(valueText(a)), arms.get(valueText(b)))
      return { a, b, bySlice: new Map(slices.map((slice) => [slice, of(slice)])) }
    }),
  )
  const test = ({ bySlice }: (typeof pairs)[number], tests: number): Contrast | undefined =>
    contrast(meanOver([...bySlice.values()]), sweep, axes * tests)
  const steps = pairs.flatMap((pair) => step(pair.a, pair.b, test(pair, pairs.length)) ?? [])
  const widest = steps.toSorted((a, b) => b.contrast.estimate - a.contrast.estimate)[0]
  if (widest === undefined) return { effect: 'inconclusive' }
  const tests = axes * pairs.length * slices.length
  const exception = slices.find((slice) =>
    pairs.some(({ bySlice }) =>
      matters(contrast([...(bySlice.get(slice)?.values() ?? [])], sweep, tests), delta),
    ),
  )
  if (steps.length === pairs.length && pairs.every((pair) => isWithin(test(pair, 1), delta))) {
    return exception === undefined
      ? { effect: 'none', widest }
      : { effect: 'some', widest, slice: exception.name }
  }
  return { effect: steps.some((one) => isWorse(one.contrast)) ? 'some' : 'inconclusive', widest }
}

/** Turned so that the cost is positive. */
function step(a: unknown, b: unknown, found: Contrast | undefined): Step | undefined {
  if (found === undefined) return undefined
  return found.estimate >= 0
    ? { better: b, worse: a, contrast: found }
    : { better: a, worse: b, contrast: reversed(found) }
}

function matters(found: Contrast | undefined, delta: number): boolean {
  if (found === undefined || Math.abs(found.estimate) < delta) return false
  return isWorse(found) || isWorse(reversed(found))
}

/** The difference of two arms, by block. */
function blockwise(
  tracks: readonly Track[],
  a: string | undefined,
  b: string | undefined,
): ReadonlyMap<number, number> {
  const [first, second] = [a, b].map((arm) => tracks.find((track) => track.arm === arm))
  if (first === undefined || second === undefined) return new Map()
  return difference(first, second)
}

/** The mean of each block over the slices that have it, blocks ascending. */
function meanOver(slices: readonly ReadonlyMap<number, number>[]): number[] {
  const blocks = [...new Set(slices.flatMap((slice) => [...slice.keys()]))].toSorted((a, b) => a - b)
  return blocks.map((block) => {
    const values = slices.flatMap((slice) => slice.get(block) ?? [])
    return values.reduce((sum, value) => sum + value, 0) / values.length
  })
}

/** An axis' effect as data and as a sentence. */
export function effectReport(
  { ranking: { rankBy }, rules }: RankedPlan,
  { axis, effect, same, widest, slice }: AxisEffect,
): EffectReport {
  const blocks = widest?.contrast.n ?? 0
  const data = { axis, effect, ...(same.length > 0 && { same }), ...defined({ at: slice }), blocks }
  if (widest === undefined)
    return effect === 'none'
      ? { ...data, by_construction: true, message: sweepTexts.sameToServer(axis, same.flat().map(valueText)) }
      : { ...data, message: sweepTexts.openEffect(axis, rankBy, undefined, 0) }
  const { worse, better, contrast: cost } = widest
  const change = toRatio(cost, metrics[rankBy].better)
  const step = sweepTexts.step(valueText(worse), valueText(better), change.ratio, change.interval)
  const sentence = (): string => {
    if (slice !== undefined) return sweepTexts.onlyAt(axis, rankBy, slice)
    if (effect === 'none') return sweepTexts.noEffect(axis, rankBy, rules[rankBy].threshold, step, blocks)
    return effect === 'some'
      ? sweepTexts.someEffect(axis, rankBy, step, blocks)
      : sweepTexts.openEffect(axis, rankBy, step, blocks)
  }
  const alike = same.map((group) => sweepTexts.alsoSame(axis, group.map(valueText)))
  return { ...data, worst: worse, best: better, ...change, message: [sentence(), ...alike].join('') }
}
