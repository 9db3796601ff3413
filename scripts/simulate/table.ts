import { type Cell, factors, procedures } from './cells.ts'
import { noises } from './noise.ts'
import type { ValidityCell } from './validity.ts'

/** Rows of cells as a Markdown table, its columns padded so that it reads as plain text too. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  return [line(rows[0] ?? []), rule, ...rows.slice(1).map(line)].join('\n')
}

/** 0.0312 as 3.1 %. */
export function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)} %`
}

/** False alarms, power and trials of every procedure, one block of rows a noise. */
export function comparisonTable(cells: readonly Cell[]): string {
  const find = (procedure: string, noise: string, factor: number): Cell => {
    const cell = cells.find(
      (one) => one.procedure === procedure && one.noise === noise && one.factor === factor,
    )
    if (cell === undefined) throw new Error(`The simulation has no cell ${procedure}, ${noise}, ${factor}.`)
    return cell
  }
  const [same, ...slower] = factors
  const head = [
    'procedure',
    'noise',
    'A/A: red',
    'A/A: improved',
    ...slower.map((factor) => `+${percent(factor - 1, 0)}: red`),
    'trials, A/A',
    'trials, +10 %',
  ]
  const body = noises.flatMap(({ name }) =>
    procedures.map((procedure) => {
      const unchanged = find(procedure.name, name, same)
      return [
        procedure.name,
        name,
        percent(unchanged.regressed),
        percent(unchanged.improved),
        ...slower.map((factor) => percent(find(procedure.name, name, factor).regressed)),
        unchanged.trials.toFixed(1),
        find(procedure.name, name, 1.1).trials.toFixed(1),
      ]
    }),
  )
  return table([head, ...body])
}

/** What valid_rate says of arms that fail so often, a row a pair of rates. */
export function validityTable(cells: readonly ValidityCell[]): string {
  const head = [
    'failing: baseline, candidate',
    'regressed',
    'inconclusive',
    'unchanged',
    'improved',
    'unchanged though it failed',
    'interval holds the truth',
    'trials',
  ]
  const body = cells.map((cell) => [
    `${percent(cell.baseline, 0)}, ${percent(cell.candidate, 0)}`,
    percent(cell.regressed),
    percent(cell.inconclusive),
    percent(cell.unchanged),
    percent(cell.improved),
    percent(cell.unchangedThoughFailed),
    percent(cell.covered),
    cell.trials.toFixed(1),
  ])
  return table([head, ...body])
}
