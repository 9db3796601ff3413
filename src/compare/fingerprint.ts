/**
 * May two reports be compared? A fingerprint holds what a figure depends on beside the code under test:
 * model, server, machine and the options in effect. What differs is refused, or named, by its kind.
 */
import { createHash } from 'node:crypto'
import { present } from '../optional.ts'
import type { ArmReport } from '../schema/generated.ts'
import { count, oneLine } from '../text/index.ts'
import { compareErrors } from './messages.ts'
import type { Difference, Kind, Meant, ReportDifference } from './model.ts'
import type { ArmRow, Place } from './arms.ts'

/** A part's name, with its kind and value. A part that is not known is not there. */
type Fingerprint = ReadonlyMap<string, { kind: Kind; value: string }>

/** An arm where it ran. */
type Fingerprinted = Pick<Place, 'environment' | 'arm'>

/** What an arm's figures depend on. */
function fingerprintOf({ environment, arm }: Fingerprinted): Fingerprint {
  const { digest, quantization, server, effective } = arm
  const parts: (readonly [string, Kind, unknown])[] = [
    // Two tags of one digest are the same model, so that the name counts only where there is no digest.
    ['model', 'models', digest === undefined ? arm.model : undefined],
    ['model digest', 'models', digest?.replace(/^sha256:/, '')],
    ['quantization', 'models', quantization],
    ['server', 'hosts', server.kind],
    ['server version', 'hosts', server.version],
    ['engine', 'hosts', server.engine],
    // An embedded engine listens on another free port in every run.
    ['host', 'machine', server.kind === 'embedded' ? undefined : arm.host],
    ['operating system', 'machine', environment.os],
    ['processor', 'machine', environment.cpu],
    ['GPU', 'machine', environment.gpu?.map(({ name }) => name).join(', ')],
    ['num_ctx', 'options', effective.num_ctx],
    ['fraction on the GPU', 'options', effective.gpu_fraction && Number(effective.gpu_fraction.toFixed(3))],
    ...optionParts(arm),
  ]
  return new Map(
    parts.flatMap(([part, kind, value]) =>
      value === undefined ? [] : [[part, { kind, value: shown(value) }] as const],
    ),
  )
}

/** The same text for arms that ran on alike machines with the same model and options, short enough for a file name. */
export function fingerprintKey(place: Fingerprinted): string {
  const parts = [...fingerprintOf(place)].map(([part, { value }]) => `${part}=${value}`).toSorted()
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 12)
}

/** Options as requested, except those whose effective value the server reported. */
function optionParts({ options, effective }: ArmReport): (readonly [string, Kind, unknown])[] {
  const told = present(
    effective.num_ctx !== undefined && 'num_ctx',
    effective.gpu_fraction !== undefined && 'num_gpu',
  )
  return Object.entries(options)
    .filter(([name]) => !told.some((one) => one === name))
    .map(([name, value]) => [`option ${name}`, 'options', value])
}

/** In what two arms' fingerprints differ. */
export function differencesOf(from: Fingerprinted, to: Fingerprinted): Difference[] {
  return compareParts(from, to).flatMap(({ difference }) => difference ?? [])
}

/**
 * Every part that both sides know, with its difference, or undefined where they agree. What one side does not know
 * cannot be held against it; an option left out is known.
 */
function compareParts(
  one: Fingerprinted,
  other: Fingerprinted,
): { part: string; difference: Difference | undefined }[] {
  const [from, to] = [fingerprintOf(one), fingerprintOf(other)]
  return [...new Map([...from, ...to])].flatMap(([part, { kind }]) => {
    const [a, b] = [from.get(part)?.value, to.get(part)?.value]
    const isKnown = a !== undefined && b !== undefined
    if (!isKnown && (!part.startsWith('option ') || isTold(part, from, to))) return []
    const difference = { part, kind, from: a ?? 'not set', to: b ?? 'not set' }
    return [{ part, difference: a === b ? undefined : difference }]
  })
}

/** Whether one side has a requested value where the other has an effective one; the two cannot be compared. */
function isTold(part: string, from: Fingerprint, to: Fingerprint): boolean {
  const told = { 'option num_ctx': 'num_ctx', 'option num_gpu': 'fraction on the GPU' }[part]
  return told !== undefined && (from.has(told) || to.has(told))
}

/** Whether a difference forbids the comparison, given what is meant. */
export function isForbidden({ kind }: Difference, meant: ReadonlySet<Meant>): boolean {
  return (kind === 'models' || kind === 'hosts') && !meant.has(kind)
}

/** Whether a difference was said to be meant; another host's machine goes with it. */
export function isMeant({ kind }: Difference, meant: ReadonlySet<Meant>): boolean {
  return (
    (kind === 'models' && meant.has('models')) ||
    ((kind === 'hosts' || kind === 'machine') && meant.has('hosts'))
  )
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return /^[0-9a-f]{64}$/.test(text) ? text.slice(0, 12) : text
}

/** Each difference once, with the arms it concerns: between a report and the latest earlier one that knows the part. */
export function collectDifferences(arms: readonly ArmRow[]): ReportDifference[] {
  const found = new Map<string, ReportDifference>()
  for (const { label, places } of arms) {
    places.forEach((to, i) => {
      const compared = new Set<string>()
      for (const from of places.slice(0, i).toReversed()) {
        for (const { part, difference } of compareParts(from, to)) {
          if (difference !== undefined && !compared.has(part)) {
            const key = JSON.stringify([from.report, to.report, difference])
            const known = found.get(key) ?? { ...difference, reports: [from.report, to.report], rows: [] }
            known.rows.push(label)
            found.set(key, known)
          }
          compared.add(part)
        }
      }
    })
  }
  return [...found.values()].toSorted((a, b) => a.reports[1] - b.reports[1])
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
