/** Times between chunks as cumulative curves, one over the other: the further right a curve ends, the longer the pauses. */
import type { Gaps } from '../../schema/generated.ts'
import { count, quantity, toHtml, type Html } from '../../text/index.ts'
import type { GapCurves } from './picture.ts'
import { figure, logScale, logTicks, scale, short, unbroken, width, type Scale } from './svg.ts'

const height = 210
const frame = { left: 46, right: 14, top: 12, bottom: 34 }

export function gapCurves({ arms }: GapCurves): Html | undefined {
  if (arms.length === 0) return undefined
  const ends = arms.flatMap(({ gaps }) => [lowest(gaps), gaps.quantiles.at(-1) ?? 0])
  const domain: [number, number] = [Math.min(...ends) * 0.9, Math.max(...ends) * 1.1]
  if (!(domain[0] > 0)) return undefined
  const x = logScale(domain, [frame.left, width - frame.right])
  const y = scale([0, 1], [height - frame.bottom, frame.top])
  return figure(
    'gaps',
    height,
    {
      caption: toHtml`<b>Gaps between chunks</b>: the fraction up to each length, to the longest one (×). Dotted are pauses, gaps longer than five median ones; ${arms.map(pausesOf).join(', ')}.`,
      title: 'Distribution of the gaps between chunks',
      description: arms.map(({ role, gaps }) => `${role}: ${told(gaps)}.`).join(' '),
    },
    [
      ...[0, 0.25, 0.5, 0.75, 1].map(
        (part) =>
          toHtml`<line x1="${frame.left}" x2="${width - frame.right}" y1="${y(part)}" y2="${y(part)}" class="grid"/><text x="${frame.left - 8}" y="${y(part) + 4}" text-anchor="end" class="tick">${part * 100} %</text>`,
      ),
      ...logTicks(domain).map(
        (tick) =>
          toHtml`<path d="M${x(tick)} ${height - frame.bottom}v4" class="axis"/><text x="${x(tick)}" y="${height - frame.bottom + 17}" text-anchor="middle" class="tick">${tickText(tick)}</text>`,
      ),
      ...arms.map(({ role, gaps }) => curve(role, gaps, x, y)),
    ],
  )
}

/** The 1st percentile: a single gap that the clock could not resolve does not stretch the axis. */
function lowest({ quantiles }: Gaps): number {
  return quantiles.slice(1).find((value) => value > 0) ?? 0
}

/** Solid up to the pauses, dotted from there, a cross at its end. */
function curve(role: string, { quantiles, pauses, n }: Gaps, x: Scale, y: Scale): Html {
  const paused = 1 - pauses.n / n
  const points = quantiles.map((value, i) => ({ at: x(value), part: i / 100 }))
  const edge = { at: x(pauses.limit), part: paused }
  const last = points.at(-1) ?? edge
  const path = (some: readonly { at: number; part: number }[]): string =>
    `M${some.map(({ at, part }) => `${at} ${y(part)}`).join('L')}`
  if (pauses.n === 0)
    return toHtml`<path d="${path(points)}" class="curve ${role}"/>${cross(role, last.at, y(1))}`
  const before = [...points.filter(({ at, part }) => part < paused && at <= edge.at), edge]
  const after = [edge, ...points.filter(({ part }) => part > paused)]
  return toHtml`<path d="${path(before)}" class="curve ${role}"/><path d="${path(after)}" class="curve pauses ${role}"/>${cross(role, last.at, y(1))}`
}

function pausesOf({ role, gaps: { pauses } }: GapCurves['arms'][number]): string {
  return `${unbroken(quantity(pauses.time, 'fraction'))} of the time of the ${role}`
}

function cross(role: string, x: number, y: number): Html {
  return toHtml`<path d="M${short(x - 4)} ${short(y - 4)}l8 8m0-8l-8 8" class="longest ${role}"/>`
}

function tickText(ms: number): string {
  return ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`
}

/** `12,480 gaps, median 8.31 ms, longest 1.20 s, 14 pauses that take 3.1 % of the time` */
function told({ n, quantiles, pauses }: Gaps): string {
  const longest = quantity(quantiles[100], 'ms')
  return `${count(n, 'gap')}, median ${quantity(quantiles[50], 'ms')}, longest ${longest}, ${count(pauses.n, 'pause')} of more than ${quantity(pauses.limit, 'ms')} that take ${quantity(pauses.time, 'fraction')} of the time`
}
