/** Texts as lines: which an arm's trials share, and which the arms do not. */
import { diffArrays } from 'diff'
import { clip } from '../text/index.ts'

export interface Line {
  /** Lines with the same key are the same. */
  key: string
  text: string
}

/** The key of lines that vary from trial to trial; no line has it, for a line holds no line break. */
const VARIES = '\n'

/** The lines of `text`; those that the arm's earlier trial did not have, made one. */
export function steadyLines(text: string, earlier: string | undefined): Line[] {
  const lines = linesOf(text)
  if (earlier === undefined || earlier === text) return lines
  return runsOf(linesOf(earlier), lines).reduce<Line[]>((steady, { same, before, after }) => {
    if (same) return [...steady, ...after]
    return withVarying(steady, (after.length > 0 ? after : before).map((line) => line.text).join(' '))
  }, [])
}

/** Paragraphs that vary are one, whatever their number. */
function withVarying(lines: readonly Line[], text: string): Line[] {
  const end = lines.findLastIndex(({ key }) => key.trim() !== '' || key === VARIES)
  return lines[end]?.key === VARIES ? lines.slice(0, end + 1) : [...lines, { key: VARIES, text }]
}

function linesOf(text: string): Line[] {
  return text.split(/\r\n?|\n/).map((line) => ({ key: line, text: line }))
}

/** Most lines of a diff, of a run of lines within it, and around it; most characters of a line. */
const MOST_LINES = 40
const MOST_RUN = 10
const CONTEXT = 1
const MOST_CHARACTERS = 160

/** A line diff with little around it; undefined where all lines are the same. */
export function changedLines(before: readonly Line[], after: readonly Line[]): LineDiff | undefined {
  const runs = runsOf(before, after)
  const changed = runs.filter(({ same }) => !same)
  if (changed.length === 0) return undefined
  const lines = runs.flatMap((run, i) =>
    run.same ? context(run.after, i > 0, i < runs.length - 1) : bothSides(run),
  )
  return {
    removed: changed.reduce((sum, run) => sum + run.before.length, 0),
    added: changed.reduce((sum, run) => sum + run.after.length, 0),
    lines: lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), '…'] : lines,
  }
}

export interface LineDiff {
  /** Numbers of lines. */
  removed: number
  added: number
  /** Each after `-`, `+` or a space; `…` for some that were left out. */
  lines: string[]
}

function bothSides({ before, after }: Run): string[] {
  const pairs = Array.from({ length: Math.min(MOST_RUN, Math.max(before.length, after.length)) }, (_, i) =>
    clipPair(before[i]?.text, after[i]?.text),
  )
  return [
    ...pairs.flatMap(([text]) => (text === undefined ? [] : `-${text}`)),
    ...(before.length > MOST_RUN ? ['…'] : []),
    ...pairs.flatMap(([, text]) => (text === undefined ? [] : `+${text}`)),
    ...(after.length > MOST_RUN ? ['…'] : []),
  ]
}

/** What is next to a change; of what lies further off that there is something. */
function context(lines: readonly Line[], isAfter: boolean, isBefore: boolean): string[] {
  const head = isAfter ? CONTEXT : 0
  const tail = isBefore ? CONTEXT : 0
  const shown = (some: readonly Line[]): string[] => some.map(({ text }) => ` ${shortened(text)}`)
  if (lines.length <= head + tail + 1) return shown(lines)
  return [...shown(lines.slice(0, head)), '…', ...shown(lines.slice(lines.length - tail))]
}

type Text = string | undefined

/** Two versions of a line, clipped so that the first character that differs is in view. */
function clipPair(before: Text, after: Text): [Text, Text] {
  const isPair = before !== undefined && after !== undefined
  const start = isPair ? Math.max(0, commonLength(before, after) - 40) : 0
  return [before && shortened(before, start), after && shortened(after, start)]
}

export function shortened(line: string, start = 0): string {
  if (line.length <= MOST_CHARACTERS) return line
  const { text, cut } = clip(line.slice(start).replace(/^[\udc00-\udfff]/, ''), MOST_CHARACTERS)
  return `${start > 0 ? '…' : ''}${text}${cut > 0 ? '…' : ''}`
}

/** Lines that both have, or what each has in their place. */
interface Run {
  same: boolean
  before: Line[]
  after: Line[]
}

/** Most lines that may differ; where more do, all between the common beginning and end does. */
const MOST_EDITS = 1000

function runsOf(before: readonly Line[], after: readonly Line[]): Run[] {
  const [old, fresh] = [before.map(({ key }) => key), after.map(({ key }) => key)]
  const start = commonLength(old, fresh)
  const end = commonLength(old.slice(start).toReversed(), fresh.slice(start).toReversed())
  const middle: [string[], string[]] = [
    old.slice(start, old.length - end),
    fresh.slice(start, fresh.length - end),
  ]
  const changes = diffArrays(...middle, { maxEditLength: MOST_EDITS }) ?? [
    { removed: true, added: false, count: middle[0].length },
    { removed: false, added: true, count: middle[1].length },
  ]
  const runs: Run[] = []
  let [at, place] = [0, 0]
  const add = (same: boolean, removed: number, added: number): void => {
    if (removed + added === 0) return
    const last = runs.at(-1)
    const run = last?.same === same ? last : { same, before: [], after: [] }
    if (run !== last) runs.push(run)
    run.before = [...run.before, ...before.slice(at, (at += removed))]
    run.after = [...run.after, ...after.slice(place, (place += added))]
  }
  add(true, start, start)
  for (const { removed, added, count } of changes)
    add(!removed && !added, added ? 0 : count, removed ? 0 : count)
  add(true, end, end)
  return runs
}

/** How many elements two texts or lists share from their beginning. */
function commonLength(a: ArrayLike<unknown>, b: ArrayLike<unknown>): number {
  let length = 0
  while (length < a.length && length < b.length && a[length] === b[length]) length++
  return length
}
