/** A sweep's grid as a map: the darker a field, the better; fields of one rank with others are hatched. */
import { estimate, toHtml, type Html } from '../../text/index.ts'
import type { HeatCell, HeatMap } from './picture.ts'
import { figure, fitted, short, width } from './svg.ts'

const left = 130
const top = 34
const high = 30
const gap = 2

export function heatMap({ metric, across, down, columns, rows }: HeatMap): Html {
  const wide = (width - left) / columns.length
  const cells = rows.flatMap((row) => row.cells.flatMap((one) => one ?? []))
  return figure(
    'heat',
    top + rows.length * high + 4,
    {
      caption: toHtml`<b>${metric}</b> over the grid, against the baseline. Darker is better; the number is the rank, and candidates that share theirs are hatched.`,
      title: `${metric} over the grid`,
      description: `${cells.map((one) => `${one.arm}: ${rankText(one)}, ${estimate(one)}`).join('. ')}.`,
    },
    [
      fitted(across, width - left, { x: left, y: 12 }),
      fitted(down, left - 10, { x: left - 8, y: top - 6, end: true }),
      ...columns.map((name, i) => fitted(name, wide, { x: left + i * wide + 2, y: top - 6 })),
      ...rows.flatMap(({ label, cells: own }, i) => [
        fitted(label, left - 10, { x: left - 8, y: top + i * high + high / 2 + 4, end: true }),
        ...own.flatMap((one, k) =>
          one === undefined ? [] : field(one, left + k * wide, top + i * high, wide - gap),
        ),
      ]),
    ],
  )
}

function field(cell: HeatCell, x: number, y: number, wide: number): Html {
  const middle = short(x + wide / 2)
  const size = toHtml`x="${short(x)}" y="${short(y)}" width="${short(wide)}" height="${high - gap}"`
  const second =
    wide >= 44
      ? toHtml`<text x="${middle}" y="${short(y + 24)}" text-anchor="middle" class="small">${estimate({ ...cell, isNone: false })}</text>`
      : undefined
  return toHtml`<g class="${cell.rank === undefined ? 'unranked' : 'field'}"><title>${cell.arm}: ${rankText(cell)}, ${estimate(cell)}</title><rect ${size} class="paper"/><rect ${size} class="shade" fill-opacity="${(0.08 + 0.52 * cell.shade).toFixed(2)}"/>${cell.tied ? toHtml`<path d="${hatch(x, y, wide, high - gap)}" class="hatch"/>` : undefined}<text x="${middle}" y="${short(second === undefined ? y + 18 : y + 13)}" text-anchor="middle">${cell.rank === undefined ? '–' : `${cell.rank}${cell.tied ? '=' : ''}`}</text>${second}</g>`
}

/** Slanted lines within a rectangle; a pattern would need a reference, and the page allows none. */
function hatch(x: number, y: number, wide: number, tall: number): string {
  const lines: string[] = []
  for (let at = 6; at < wide + tall; at += 6) {
    const [x1, y1] = at <= wide ? [x + at, y] : [x + wide, y + at - wide]
    const [x2, y2] = at <= tall ? [x, y + at] : [x + at - tall, y + tall]
    lines.push(`M${short(x1)} ${short(y1)}L${short(x2)} ${short(y2)}`)
  }
  return lines.join('')
}

function rankText({ rank, tied, same_as: same }: HeatCell): string {
  const twin = same === undefined ? '' : `, same as ${same}`
  return `${rank === undefined ? 'not ranked' : `rank ${rank}${tied ? ', shared' : ''}`}${twin}`
}
