/** What the charts share: a scale, its ticks, coordinates short enough to keep the page small. */

/** Maps a value to a coordinate, linearly. */
export type Scale = (value: number) => number

/** A linear scale from [from, to] to [start, end]; a domain without extent maps to the middle. */
export function scale([from, to]: readonly [number, number], [start, end]: readonly [number, number]): Scale {
  const extent = to - from
  return (value) =>
    short(extent === 0 ? (start + end) / 2 : start + ((value - from) / extent) * (end - start))
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
