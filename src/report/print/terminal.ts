/** Prints blocks as lines for a terminal. Names and messages cannot move the cursor or change colors. */
import { styleText } from 'node:util'
import { align, change, columns as widthOf, estimate, oneLine, quantity, visible } from '../../text/index.ts'
import { partsOf, type Block, type Inline, type Part, type Table, type Tone } from '../document/blocks.ts'

/** How to write it. */
export interface TerminalOptions {
  /** The caller knows the stream and NO_COLOR. */
  color: boolean
  /** Columns of the terminal; a table that is wider drops its minor columns, then becomes a line a row. */
  width?: number
}

/** Several lines without a trailing line break. */
export function printTerminal(blocks: readonly Block[], options: TerminalOptions): string {
  return blocks
    .map((block) => printBlock(block, options).join('\n'))
    .filter((text) => text !== '')
    .join('\n\n')
}

function printBlock(block: Block, options: TerminalOptions): string[] {
  const line = (content: Inline): string => write(content, options.color)
  switch (block.kind) {
    case 'title': {
      const answer = paint(`${block.title}.`, block.mayMerge ? 'improved' : 'failed', options.color)
      return [`${answer} ${oneLine(block.reason)}`]
    }
    case 'heading':
    case 'prose':
      return [line(block.text)]
    case 'list': {
      const indent = block.title === undefined ? '' : '  '
      const items = block.items.map(
        (item, i) => `${indent}${block.numbered ? `${i + 1}. ` : ''}${line(item)}`,
      )
      return block.title === undefined ? items : [`${block.title}:`, ...items]
    }
    case 'table':
      return table(block, options)
    case 'fold':
    case 'only':
      return block.kind === 'only' && block.format !== 'terminal' ? [] : inner(block.blocks, options)
    case 'section': {
      const [first, ...rest] = block.blocks
      if (first?.kind !== 'heading') return inner(block.blocks, options)
      const narrower = options.width === undefined ? {} : { width: options.width - 2 }
      const lines = inner(rest, { ...options, ...narrower })
      return [...printBlock(first, options), ...lines.map((text) => `  ${text}`)]
    }
    case 'code':
      return visible(block.text).split('\n')
    default:
      return []
  }
}

function inner(blocks: readonly Block[], options: TerminalOptions): string[] {
  return blocks.flatMap((block) => printBlock(block, options))
}

/** All columns where they fit, else without the last minor ones, else a line a row without intervals. */
function table(block: Table, { color, width = Infinity }: TerminalOptions): string[] {
  const own = block.columns.flatMap((column, i) => (column.only === undefined ? [{ ...column, i }] : []))
  const major = own.filter(({ minor }) => minor === undefined)
  const minors = own.filter(({ minor }) => minor !== undefined)
  const hasHeads = own.some(({ head }) => write(head, false) !== '')
  for (let kept = minors.length; kept >= 0; kept--) {
    const dropped = minors.slice(kept)
    const shown = own.filter((column) => !dropped.includes(column))
    const heads = hasHeads ? [shown.map(({ head }) => write(head, color))] : []
    const rows = block.rows.map(({ cells }) => shown.map(({ i }) => write(cells[i] ?? '', color)))
    const sides = shown.map(({ right }) => (right ? ('right' as const) : ('left' as const)))
    const lines = align([...heads, ...rows], sides)
    if (lines.every((line) => widthOf(line) <= width)) return lines
  }
  return block.rows.map(({ cells }) =>
    major
      .filter(({ role, right, i }) => role !== undefined || !right || i === 0)
      .map(({ i }) => write(shorter(cells[i] ?? ''), color))
      .filter((text) => text !== '')
      .join('  '),
  )
}

function shorter(content: Inline): Inline {
  return partsOf(content).map((one) =>
    typeof one !== 'string' && one.kind === 'change'
      ? { kind: one.kind, change: one.change, short: true }
      : one,
  )
}

function write(content: Inline, color: boolean): string {
  return partsOf(content)
    .map((one) => part(one, color))
    .join('')
}

function part(one: Part, color: boolean): string {
  if (typeof one === 'string') return oneLine(one)
  switch (one.kind) {
    case 'trusted':
      return one.text
    case 'code':
      return oneLine(one.text)
    case 'strong':
      return paint(write(one.text, false), one.tone, color)
    case 'quantity':
      return quantity(one.value, one.unit, one.like)
    case 'change':
      return one.short ? estimate(one.change) : change(one.change)
    case 'verdict':
      return paint(one.word, one.gated ? one.word : undefined, color && one.gated)
    case 'link':
      return write(one.text, color)
    default:
      return ''
  }
}

const styles: Readonly<Record<Tone, Parameters<typeof styleText>[0]>> = {
  regressed: 'red',
  improved: 'green',
  unchanged: 'dim',
  inconclusive: 'yellow',
  dim: 'dim',
  failed: 'red',
  warning: 'yellow',
}

function paint(text: string, tone: Tone | undefined, color: boolean): string {
  return color && text !== ''
    ? styleText(tone === undefined ? 'bold' : styles[tone], text, { validateStream: false })
    : text
}
