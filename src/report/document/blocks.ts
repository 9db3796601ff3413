/**
 * A document is a list of blocks that hold values: quantities, changes, verdicts, texts of others and of our own. It is
 * made once from a report; the printers alone know a format and how to escape in it. Text of others is a plain string;
 * `trusted` is for words of this repository, `say` for sentences made of both.
 */
import type { Comparison, Verdict } from '../../schema/generated.ts'
import type { Headline } from '../headline.ts'
import type { Change } from '../../text/index.ts'
import type { Picture, SpanPart } from '../pictures/picture.ts'

export type Block =
  | ({ kind: 'title'; facts: Inline[] } & Headline)
  | { kind: 'heading'; level: 1 | 2 | 3 | 4; text: Inline }
  | { kind: 'prose'; text: Inline; tone?: 'facts' | 'legend' | 'engine' }
  | { kind: 'list'; items: Inline[]; title?: string; tone?: 'failures' | 'notices'; numbered?: 'note' }
  | Table
  | { kind: 'fold'; title: Inline; blocks: Block[] }
  | { kind: 'code'; text: string; language?: 'diff' }
  | { kind: 'pictures'; title?: Inline; pictures: readonly Picture[]; legend: Legend }
  /** Details of a section with `first` give way last. */
  | { kind: 'section'; id?: string; first?: boolean; blocks: Block[] }
  | { kind: 'only'; format: Format; blocks: Block[] }
  | Detail

/** Of the page alone: what gives way to something shorter where the page would be too large, the highest rank first. */
export interface Detail {
  kind: 'detail'
  rank: DetailRank
  blocks: Block[]
  instead: Block[]
}

export type DetailRank = 1 | 2 | 3 | 4

/** What colors and marks of pictures mean; a text without a mark is a remark. */
export type Legend = readonly { key?: Key; text: Inline }[]

export type Key = 'baseline' | 'candidate' | 'invalid' | 'waited' | 'taken' | SpanPart

export type Format = 'markdown' | 'html' | 'terminal'

/** One row a comparison, an arm, a call. With `cards`, every row becomes a card on a narrow page. */
export interface Table {
  kind: 'table'
  /** What the table holds, for who cannot see where it stands. */
  caption: Inline
  columns: Column[]
  rows: Row[]
  cards?: true
}

export interface Column {
  head: Inline
  /** What it holds, where the page lays it out by that. */
  role?: 'metric' | 'baseline' | 'candidate' | 'plot' | 'change' | 'threshold' | 'verdict' | 'blocks'
  right?: true
  /** Left out where lines are short. */
  minor?: true
  only?: Format
}

/** Cells in the order of the columns, or the title of the rows that follow. */
export interface Row {
  cells: Inline[]
  group?: true
  verdict?: Verdict | undefined
  gated?: boolean
}

/** A piece of a line. A string was written by someone else. */
export type Part =
  | string
  | { kind: 'trusted'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'strong'; text: Inline; tone?: Tone }
  | { kind: 'quantity'; value: number | undefined; unit: string; like?: number | undefined }
  /** `short` leaves the interval out. */
  | { kind: 'change'; change: Change; side?: 'faster' | 'slower' | undefined; short?: true; moved?: Tone }
  | { kind: 'verdict'; word: Verdict; gated: boolean; detail?: string | undefined }
  | { kind: 'notes'; numbers: readonly number[] }
  | { kind: 'link'; href: string; text: Inline }
  | { kind: 'forest'; comparison: Comparison; extent: number }
  | { kind: 'axis'; extent: number }

export type Inline = Part | readonly Inline[]

export type Tone = Verdict | 'dim' | 'failed' | 'warning'

/** Words of this repository: they need no escaping, and what they set in backticks is code. */
export function trusted(text: string): Part {
  return { kind: 'trusted', text }
}

export function code(text: string): Part {
  return { kind: 'code', text }
}

export function strong(text: Inline, tone?: Tone): Part {
  return { kind: 'strong', text, ...(tone !== undefined && { tone }) }
}

export function measured(value: number | undefined, unit: string, like?: number): Part {
  return { kind: 'quantity', value, unit, like }
}

export function changed(change: Change): Part {
  return { kind: 'change', change }
}

/** A sentence: the template is trusted, strings put into it are someone else's, `undefined` leaves nothing. */
export function say(parts: TemplateStringsArray, ...values: (Inline | number | undefined)[]): Inline {
  return parts.flatMap((part, i): Inline[] => {
    const value = values[i]
    const own = part === '' ? [] : [trusted(part)]
    return value === undefined ? own : [...own, typeof value === 'number' ? trusted(String(value)) : value]
  })
}

/** Parts with a separator between them. */
export function joined(parts: readonly Inline[], separator: string): Inline {
  return parts.flatMap((part, i) => (i === 0 ? [part] : [trusted(separator), part]))
}

/** The parts of a line, in their order. */
export function partsOf(inline: Inline): Part[] {
  return isList(inline) ? inline.flatMap(partsOf) : [inline]
}

function isList(inline: Inline): inline is readonly Inline[] {
  return Array.isArray(inline)
}

export function heading(level: 1 | 2 | 3 | 4, text: Inline): Block {
  return { kind: 'heading', level, text }
}

export function prose(text: Inline, tone?: 'facts' | 'legend' | 'engine'): Block {
  return { kind: 'prose', text, ...(tone !== undefined && { tone }) }
}

/** A paragraph in words of this repository. */
export function remark(text: string, tone?: 'facts' | 'legend' | 'engine'): Block {
  return prose(trusted(text), tone)
}

/** A list, or nothing where it has no items. */
export function list(
  items: Inline[],
  more: Omit<Extract<Block, { kind: 'list' }>, 'kind' | 'items'> = {},
): Block[] {
  return items.length === 0 ? [] : [{ kind: 'list', items, ...more }]
}

export function section(...blocks: Block[]): Block {
  return { kind: 'section', blocks }
}

export function fold(title: Inline, ...blocks: Block[]): Block {
  return { kind: 'fold', title, blocks }
}

/** Pictures under a title; nothing where there are none. With a rank they may give way to a remark. */
export function pictures(
  title: string | undefined,
  some: readonly Picture[],
  legend: Legend = [],
  rank?: DetailRank,
): Block[] {
  if (some.length === 0) return []
  const own: Block[] = [
    { kind: 'pictures', ...(title !== undefined && { title: trusted(title) }), pictures: some, legend },
  ]
  return rank === undefined ? own : detail(rank, own, [remark(`“${title}” ${LEFT_OUT}`, 'legend')])
}

/** What stands in the place of a detail. */
const LEFT_OUT =
  'is left out so that the page stays under 3 MB; the data are in report.json and trials.jsonl.'

/** Blocks of one format; nothing where there are none. */
export function only(format: Format, ...blocks: Block[]): Block[] {
  return blocks.length === 0 ? [] : [{ kind: 'only', format, blocks }]
}

/** Blocks of the page that may give way; nothing where there are none. */
export function detail(rank: DetailRank, blocks: Block[], instead: Block[]): Block[] {
  return blocks.length === 0 ? [] : only('html', { kind: 'detail', rank, blocks, instead })
}

/** Trusted texts as columns; `>` in front is right-aligned. */
export function columns(...heads: string[]): Column[] {
  return heads.map((head) =>
    head.startsWith('>') ? { head: trusted(head.slice(1)), right: true } : { head: trusted(head) },
  )
}

export function table(caption: Inline, heads: Column[], rows: readonly (readonly Inline[])[]): Table {
  return { kind: 'table', caption, columns: heads, rows: rows.map((cells) => ({ cells: [...cells] })) }
}
