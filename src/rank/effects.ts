import { sweepTexts } from './messages.ts'
import { metrics } from '../metrics.ts'
import type { AxisEffect as EffectReport } from '../schema/generated.ts'
import { toRatio } from '../stats/index.ts'
import type { AxisEffect } from './axes.ts'
import { valueText } from './grid.ts'
import type { RankedPlan } from '../judge/plan.ts'

/** An axis' effect as data and as a sentence. */
export function effectReport(plan: RankedPlan, found: AxisEffect): EffectReport {
  const { axis, effect, same, widest, slice } = found
  const message =
    sentence(plan, found) +
    same
      .filter(() => widest !== undefined)
      .map((group) => sweepTexts.alsoSame(axis, group.map(valueText)))
      .join('')
  return {
    axis,
    effect,
    ...(widest === undefined && effect === 'none' && { by_construction: true }),
    ...(same.length > 0 && { same }),
    ...(widest !== undefined && {
      worst: widest.worse,
      best: widest.better,
      ...toRatio(widest.contrast, metrics[plan.ranking.rankBy].better),
    }),
    ...(slice !== undefined && { at: slice }),
    blocks: widest?.contrast.n ?? 0,
    message,
  }
}

function sentence(
  { ranking: { rankBy }, rules }: RankedPlan,
  { axis, effect, same, widest, slice }: AxisEffect,
): string {
  if (widest === undefined)
    return effect === 'none'
      ? sweepTexts.sameToServer(axis, same.flat().map(valueText))
      : sweepTexts.openEffect(axis, rankBy, undefined, 0)
  const { ratio, interval } = toRatio(widest.contrast, metrics[rankBy].better)
  const { n } = widest.contrast
  const step = sweepTexts.step(valueText(widest.worse), valueText(widest.better), ratio, interval)
  if (slice !== undefined) return sweepTexts.onlyAt(axis, rankBy, slice)
  if (effect === 'none') return sweepTexts.noEffect(axis, rankBy, rules[rankBy].threshold, step, n)
  return effect === 'some'
    ? sweepTexts.someEffect(axis, rankBy, step, n)
    : sweepTexts.openEffect(axis, rankBy, step, n)
}
