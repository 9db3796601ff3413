/** One trial of either arm, moment by moment, on one axis: which calls ran, what each did, and when none ran. */
import { percent, quantity, toHtml, type Html } from '../../text/index.ts'
import type { Lane, Span, SpanPart, TrialTimes, Waterfall } from './picture.ts'
import { box, figure, fitted, scale, ticks, unbroken, width, type Scale } from './svg.ts'

const right = 12
const head = 20
const tall = 14

/** Most lanes of a trial that are drawn. */
const MOST_LANES = 12

/** How a part is drawn besides its color: from the top of its lane, and how high. */
const shapes: Readonly<Record<SpanPart, { from: number; high: number }>> = {
  load: { from: 0, high: tall },
  prompt: { from: 0, high: tall },
  thinking: { from: 3, high: tall - 6 },
  tokens: { from: 0, high: tall },
  other: { from: 5.5, high: 3 },
  tools: { from: 4, high: tall - 8 },
  own: { from: 6.5, high: 1.5 },
}

export function waterfall({ chosen, block, of, ratio, trials }: Waterfall): Html {
  const longest = Math.max(...trials.map(({ duration }) => duration))
  const left = trials.some(({ lanes }) => lanes.length > 1) ? 84 : 4
  const x = scale([0, longest], [left, width - right])
  const drawn: Html[] = []
  let y = 4
  for (const trial of trials) {
    const { content, bottom } = drawTrial(trial, y, x, left)
    drawn.push(content)
    y = bottom + 12
  }
  const which = chosen === 'median' ? 'the middle one' : 'the worst'
  return figure(
    'waterfall',
    y + 14,
    {
      caption: toHtml`<b>Block ${block}</b>, ${which} of ${of} by the change of its duration: ${unbroken(`${percent(ratio)} %`)}${hidden(trials)}.`,
      title: `Two trials of block ${block}, moment by moment`,
      description: trials.map(told).join(' '),
    },
    [axis(longest, x, y), ...drawn],
  )
}

function axis(longest: number, x: Scale, bottom: number): Html {
  const marks = ticks([0, longest], 5).map((tick) => {
    const text = quantity(tick, 'ms', longest).replace(/\.0+(?= )/, '')
    return toHtml`<path d="M${x(tick)} 20V${bottom - 4}" class="grid"/><text x="${x(tick)}" y="${bottom + 9}" text-anchor="${tick === 0 ? 'start' : x(tick) > width - 40 ? 'end' : 'middle'}" class="tick">${text}</text>`
  })
  return toHtml`${marks}`
}

function drawTrial(
  { arm, role, duration, lanes }: TrialTimes,
  top: number,
  x: Scale,
  left: number,
): { content: Html; bottom: number } {
  const parts: Html[] = []
  let y = top + head
  for (const lane of lanes.slice(0, MOST_LANES)) {
    const named = lane.stages.length > 0
    const bars = y + (named ? 13 : 0)
    if (left > 10) parts.push(fitted(lane.agent, left - 10, { x: 4, y: bars + 11 }))
    parts.push(...stageNames(lane, y + 9, x), ...laneParts(lane, bars, x))
    y = bars + tall + 4
  }
  const total = quantity(duration, 'ms')
  const content = toHtml`<g class="${role}">${fitted(arm, width - 90, { x: 4, y: top + 11, strong: true })}<text x="${width - right}" y="${top + 11}" text-anchor="end" class="tick">${total}</text>${parts}</g>`
  return { content, bottom: y }
}

/** Names of the outermost stages, where there is room. */
function stageNames({ stages: [row = []] }: Lane, y: number, x: Scale): Html[] {
  return row.flatMap(({ name, start, end }) => {
    const [from, to] = [x(start), x(end)]
    if (to - from < 24) return []
    return [
      toHtml`<path d="M${from} ${y + 2}v-9" class="begin"/>`,
      fitted(name, to - from - 4, { x: from + 4, y }),
    ]
  })
}

/** A path a part. Ends are rounded to whole units, so that a lane has no more boxes than units, and what is shorter has none. */
function laneParts({ calls, gaps }: Lane, y: number, x: Scale): Html[] {
  const spans: Span<SpanPart>[] = [...gaps, ...calls.flatMap(({ parts }) => parts)]
  return [...Map.groupBy(spans, ({ part }) => part)].map(([part, own]) => {
    const { from, high } = shapes[part]
    const boxes = own.flatMap(({ start, end }) => {
      const [at, to] = [Math.round(x(start)), Math.round(x(end))]
      return to > at ? box(at, y + from, to - at, high) : []
    })
    return toHtml`<path d="${boxes.join('')}" class="part ${part}"/>`
  })
}

function hidden(trials: readonly TrialTimes[]): string {
  const more = Math.max(...trials.map(({ lanes }) => lanes.length)) - MOST_LANES
  return more > 0 ? `; ${more} more lanes are in trace.json` : ''
}

/** `baseline: 1240 ms; load 12.0 ms, prompt 130 ms, tokens 1020 ms, own code 78.0 ms.` */
function told({ arm, duration, lanes }: TrialTimes): string {
  const spans: Span<SpanPart>[] = lanes.flatMap(({ calls, gaps }) => [
    ...calls.flatMap(({ parts }) => parts),
    ...gaps,
  ])
  const sums = [...Map.groupBy(spans, ({ part }) => part)].map(([part, own]) => {
    const ms = own.reduce((sum, { start, end }) => sum + end - start, 0)
    return `${part === 'own' ? 'own code' : part} ${quantity(ms, 'ms')}`
  })
  return `${arm}: ${quantity(duration, 'ms')}${lanes.length > 1 ? ` in ${lanes.length} lanes` : ''}; ${sums.join(', ')}.`
}
