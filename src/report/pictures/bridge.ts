/** Where a change comes from: steps that lead from one value to the other, each as long as what it adds or takes away. */
import { difference, quantity, toHtml, type Html } from '../../text/index.ts'
import type { Bridge } from './picture.ts'
import { box, figure, fitted, scale, short, width, type Scale } from './svg.ts'

const frame = { left: 204, right: 66, top: 6 }
const row = 22
const bar = 12

export function bridge({ before, after, steps }: Bridge): Html {
  const reached = steps.reduce<number[]>(
    (sums, { change }) => [...sums, (sums.at(-1) ?? before) + change],
    [],
  )
  const levels = [before, ...reached, after]
  const [low, high] = [Math.min(...levels), Math.max(...levels)]
  // The ends are cut where the steps would be too short to see; the axis says so.
  const from = low - (high - low) > 0 ? low - 0.35 * (high - low) : 0
  const x = scale([from, high], [frame.left, width - frame.right])
  const like = Math.max(before, after)
  const cut = from > 0 ? ' The bars of the whole are cut at the left.' : ''
  return figure(
    'bridge',
    frame.top + (steps.length + 2) * row,
    {
      caption: toHtml`<b>Where trial_duration moved</b>: from the baseline to the candidate, in steps that add up.${cut}`,
      title: 'Parts of the change of trial_duration',
      description: `From ${quantity(before, 'ms', like)} to ${quantity(after, 'ms', like)}: ${steps.map(({ label, change }) => `${label} ${amount(change)}`).join(', ')}.`,
    },
    [
      total('baseline', before, 0, from, x, like),
      ...steps.map(({ label, change }, i) => step(label, change, reached[i - 1] ?? before, i + 1, x)),
      total('candidate', after, steps.length + 1, from, x, like),
    ],
  )
}

function total(
  role: 'baseline' | 'candidate',
  value: number,
  i: number,
  from: number,
  x: Scale,
  like: number,
): Html {
  const y = frame.top + i * row
  return toHtml`${label(role, y)}<path d="${box(x(from), y, x(value) - x(from), bar)}" class="total ${role}"/>${figureText(x(value), y, quantity(value, 'ms', like))}`
}

/** From where the one before ended; a thin line carries the level down. */
function step(name: string, change: number, start: number, i: number, x: Scale): Html {
  const y = frame.top + i * row
  const [from, to] = [x(Math.min(start, start + change)), x(Math.max(start, start + change))]
  return toHtml`${label(name, y)}<path d="M${x(start)} ${short(y - row + bar)}V${y + bar}" class="carry"/><path d="${box(from, y, Math.max(1, to - from), bar)}" class="${change > 0 ? 'longer' : 'shorter'}"/>${figureText(to, y, amount(change))}`
}

function label(text: string, y: number): Html {
  return fitted(text, frame.left - 12, { x: frame.left - 8, y: y + 10, end: true })
}

function figureText(x: number, y: number, text: string): Html {
  return toHtml`<text x="${short(x + 6)}" y="${y + 10}" class="tick">${text}</text>`
}

function amount(change: number): string {
  return difference(change, 'ms', [change, change])
}
