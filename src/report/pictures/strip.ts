/** The strip plot: every trial's value of one metric in the order they ran, so that drift, steps and outliers show. */
import { median, quantile } from '../../stats/index.ts'
import { quantity, toHtml, type Html } from '../../text/index.ts'
import { describeMachine, laneHeight, machineLane, machineText } from './lane.ts'
import type { Strip, StripPoint } from './picture.ts'
import { figure, scale, ticks, width, type Scale } from './svg.ts'

const height = 190
const frame = { left: 58, right: 10, top: 10, bottom: 34 }

/** Trials of an arm that a running median is taken over; with fewer than twice as many the median of all is drawn. */
const WINDOW = 9

/** Nothing where no trial has a value. */
export function strip({ metric, unit, points, trials, every }: Strip): Html | undefined {
  const values = points.flatMap(({ value }) => value ?? [])
  if (values.length === 0) return undefined
  const domain = range(values)
  const x = scale([0.5, trials + 0.5], [frame.left, width - frame.right])
  const y = scale(domain, [height - frame.bottom, frame.top])
  const arms = (['baseline', 'candidate'] as const).map((role) => ({
    role,
    own: points.filter((point) => point.role === role && point.value !== undefined),
  }))
  const scaled = unit === 'fraction' ? ' in %' : unit === 'count' ? '' : ` in ${unit}`
  const part = every > 1 ? `; one block in ${every} is drawn, of ${trials} trials` : ''
  const lane = machineLane(points, x, { left: frame.left, right: width - frame.right, top: height })
  return figure(
    'strip',
    lane === undefined ? height : height + laneHeight,
    {
      caption: toHtml`<b>${metric}</b>${scaled}${part}`,
      title: `${metric}, trial by trial`,
      description: `${describe(unit, arms)}${describeMachine(points)}`,
    },
    [
      ...grid(domain, y, unit),
      ...phases(points, x),
      links(points, x, y),
      ...arms.map(({ role, own }) => middle(role, own, x, y)),
      ...marks(points, x, y, domain, unit),
      toHtml`<text x="${frame.left}" y="${height - 4}" class="tick">trial 1</text><text x="${width - frame.right}" y="${height - 4}" text-anchor="end" class="tick">${trials}</text>`,
      ...(lane === undefined ? [] : [lane]),
    ],
  )
}

/** The values' range with some air; a far outlier is drawn at the edge and does not flatten the rest. */
function range(values: readonly number[]): [number, number] {
  const [q1, q3] = [quantile(values, 0.25), quantile(values, 0.75)]
  const far = 4 * (q3 - q1)
  const within = values.filter((value) => far === 0 || (value >= q1 - far && value <= q3 + far))
  const [low, high] = [Math.min(...within), Math.max(...within)]
  const air = (high - low) * 0.12 || high * 0.02 || 1
  return [low - air, high + air]
}

function grid(domain: [number, number], y: Scale, unit: string): Html[] {
  const marks = ticks(domain)
  const scaled = unit === 'fraction' ? 100 : 1
  const decimals = Math.max(
    ...marks.map((tick) => (String(Number((tick * scaled).toPrecision(6))).split('.')[1] ?? '').length),
  )
  return marks.map(
    (tick) =>
      toHtml`<line x1="${frame.left}" x2="${width - frame.right}" y1="${y(tick)}" y2="${y(tick)}" class="grid"/><text x="${frame.left - 8}" y="${y(tick) + 4}" text-anchor="end" class="tick">${(tick * scaled).toFixed(decimals)}${unit === 'fraction' ? ' %' : ''}</text>`,
  )
}

/** Where the fresh blocks of a confirmation begin. */
function phases(points: readonly StripPoint[], x: Scale): Html[] {
  const first = points.findIndex(({ phase }) => phase === 'confirm')
  const point = points[first]
  if (first < 1 || point === undefined) return []
  const at = x(point.order - 0.5)
  return [
    toHtml`<line x1="${at}" x2="${at}" y1="${frame.top}" y2="${height - frame.bottom}" class="phase"/><text x="${at + 4}" y="${frame.top + 8}" class="tick">confirmation</text>`,
  ]
}

/** What is compared, where a block has one trial of the baseline and one of a candidate. */
function links(points: readonly StripPoint[], x: Scale, y: Scale): Html {
  const within = (value: number): number => Math.min(height - frame.bottom, Math.max(frame.top, y(value)))
  const blocks = Map.groupBy(points, ({ phase, block, attempt }) => `${phase} ${block} ${attempt}`)
  const path = [...blocks.values()].flatMap((block) => {
    const ends = block.flatMap(({ order, value }) =>
      value === undefined ? [] : [`${x(order)} ${within(value)}`],
    )
    const isPair = block.length === 2 && block[0]?.role !== block[1]?.role
    return isPair && ends.length === 2 ? `M${ends.join('L')}` : []
  })
  return toHtml`<path d="${path.join('')}" class="link"/>`
}

/** How an arm drifts: its running median; a level line where it has too few trials for one. */
function middle(role: string, own: readonly StripPoint[], x: Scale, y: Scale): Html {
  const values = own.flatMap(({ value }) => value ?? [])
  // Of several arms at once a median says nothing of any.
  if (values.length === 0 || new Set(own.map(({ arm }) => arm)).size > 1) return toHtml``
  const path =
    values.length < 2 * WINDOW
      ? `M${frame.left} ${y(median(values))}H${width - frame.right}`
      : `M${values
          .slice(WINDOW - 1)
          .map((_, i) => {
            const at = x(own[i + (WINDOW - 1) / 2]?.order ?? 0)
            return `${at} ${y(median(values.slice(i, i + WINDOW)))}`
          })
          .join('L')}`
  return toHtml`<path d="${path}" class="middle ${role}"/>`
}

/** In a group an arm, which has their colors. */
function marks(
  points: readonly StripPoint[],
  x: Scale,
  y: Scale,
  domain: [number, number],
  unit: string,
): Html[] {
  return [
    ...Map.groupBy(points, ({ role, reason }) => (reason === undefined ? `dot ${role}` : 'invalid')),
  ].map(
    ([kind, own]) =>
      toHtml`<g class="${kind}">${own.flatMap((point) => mark(point, x, y, domain, unit) ?? [])}</g>`,
  )
}

function mark(
  { arm, role, phase, block, order, value, reason, machine }: StripPoint,
  x: Scale,
  y: Scale,
  [low, high]: [number, number],
  unit: string,
): Html | undefined {
  const at = x(order)
  const title = toHtml`<title>${arm}, ${phase} block ${block}: ${reason ?? quantity(value, unit)}${machineText(machine)}</title>`
  if (reason !== undefined)
    return toHtml`<path d="M${at - 3.5} ${height - frame.bottom + 7}l7 7m0-7l-7 7">${title}</path>`
  if (value === undefined) return undefined
  if (value > high) return toHtml`<path d="M${at - 4} ${frame.top + 6}h8l-4-7z">${title}</path>`
  if (value < low) return toHtml`<path d="M${at - 4} ${height - frame.bottom - 6}h8l-4 7z">${title}</path>`
  return toHtml`<circle cx="${at}" cy="${y(value)}" r="${role === 'baseline' ? 3.2 : 3.6}">${title}</circle>`
}

function describe(unit: string, arms: readonly { role: string; own: readonly StripPoint[] }[]): string {
  const parts = arms.flatMap(({ role, own }) => {
    const values = own.flatMap(({ value }) => value ?? [])
    if (values.length === 0) return []
    return `${role}: ${values.length} values, median ${quantity(median(values), unit)}, ${quantity(Math.min(...values), unit)} to ${quantity(Math.max(...values), unit)}`
  })
  return `${parts.join('. ')}.`
}
