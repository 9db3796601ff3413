/** Pieces of text that the columns of both modes are made of. */
import { absent, percent, quantity } from '../report/format.ts'
import type { Row, Value } from './model.ts'

/** A column of one metric's table. */
export interface Column {
  heading: string
  cell: (row: Row) => string
}

/** A report's value in its row: `526 ms ± 2.2 %`, of valid_rate `94.4 % (17 of 18)`. */
export function valueCell({ values }: Row, report: number, unit: string): string {
  const value = values.find((one) => one.report === report)
  if (value === undefined) return absent
  if (value.valid !== undefined) return `${quantity(value.median, unit)} (${value.valid} of ${value.n})`
  const text = quantity(value.median, unit, largest(values))
  return value.cv === undefined ? `${text} (n=${value.n})` : `${text} ± ${spread(value.cv)}`
}

function spread(cv: number): string {
  return `${(cv * 100).toFixed(cv < 0.1 ? 1 : 0)} %`
}

function largest(values: readonly Value[]): number {
  return Math.max(...values.map(({ median }) => median))
}

/** `[-3.1, +1.2]` */
export function ends([lower, upper]: readonly [number, number]): string {
  return `[${percent(lower)}, ${percent(upper)}]`
}
