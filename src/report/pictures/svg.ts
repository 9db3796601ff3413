/** What the pictures share: a frame with a caption and a text alternative, scales, ticks, coordinates short enough. */
import { clip, columns, toHtml, type Html } from '../../text/index.ts'

/** Units across a picture; at most as many pixels as a telephone has, so that its text stays legible there. */
export const width = 392

/** A picture in words: what it is, and what it shows to who cannot see it. */
export interface Words {
  caption: Html
  title: string
  description: string
}

export function figure(kind: string, height: number, words: Words, content: readonly Html[]): Html {
  return toHtml`<figure class="picture ${kind}"><figcaption>${words.caption}</figcaption>
<svg viewBox="0 0 ${width} ${short(height)}" role="img"><title>${words.title}</title><desc>${words.description}</desc>
${content}</svg></figure>`
}

/** As much of a text as fits into a number of units; its whole stays where the pointer rests. */
export function fitted(
  text: string,
  units: number,
  at: { x: number; y: number; end?: true; strong?: true },
): Html {
  const most = Math.floor(units / (at.strong ? 8 : 6.4))
  const isWhole = columns(text) <= most
  // A wide character takes two columns.
  const shown = isWhole
    ? text
    : clip(text, Math.max(1, Math.floor((most - 1) * (text.length / columns(text))))).text
  const end = at.end === undefined ? undefined : toHtml` text-anchor="end"`
  return toHtml`<text x="${short(at.x)}" y="${short(at.y)}" class="${at.strong ? 'arm' : 'tick'}"${end}>${isWhole ? shown : toHtml`<title>${text}</title>${shown}…`}</text>`
}

/** A figure stays on one line with its unit. */
export function unbroken(words: string): string {
  return words.replaceAll(' ', '\u00a0')
}

/** A rectangle as a part of a path: many of one kind are one element. */
export function box(x: number, y: number, wide: number, high: number): string {
  return `M${short(x)} ${short(y)}h${short(wide)}v${short(high)}h${short(-wide)}z`
}

/** Maps a value to a coordinate, linearly. */
export type Scale = (value: number) => number

/** A linear scale from [from, to] to [start, end]; a domain without extent maps to the middle. */
export function scale([from, to]: readonly [number, number], [start, end]: readonly [number, number]): Scale {
  const extent = to - from
  return (value) =>
    short(extent === 0 ? (start + end) / 2 : start + ((value - from) / extent) * (end - start))
}

/** The same on a logarithmic axis; what is not positive lies at its start. */
export function logScale([from, to]: readonly [number, number], range: readonly [number, number]): Scale {
  const linear = scale([Math.log(from), Math.log(to)], range)
  return (value) => linear(Math.log(Math.max(value, from)))
}

/** 1, 2 and 5 times the powers of ten within [from, to]; the powers alone where that were many. */
export function logTicks([from, to]: readonly [number, number], most = 7): number[] {
  const powers = Array.from(
    { length: Math.max(0, Math.floor(Math.log10(to)) - Math.floor(Math.log10(from)) + 1) },
    (_, i) => 10 ** (Math.floor(Math.log10(from)) + i),
  )
  const within = (factors: readonly number[]): number[] =>
    powers
      .flatMap((power) => factors.map((factor) => Number((factor * power).toPrecision(6))))
      .filter((tick) => tick >= from && tick <= to)
  const fine = within([1, 2, 5])
  return fine.length > most ? within([1]) : fine
}

/** A coordinate with one decimal. */
export function short(coordinate: number): number {
  return Math.round(coordinate * 10) / 10
}

/** Round numbers within [from, to], about `wanted` of them. */
export function ticks([from, to]: readonly [number, number], wanted = 4): number[] {
  const rough = (to - from) / wanted
  if (!(rough > 0)) return [from]
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10)
  const first = Math.ceil(from / step - 1e-9)
  const last = Math.floor(to / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}
