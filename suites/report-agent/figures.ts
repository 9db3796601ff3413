/**
 * Performance figures of benchmark files: every number whose name speaks of speed, by name, over all files.
 * Names keep their unit (`ttft_s`, `latency_ms`), because a figure without its unit is none.
 */
import type { BenchmarkFile, Inventory } from './inventory.ts'

export interface Figure {
  name: string
  n: number
  median: number
  min: number
  max: number
}

const SPEAKS_OF_SPEED = /tok|throughput|latency|ttft|speed/

/** The figures of all files, those with the most values first, then by name. */
export function figuresOf({ files }: Inventory): Figure[] {
  const values = new Map<string, number[]>()
  for (const [name, value] of files.flatMap(numbersOf)) {
    const key = snakeCase(name)
    if (!SPEAKS_OF_SPEED.test(key) || !Number.isFinite(value)) continue
    values.set(key, [...(values.get(key) ?? []), value])
  }
  return [...values]
    .map(([name, some]) =>
      figure(
        name,
        some.sort((a, b) => a - b),
      ),
    )
    .sort((a, b) => b.n - a.n || (a.name < b.name ? -1 : 1))
}

/** `- ttft_ms: median 41.2, 38 to 55 (12 values)`, the first `count` of them. */
export function figureLines(figures: readonly Figure[], count: number): string {
  return figures
    .slice(0, count)
    .map(
      ({ name, n, median, min, max }) =>
        `- ${name}: median ${short(median)}, ${short(min)} to ${short(max)} (${n} values)`,
    )
    .join('\n')
}

function numbersOf({ type, content }: BenchmarkFile): [string, number][] {
  if (type === 'csv') return csvNumbers(content as string[][])
  return type === 'json' ? jsonNumbers(content) : markdownNumbers(content as string[])
}

function csvNumbers([header = [], ...rows]: readonly string[][]): [string, number][] {
  return rows.flatMap((row) =>
    row.flatMap((cell, column): [string, number][] =>
      cell === '' ? [] : [[header[column] ?? '', Number(cell)]],
    ),
  )
}

/** A number's name is the key it stands under, of a list that of the list; below a speed, the speed's name leads. */
function jsonNumbers(value: unknown, name = ''): [string, number][] {
  if (typeof value === 'number') return [[name, value]]
  if (Array.isArray(value)) return value.flatMap((item) => jsonNumbers(item, name))
  if (typeof value !== 'object' || value === null) return []
  const lead = SPEAKS_OF_SPEED.test(snakeCase(name)) ? `${name}_` : ''
  return Object.entries(value).flatMap(([key, item]) => jsonNumbers(item, `${lead}${key}`))
}

/** List items and table rows that give a name and a number: `- TTFT (ms): 41.2`, `| Throughput | 85 tok/s |`. */
function markdownNumbers(lines: readonly string[]): [string, number][] {
  return lines.flatMap((line): [string, number][] => {
    const [, name, value] =
      /^\s*[-*|]\s*\**([A-Za-z][\w ()/-]*?)\**\s*[:|]\**\s*(-?\d+(?:\.\d+)?)(?![\d-])/.exec(line) ?? []
    return name === undefined ? [] : [[name, Number(value)]]
  })
}

function snakeCase(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '')
}

function figure(name: string, sorted: readonly number[]): Figure {
  const middle = (sorted.length - 1) / 2
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]]
  return {
    name,
    n: sorted.length,
    median: (low + high) / 2,
    min: sorted[0] ?? low,
    max: sorted.at(-1) ?? high,
  }
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)))
}
