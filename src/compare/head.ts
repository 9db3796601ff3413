/** Which reports these are, and in what they are not alike: in the same words in every writer. */
import { sentence } from './differences.ts'
import type { ReportComparison } from './model.ts'

/** More reports than this are told by the first and the last. */
const MOST_NAMED = 6
/** More differences are counted only. */
const MOST_TOLD = 12

/** A row a report: label, start, commit, machine. */
export function headRows({ reports }: ReportComparison): string[][] {
  const rows = reports.map(({ label, started_at, commit, os, cpu }) => [
    label,
    started_at,
    commit?.slice(0, 12) ?? '',
    `${os}; ${cpu}`,
  ])
  if (rows.length <= MOST_NAMED) return rows
  return [rows[0]!, ['…', `${rows.length - 2} reports between`, '', ''], rows.at(-1)!]
}

/** A sentence a difference. Those of model and server stand here only because they were said to be meant. */
export function unalike({ reports, differences }: ReportComparison): string[] {
  const labels = reports.map(({ label }) => label)
  const told = differences.slice(0, MOST_TOLD).map((one) => {
    const meant = one.kind === 'models' || one.kind === 'hosts' ? ` (meant: --compare ${one.kind})` : ''
    return `${sentence(one, labels)}${meant}`
  })
  const rest = differences.length - told.length
  return rest === 0 ? told : [...told, `and ${rest} more; --format json has them all`]
}
