/** The first calls whose requests differ between the arms, and the numbers of calls that do. */
import type { CallCount, ChangedRequest, RequestChange, RequestDifference } from '../schema/generated.ts'
import type { Fields } from './fields.ts'
import { changedLines, shortened, steadyLines, type Line } from './lines.ts'

/** One request of a trial. */
export interface KeptRequest {
  stage: string | null
  fields: Fields
}

/** The requests of one arm's trial, and those of a trial before it. */
export interface ArmRequests {
  requests: readonly KeptRequest[]
  earlier: readonly KeptRequest[]
}

/** Calls are held against each other in their order within a stage, and looked at in head's order. */
export function firstDifference(
  base: ArmRequests,
  head: ArmRequests,
): Omit<RequestDifference, 'block'> | undefined {
  const counts = countsOf(base, head)
  const calls = changedCalls(base, head)
  return calls.length + counts.length === 0 ? undefined : { calls, counts }
}

/** Most calls that are told, and most members of each. */
const MOST_CALLS = 3
const MOST_CHANGES = 20

/** A change of the config is every call's: it is told of the first, and does not hide what changes in those after it. */
function changedCalls(base: ArmRequests, head: ArmRequests): ChangedRequest[] {
  const stages = Map.groupBy(head.requests, ({ stage }) => stage)
  const found: ChangedRequest[] = []
  const told = new Set<string>()
  for (const [index, request] of head.requests.entries()) {
    const { stage } = request
    const place = stages.get(stage)?.indexOf(request) ?? 0
    const all = changesOf(placed(base, stage, place), placed(head, stage, place))
    const fresh = all.filter((change) => !told.has(JSON.stringify(change)))
    if (fresh.length === 0) continue
    for (const change of fresh) told.add(JSON.stringify(change))
    const changes = fresh.toSorted((a, b) => rank(a) - rank(b)).slice(0, MOST_CHANGES)
    const omitted = fresh.length - changes.length
    found.push({ index, stage, changes, ...(omitted > 0 && { omitted }) })
    if (found.length === MOST_CALLS) break
  }
  return found
}

function rank({ kind }: RequestChange): number {
  return kind === 'value' ? 0 : 1
}

/** A call at its place in a stage, and the same of the arm's earlier trial. */
interface Placed {
  fields: Fields | undefined
  earlier: Fields | undefined
}

function placed({ requests, earlier }: ArmRequests, stage: string | null, place: number): Placed {
  const [fields, before] = [requests, earlier].map(
    (all) => all.filter((one) => one.stage === stage)[place]?.fields,
  )
  return { fields, earlier: before }
}

/** None where base has no such call: the numbers of calls say so. */
function changesOf(base: Placed, head: Placed): RequestChange[] {
  if (base.fields === undefined || head.fields === undefined) return []
  const names = new Set([...base.fields.keys(), ...head.fields.keys()])
  return [...names].flatMap((name) => changeOf(name, linesOf(base, name), linesOf(head, name)) ?? [])
}

function linesOf({ fields, earlier }: Placed, name: string): Line[] | undefined {
  const text = fields?.get(name)
  return text === undefined ? undefined : steadyLines(text, earlier?.get(name))
}

/** Short values are told as they are, and so is how a field begins that one arm alone has. */
function changeOf(
  field: string,
  before: Line[] | undefined,
  after: Line[] | undefined,
): RequestChange | undefined {
  if (before === undefined) return after && { field, kind: 'value', after: wordsOf(after) }
  if (after === undefined) return { field, kind: 'value', before: wordsOf(before) }
  const diff = changedLines(before, after)
  if (diff === undefined) return undefined
  const [from, to] = [wordsOf(before), wordsOf(after)]
  const isValue = Math.max(before.length, after.length) === 1 && Math.max(from.length, to.length) <= SHORT
  // Where they differ in white space alone, their words would not tell them apart.
  if (isValue && from !== to) return { field, kind: 'value', before: from, after: to }
  return { field, kind: 'text', ...diff }
}

/** Characters that fit in a sentence. */
const SHORT = 60

function wordsOf(lines: readonly Line[]): string {
  const text = lines.map((line) => line.text).join(' ')
  return shortened(text.replace(/\s+/g, ' ').trim())
}

/** Stages whose number of calls differs, as far as neither arm varies in it by itself. */
function countsOf(base: ArmRequests, head: ArmRequests): CallCount[] {
  const stages = new Set([...base.requests, ...head.requests].map(({ stage }) => stage))
  return [...stages].flatMap((stage) => {
    const [baseline, candidate] = [base, head].map(({ requests, earlier }) => {
      const now = callsIn(requests, stage)
      return earlier.length === 0 || callsIn(earlier, stage) === now ? now : undefined
    })
    if (baseline === undefined || candidate === undefined || baseline === candidate) return []
    return [{ stage, baseline, candidate }]
  })
}

function callsIn(requests: readonly KeptRequest[], stage: string | null): number {
  return requests.filter((one) => one.stage === stage).length
}
