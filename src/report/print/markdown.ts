/** Prints blocks as GitHub Markdown: report.md, the pages of arms, comparisons of stored reports. */
import { change, code, escapeMarkdown, estimate, fence, quantity } from '../../text/index.ts'
import { partsOf, type Block, type Inline, type Part, type Table } from '../document/blocks.ts'

/** Ends with a line break. */
export function printMarkdown(blocks: readonly Block[]): string {
  return `${print(blocks).join('\n\n')}\n`
}

function print(blocks: readonly Block[]): string[] {
  return blocks.flatMap(printBlock).filter((text) => text !== '')
}

function printBlock(block: Block): string[] {
  switch (block.kind) {
    case 'title': {
      const isClean = block.word === 'Passed' && block.caveat === undefined
      const mark = !block.mayMerge ? '❌' : isClean ? '✅' : '⚠️'
      return [`# ${mark} ${block.title}`, line(block.reason)]
    }
    case 'heading':
      return [`${'#'.repeat(block.level)} ${line(block.text)}`]
    case 'prose':
      return [`${block.tone === 'engine' ? '> ' : ''}${line(block.text)}`]
    case 'list': {
      const items = block.items.map((item, i) => `${block.numbered ? `${i + 1}.` : '-'} ${line(item)}`)
      return [block.title === undefined ? '' : `**${block.title}**`, items.join('\n')]
    }
    case 'table':
      return [table(block)]
    case 'fold':
      return [`<details><summary>${line(block.title)}</summary>`, ...print(block.blocks), '</details>']
    case 'code':
      return [fence(block.text, block.language)]
    case 'section':
      return print(block.blocks)
    case 'only':
      return block.format === 'markdown' ? print(block.blocks) : []
    default:
      return []
  }
}

function table({ columns, rows }: Table): string {
  const shown = columns.flatMap((column, i) => (column.only === undefined ? [{ ...column, i }] : []))
  const heads = shown.map(({ head }) => cell(head))
  const rule = shown.map(({ right }) => (right ? '--:' : ':--'))
  const lines = rows.map(({ cells, group }) =>
    shown.map(({ i }) =>
      group === undefined ? cell(cells[i] ?? '') : i === 0 ? `**${cell(cells[0] ?? '')}**` : '',
    ),
  )
  return [heads, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** A table is cut at every bare `|`, even at one inside a code span. */
function cell(content: Inline): string {
  return line(content).trim().replaceAll('|', '\\|')
}

function line(content: Inline): string {
  return partsOf(content).map(part).join('')
}

function part(one: Part): string {
  if (typeof one === 'string') return escapeMarkdown(one)
  switch (one.kind) {
    case 'trusted':
      return one.text
    case 'code':
      return code(one.text)
    case 'strong': {
      const text = line(one.text)
      return one.tone === undefined && text !== '' ? `**${text}**` : text
    }
    case 'quantity':
      return quantity(one.value, one.unit, one.like)
    case 'change': {
      const text = one.short ? estimate(one.change) : change(one.change)
      if (one.moved !== undefined) return `**${text} ${one.moved === 'regressed' ? '✗' : '✓'}**`
      return one.side === undefined ? text : `${text} ${one.side}`
    }
    case 'verdict': {
      const word = one.word === 'regressed' ? `**${one.word}**` : one.word
      return one.detail === undefined ? word : `${word}, ${one.detail}`
    }
    case 'notes':
      return superscript(one.numbers)
    case 'link':
      return line(one.text)
    default:
      return ''
  }
}

/** ` ¹˒²`, the numbers of the notes below. */
function superscript(numbers: readonly number[]): string {
  if (numbers.length === 0) return ''
  const raised = (n: number): string =>
    String(n).replace(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Number(digit)))
  return ` ${numbers.map(raised).join('˒')}`
}
