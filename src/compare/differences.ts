/** In what several reports are not alike, arm by arm, and whether that forbids the comparison. */
import { compareErrors } from './messages.ts'
import { count } from '../text/index.ts'
import { oneLine } from '../text/index.ts'
import type { Environment } from '../schema/generated.ts'
import type { ArmRow, Place } from './arms.ts'
import {
  compareParts,
  fingerprintOf,
  isForbidden,
  type Difference,
  type Fingerprint,
  type Meant,
} from './fingerprint.ts'
import type { ReportDifference } from './model.ts'

/** Each difference once, with the arms it concerns: between a report and the latest earlier one that knows the part. */
export function collectDifferences(
  arms: readonly ArmRow[],
  environments: readonly Environment[],
): ReportDifference[] {
  const found = new Map<string, ReportDifference>()
  for (const { label, places } of arms) {
    places.forEach((to, i) => {
      for (const [from, difference] of latestDifferences(places.slice(0, i), to, environments)) {
        const key = JSON.stringify([from, to.report, difference])
        const known = found.get(key)
        if (known !== undefined) known.rows.push(label)
        else found.set(key, { ...difference, reports: [from, to.report], rows: [label] })
      }
    })
  }
  return [...found.values()].toSorted((a, b) => a.reports[1] - b.reports[1])
}

function latestDifferences(
  earlier: readonly Place[],
  to: Place,
  environments: readonly Environment[],
): [number, Difference][] {
  const print = ({ report, arm }: Place): Fingerprint => fingerprintOf(environments[report]!, arm)
  const compared = new Set<string>()
  return earlier.toReversed().flatMap((from) => {
    const fresh = [...compareParts(print(from), print(to))].filter(([part]) => !compared.has(part))
    fresh.forEach(([part]) => compared.add(part))
    return fresh.flatMap(([, difference]): [number, Difference][] =>
      difference === undefined ? [] : [[from.report, difference]],
    )
  })
}

/** Most differences that a refusal lists; the first few are enough. */
const MOST_TOLD = 6

/** @throws ChimeraError `not_comparable` if models or servers differ and that was not said to be meant */
export function refuseForbidden(
  differences: readonly ReportDifference[],
  labels: readonly string[],
  meant: ReadonlySet<Meant>,
): void {
  const forbidden = differences.filter((one) => isForbidden(one, meant))
  if (forbidden.length === 0) return
  const told = forbidden.slice(0, MOST_TOLD).map((one) => oneLine(sentence(one, labels)))
  const rest = forbidden.length - told.length
  throw compareErrors.notComparable(rest === 0 ? told : [...told, `and ${count(rest, 'more difference')}`], [
    ...new Set(forbidden.map(({ kind }) => kind)),
  ])
}

/** `processor A (old) against B (new)`; for an arm's own parts with the arms. */
export function sentence(
  { part, from, to, reports, rows, kind }: ReportDifference,
  labels: readonly string[],
): string {
  const ofMachine = kind === 'machine' && part !== 'host'
  const some = rows.slice(0, 2).join(' and ')
  const where = ofMachine ? '' : `, for ${some}${rows.length > 2 ? ` and ${rows.length - 2} more` : ''}`
  return `${part} ${from} (${labels[reports[0]]}) against ${to} (${labels[reports[1]]})${where}`
}
