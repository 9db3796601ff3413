/** The strip plot: every trial's value of one metric in the order they ran, so that drift, steps and outliers show. */
import { findCacheHits } from '../../judge/counters.ts'
import { trialValues } from '../../judge/values.ts'
import { metrics, type MetricName } from '../../metrics.ts'
import type { Trial } from '../../schema/generated.ts'
import { median, quantile } from '../../stats/index.ts'
import { quantity, toHtml, type Html } from '../../text/index.ts'
import { centre, isMeasured } from '../document/trials.ts'
import { scale, ticks, type Scale } from './svg.ts'

const width = 420
const height = 190
const frame = { left: 58, right: 10, top: 10, bottom: 34 }

/** Most trials drawn; of more, every k-th is. */
const mostPoints = 240

interface Point {
  trial: Trial
  order: number
  value: number | undefined
}

/** A figure of one metric of a suite's trials, or nothing where it was not measured. */
export function strip(metric: MetricName, trials: readonly Trial[]): Html | undefined {
  const { unit } = metrics[metric]
  const judged = trials.filter(isMeasured)
  const hits = findCacheHits(trials)
  const every = Math.ceil(judged.length / mostPoints)
  const points = judged
    .map((trial, i): Point => ({
      trial,
      order: i + 1,
      value: trial.valid ? trialValues(trial, hits).get(metric) : undefined,
    }))
    .filter((_, i) => i % every === 0)
  const values = points.flatMap(({ value }) => value ?? [])
  if (values.length === 0) return undefined
  const domain = range(values)
  const x = scale([0.5, judged.length + 0.5], [frame.left, width - frame.right])
  const y = scale(domain, [height - frame.bottom, frame.top])
  const roles = ['baseline', 'candidate'] as const
  const arms = roles.map((role) => ({ role, points: points.filter(({ trial }) => trial.role === role) }))
  return toHtml`<figure class="strip"><figcaption><b>${metric}</b>${unit === 'fraction' || unit === 'count' ? '' : ` in ${unit}`}, trials in the order they ran${every > 1 ? `; every ${every}th of ${judged.length} is drawn` : ''}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${describe(metric, unit, arms)}">
${grid(domain, y, unit)}${phases(judged, x)}${arms.map((arm) => middle(arm.role, arm.points, y))}${points.map((point) => mark(point, x, y, domain, unit))}
<text x="${frame.left}" y="${height - 4}" class="tick">trial 1</text><text x="${width - frame.right}" y="${height - 4}" text-anchor="end" class="tick">${judged.length}</text></svg></figure>`
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
function phases(judged: readonly Trial[], x: Scale): Html | undefined {
  const first = judged.findIndex((trial) => trial.phase === 'confirm')
  if (first < 1) return undefined
  const at = x(first + 0.5)
  return toHtml`<line x1="${at}" x2="${at}" y1="${frame.top}" y2="${height - frame.bottom}" class="phase"/><text x="${at + 4}" y="${frame.top + 8}" class="tick">confirmation</text>`
}

function middle(role: string, points: readonly Point[], y: Scale): Html | undefined {
  const value = centre(points.map((point) => point.value))
  if (value === undefined) return undefined
  const at = y(value)
  return toHtml`<line x1="${frame.left}" x2="${width - frame.right}" y1="${at}" y2="${at}" class="middle ${role}"/>`
}

function mark(
  { trial, order, value }: Point,
  x: Scale,
  y: Scale,
  [low, high]: [number, number],
  unit: string,
): Html | undefined {
  const at = x(order)
  const title = toHtml`<title>${trial.arm}, ${trial.phase} block ${trial.block}: ${trial.valid ? quantity(value, unit) : trial.invalid_reason}</title>`
  if (!trial.valid)
    return toHtml`<path d="M${at - 3.5} ${height - frame.bottom + 7}l7 7m0-7l-7 7" class="invalid">${title}</path>`
  if (value === undefined) return undefined
  if (value > high)
    return toHtml`<path d="M${at - 4} ${frame.top + 6}h8l-4-7z" class="dot ${trial.role}">${title}</path>`
  if (value < low)
    return toHtml`<path d="M${at - 4} ${height - frame.bottom - 6}h8l-4 7z" class="dot ${trial.role}">${title}</path>`
  return toHtml`<circle cx="${at}" cy="${y(value)}" r="${trial.role === 'baseline' ? 3.2 : 3.6}" class="dot ${trial.role}">${title}</circle>`
}

function describe(
  metric: string,
  unit: string,
  arms: readonly { role: string; points: readonly Point[] }[],
): string {
  const parts = arms.flatMap(({ role, points }) => {
    const values = points.flatMap(({ value }) => value ?? [])
    if (values.length === 0) return []
    return `${role}: ${values.length} values, median ${quantity(median(values), unit)}, ${quantity(Math.min(...values), unit)} to ${quantity(Math.max(...values), unit)}`
  })
  return `${metric}. ${parts.join('. ')}`
}
