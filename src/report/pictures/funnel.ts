/** The funnel: the interval of one comparison at every look, down to the one that its verdict rests on. */
import type { Comparison } from '../../schema/generated.ts'
import { change, count, interval, signed, threshold, toHtml, type Html } from '../../text/index.ts'
import { inThresholds } from './forest.ts'
import type { Funnel } from './picture.ts'
import { figure, scale, short, unbroken, width, type Scale } from './svg.ts'

const frame = { left: 74, right: 14, top: 24 }
const step = 15

/** The axis in thresholds: how far it reaches either way, and where a place on it is drawn. */
interface Axis {
  extent: number
  x: Scale
  place: (value: number) => number
}

/** Nothing where no look had an interval, or there is no threshold to hold it against. */
export function funnel({ label, comparison, fresh }: Funnel): Html | undefined {
  const { looks = [], verdict, difference } = comparison
  const place = inThresholds(comparison)
  if (place === undefined || looks.length === 0) return undefined
  const reaches = looks.map((look) => Math.max(...look.interval.map((end) => Math.abs(place(end)))))
  if (!reaches.every(Number.isFinite)) return undefined
  const extent = reachOf(reaches)
  const axis: Axis = { extent, place, x: scale([-extent, extent], [frame.left, width - frame.right]) }
  const limit = threshold(comparison)
  const steps = looks.map(
    (look) => `after ${count(look.blocks, 'block')} ${interval({ interval: look.interval, difference })}`,
  )
  return figure(
    'funnel',
    frame.top + looks.length * step + 22,
    {
      caption: toHtml`<b>${label}</b> ${unbroken(change(comparison))}, ${verdict}; threshold ${unbroken(limit)}${fresh ? ', on fresh blocks' : undefined}`,
      title: `${label}: the interval at every look`,
      description: `In ${difference === undefined ? 'percent' : 'points'}: ${steps.join(', ')}. The threshold is ${limit}. Verdict: ${verdict}.`,
    },
    [
      background(comparison, axis, frame.top + looks.length * step),
      ...looks.map((look, i) =>
        line(look, frame.top + (i + 0.5) * step, axis, i === looks.length - 1 ? verdict : undefined),
      ),
      estimate(comparison, axis, frame.top + (looks.length - 0.5) * step),
    ],
  )
}

/** As far as the last look and most of the others; the widest, which are the first, end in arrows. */
function reachOf(reaches: readonly number[]): number {
  const typical = reaches.toSorted((a, b) => a - b)[Math.floor(reaches.length * 0.7)] ?? 0
  return Math.max(2, 1.1 * typical, 1.15 * (reaches.at(-1) ?? 0))
}

/** The band, its middle, and round changes in percent or points along the axis. */
function background(comparison: Comparison, { x, place }: Axis, bottom: number): Html {
  const isRatio = comparison.difference === undefined
  const marks = axisTicks(isRatio, (percent) => x(place(percent / 100 + (isRatio ? 1 : 0)))).map(
    ({ percent, at }) =>
      toHtml`<text x="${at}" y="${bottom + 16}" text-anchor="middle" class="tick">${percent === 0 ? '0' : signed(percent).replace(/\.0$/, '')}${isRatio ? ' %' : undefined}</text>`,
  )
  return toHtml`<rect x="${x(-1)}" y="${frame.top - 6}" width="${short(x(1) - x(-1))}" height="${bottom - frame.top + 6}" class="band"/><line x1="${x(0)}" x2="${x(0)}" y1="${frame.top - 10}" y2="${bottom}" class="zero"/><text x="${frame.left}" y="11" class="tick">better</text><text x="${width - frame.right}" y="11" text-anchor="end" class="tick">worse</text>${marks}`
}

/** Round changes, the outermost first, as far apart as their texts are wide; no change has one in any case. */
function axisTicks(isRatio: boolean, x: (percent: number) => number): { percent: number; at: number }[] {
  const sizes = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]
  const losses = isRatio ? [...sizes.filter((size) => size < 75), 75, 90, 95, 99] : sizes
  const all = [...sizes, ...losses.map((size) => -size)].map((percent) => ({ percent, at: x(percent) }))
  const shown = [{ percent: 0, at: x(0) }]
  const reach = (at: number): number => Math.abs(at - x(0))
  for (const tick of all.toSorted((a, b) => reach(b.at) - reach(a.at)))
    if (
      tick.at > frame.left &&
      tick.at < width - frame.right &&
      shown.every(({ at }) => Math.abs(at - tick.at) > 52)
    )
      shown.push(tick)
  return shown
}

function line(
  look: { blocks: number; interval: readonly number[] },
  y: number,
  { extent, x, place }: Axis,
  verdict: string | undefined,
): Html {
  const ends = look.interval.map(place)
  const [low, high] = [Math.min(...ends), Math.max(...ends)]
  const [from, to] = [x(Math.max(low, -extent)), x(Math.min(high, extent))]
  const cap = (at: number, side: 1 | -1, beyond: boolean): Html =>
    beyond
      ? toHtml`<path d="M${at} ${y}l${-6 * side}-4v8z" class="arrow"/>`
      : toHtml`<path d="M${at} ${y - 4}v8"/>`
  return toHtml`<g class="look${verdict && ` last v-${verdict}`}"><text x="${frame.left - 8}" y="${y + 4}" text-anchor="end" class="tick">${count(look.blocks, 'block')}</text><path d="M${from} ${y}H${to}"/>${[cap(from, -1, low < -extent), cap(to, 1, high > extent)]}</g>`
}

function estimate({ ratio, difference, verdict }: Comparison, { extent, x, place }: Axis, y: number): Html {
  const at = place(difference ?? ratio ?? 1)
  return Math.abs(at) <= extent
    ? toHtml`<path d="M${short(x(at) - 5)} ${y}l5-5 5 5-5 5z" class="estimate v-${verdict}"/>`
    : toHtml``
}
