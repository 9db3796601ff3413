/** Notes on a new run against its history: how the interval is made, what it takes, what was left out. */
import { count } from '../text/index.ts'
import { NEEDED_RUNS } from './history.ts'
import type { Unnoted } from './model.ts'
import { byChance, share } from './within.ts'

/** The rows' notes, and the order's. */
export function historyNotes({ reports, tables }: Unnoted): string[] {
  const rows = tables.flatMap((table) => table.rows.flatMap(({ history }) => history ?? []))
  const judged = rows.filter(({ prediction }) => prediction !== undefined).length
  const partial = rows.filter(({ runs }) => runs < reports.length - 1).length
  const of = (n: number): string => (n === rows.length ? 'every row' : `${n} of ${count(rows.length, 'row')}`)
  return [
    `Prediction: ${share} interval for the next run's median if nothing has changed, exp(m ± t s √(1 + 1/n)) over the logarithms of the earlier medians (Hahn and Meeker, Statistical Intervals, 1991); assumes independent runs.`,
    "Earlier: geometric mean of the earlier runs' medians. Change: the new median against it, with the interval that the prediction gives.",
    "Verdict: as in a run, against the suite's threshold or its absolute floor, whichever is greater.",
    ...(judged > 0
      ? [`Of ${count(judged, 'row')} about ${byChance(judged)} would lie outside by chance alone.`]
      : []),
    ...(partial > 0
      ? [
          `History counts runs of the same setup only: for ${of(partial)} some earlier reports have another setup or lack the arm.`,
        ]
      : []),
    ...(judged < rows.length
      ? [
          `No verdict for ${of(rows.length - judged)}: a verdict takes ${NEEDED_RUNS} earlier runs of one setup.`,
        ]
      : []),
    ...orderNote(reports),
  ]
}

function orderNote(reports: Unnoted['reports']): string[] {
  const last = reports.at(-1)
  if (last === undefined) return []
  const later = reports.filter((one) => Date.parse(one.started_at) > Date.parse(last.started_at)).length
  return later === 0
    ? []
    : [`${last.label} is judged because it was named last, but ${count(later, 'report')} started after it.`]
}
