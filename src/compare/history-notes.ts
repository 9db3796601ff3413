/** Notes on a new run against its history: how the interval is made, what it takes, what was left out. */
import { count } from '../text/index.ts'
import { NEEDED_RUNS } from './history.ts'
import type { Unnoted } from './model.ts'
import { byChance, share } from './within.ts'

/** The rows' notes, and the order's. */
export function historyNotes({ reports, tables }: Unnoted): string[] {
  const rows = tables.flatMap((table) => table.rows).filter(({ history }) => history !== undefined)
  const judged = rows.filter(({ history }) => history!.prediction !== undefined).length
  const partial = rows.filter(({ history }) => history!.runs < reports.length - 1).length
  const of = (n: number): string => (n === rows.length ? 'every row' : `${n} of ${count(rows.length, 'row')}`)
  return [
    `earlier: geometric mean of the runs' medians. prediction: where the next run's median falls with ${share} if nothing has changed, exp(m ± t s √(1 + 1/n)) over the logarithms of the earlier medians (Hahn and Meeker, Statistical Intervals, 1991); it takes the runs for independent. The change is the new median against the earlier ones, its interval the prediction turned around; the verdict reads it by the threshold, which is the suite's, or its absolute floor where that is more.`,
    ...(judged > 0
      ? [`Of ${count(judged, 'row')} about ${byChance(judged)} would lie outside by chance alone.`]
      : []),
    ...(partial > 0
      ? [
          `Only runs of one setup are a history: for ${of(partial)} some of the earlier reports have another setup or lack the arm.`,
        ]
      : []),
    ...(judged < rows.length
      ? [`No verdict for ${of(rows.length - judged)}: it takes ${NEEDED_RUNS} earlier runs of one setup.`]
      : []),
    ...orderNote(reports),
  ]
}

function orderNote(reports: Unnoted['reports']): string[] {
  const last = reports.at(-1)!
  const later = reports.filter((one) => Date.parse(one.started_at) > Date.parse(last.started_at)).length
  return later === 0
    ? []
    : [`${last.label} is judged because it was named last, but ${count(later, 'report')} started after it.`]
}
