/**
 * Prints blocks as one self-contained page. No script, no request, no inline style: the policy in its head allows the
 * one style block by its hash and nothing else, so that hostile text could do nothing even if it got past the escaping.
 */
import { createHash } from 'node:crypto'
import { change, estimate, Html, interval, quantity, toHtml } from '../../text/index.ts'
import { partsOf } from '../document/blocks.ts'
import type { Block, Column, Detail, Inline, Part, Row, Table } from '../document/blocks.ts'
import { forest, forestAxis } from '../pictures/forest.ts'
import { draw } from '../pictures/index.ts'
import { unbroken } from '../pictures/svg.ts'
import { style } from './style.ts'

const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; img-src data:; base-uri 'none'; form-action 'none'`

/** Bytes of the page, as far as what cannot give way allows. */
const LARGEST = 2_950_000

/** What stands before the first section is the page's head, the sections are its body. */
export function printHtml(document: readonly Block[]): string {
  const blocks = document.flatMap((block) =>
    block.kind !== 'only' ? [block] : block.format === 'html' ? block.blocks : [],
  )
  const first = blocks.findIndex(({ kind }) => kind === 'section')
  const title = blocks.find((block) => block.kind === 'title')
  const state =
    title === undefined ? '' : `${title.mayMerge ? 'pass' : 'fail'} is-${title.word.toLowerCase()}`
  const details = chooseDetails(blocks)
  return toHtml`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title === undefined ? undefined : `${title.title} · `}vitest-chimera</title>
<style>${new Html(style)}</style>
</head>
<body>
<header class="${state}">
${print(first < 0 ? blocks : blocks.slice(0, first), details)}
</header>
<main>
${print(first < 0 ? [] : blocks.slice(first), details)}
</main>
</body>
</html>
`.text
}

/** Details as they are printed; one that is not among them gives way. */
type Details = ReadonlyMap<Block, Html>

/** As many details as the page has room for: those of what failed or is open first, of these those of a low rank. */
function chooseDetails(blocks: readonly Block[]): Details {
  const chosen = new Map<Block, Html>()
  let room = LARGEST - style.length - sizeOf(print(blocks, chosen))
  const all = detailsIn(blocks).toSorted((a, b) => a.place - b.place)
  for (const { detail: one } of all) {
    const whole = toHtml`${print(one.blocks, chosen)}`
    const more = sizeOf([whole]) - sizeOf(print(one.instead, chosen))
    if (more > room) continue
    room -= more
    chosen.set(one, whole)
  }
  return chosen
}

/** Details, with their places in the order in which they are printed. */
function detailsIn(blocks: readonly Block[], first = false): { detail: Detail; place: number }[] {
  return blocks.flatMap((block) => {
    if (block.kind === 'detail') return [{ detail: block, place: block.rank + (first ? 0 : LATER) }]
    if (block.kind === 'section') return detailsIn(block.blocks, block.first)
    return block.kind === 'only' && block.format === 'html' ? detailsIn(block.blocks, first) : []
  })
}

/** More than any rank. */
const LATER = 10

function sizeOf(parts: readonly Html[]): number {
  return parts.reduce((sum, { text: own }) => sum + Buffer.byteLength(own), 0)
}

function print(blocks: readonly Block[], details: Details): Html[] {
  return blocks.map((block) => toHtml`${printBlock(block, details)}\n`)
}

function printBlock(block: Block, details: Details): Html | undefined {
  switch (block.kind) {
    case 'title': {
      const facts = block.facts.map((fact) => toHtml`<span>${line(fact)}</span>`)
      return toHtml`<p class="facts"><b>vitest-chimera</b>${facts}</p>
<h1>${block.word}<small>${block.caveat ?? block.answer}</small></h1>
<p class="lede">${prose(block.reason)}</p>`
    }
    case 'heading': {
      const tag = new Html(`h${block.level}`)
      return toHtml`<${tag}>${line(block.text)}</${tag}>`
    }
    case 'prose':
      return toHtml`<p${attribute('class', block.tone)}>${line(block.text)}</p>`
    case 'list': {
      const tag = new Html(block.numbered === undefined ? 'ul' : 'ol')
      const title =
        block.title &&
        (block.tone === undefined
          ? toHtml`<h3>${block.title}</h3>`
          : toHtml`<h2 class="label">${block.title}</h2>`)
      const id = (i: number): string | undefined => block.numbered && `${block.numbered}-${i + 1}`
      const items = block.items.map((item, i) => toHtml`<li${attribute('id', id(i))}>${line(item)}</li>`)
      return toHtml`${title}<${tag}${attribute('class', block.tone)}>${items}</${tag}>`
    }
    case 'table':
      return block.cards ? table(block) : scrolled(block)
    case 'fold':
      return toHtml`<details><summary>${line(block.title)}</summary>
${print(block.blocks, details)}</details>`
    case 'code':
      return toHtml`<pre tabindex="0">${block.text}</pre>`
    case 'section':
      return toHtml`<section${attribute('id', block.id)}>
${print(block.blocks, details)}</section>`
    case 'only':
      return block.format === 'html' ? toHtml`${print(block.blocks, details)}` : undefined
    case 'detail':
      return details.get(block) ?? toHtml`${print(block.instead, details)}`
    default:
      return pictures(block)
  }
}

/** A table that keeps its shape scrolls where the page is too narrow for it. */
function scrolled(block: Table): Html {
  return toHtml`<div class="scroll" tabindex="0" role="group" aria-label="${text(block.caption)}">${table(block)}</div>`
}

// Roles are spelled out: as cards, tables and rows are no longer displayed as such, and would lose them.
function table({ caption, columns, rows, cards }: Table): Html {
  const heads = columns.map((column, i) => {
    if (!isShown(column)) return undefined
    const content = line(column.head)
    return content.text === ''
      ? toHtml`<td${classOf(column, i)}></td>`
      : toHtml`<th scope="col" role="columnheader"${classOf(column, i)}>${content}</th>`
  })
  const body = rows.map((row): Html =>
    row.group
      ? toHtml`<tr role="row" class="group"><th scope="rowgroup" role="rowheader" colspan="${columns.length}">${row.cells.map(line)}</th></tr>\n`
      : toHtml`<tr role="row"${rowClass(row)}>${row.cells.map((content, i) => cell(content, columns[i], i, cards))}</tr>\n`,
  )
  return toHtml`<table role="table" class="${cards ? 'cards' : 'plain'}"><caption>${line(caption)}</caption>
<thead role="rowgroup"><tr role="row">${heads}</tr></thead>
<tbody role="rowgroup">${body}</tbody></table>`
}

function isShown({ only }: Column): boolean {
  return only === undefined || only === 'html'
}

function cell(content: Inline, column: Column | undefined, i: number, cards?: true): Html | undefined {
  if (column === undefined || !isShown(column)) return undefined
  const inside = cards ? toHtml`${partsOf(content).map(stacked)}` : line(content)
  const label = cards && column.right ? toHtml` data-label="${text(column.head)}"` : undefined
  // A header of nothing is none.
  return column.role === 'metric' || (!cards && i === 0 && inside.text !== '')
    ? toHtml`<th scope="row" role="rowheader"${classOf(column, i)}>${inside}</th>`
    : toHtml`<td role="cell"${classOf(column, i)}${label}>${inside}</td>`
}

function classOf({ role, right }: Pick<Column, 'role' | 'right'>, i: number): Html | undefined {
  return attribute('class', role ?? (i === 0 && 'first'), right && 'right')
}

function rowClass({ verdict, gated }: Row): Html | undefined {
  return attribute('class', verdict && `v-${verdict}`, gated && 'gated')
}

/** An attribute with the words that are there; nothing where none is. */
function attribute(name: string, ...words: (string | false | undefined)[]): Html | undefined {
  const value = words.filter((word) => word !== undefined && word !== false).join(' ')
  return value === '' ? undefined : toHtml` ${name}="${value}"`
}

/** In a card the interval and what else qualifies a figure stand below it. */
function stacked(one: Part): Html | undefined {
  if (typeof one === 'string') return part(one)
  if (one.kind === 'change') {
    const ends = interval(one.change)
    return toHtml`<b>${unbroken(estimate(one.change))}</b>${one.side === undefined ? undefined : ` ${one.side}`}${ends === '' ? undefined : toHtml`<small>${ends}</small>`}`
  }
  if (one.kind === 'verdict')
    return toHtml`<b><span>${one.word}</span></b>${one.detail === undefined ? undefined : toHtml`<small>${one.detail}</small>`}`
  return part(one)
}

function line(content: Inline): Html {
  return toHtml`${partsOf(content).map(part)}`
}

function part(one: Part): Html | undefined {
  if (typeof one === 'string') return prose(one)
  switch (one.kind) {
    case 'trusted':
      return prose(one.text)
    case 'code':
      return one.text === '' ? undefined : toHtml`<code>${one.text}</code>`
    case 'strong':
      return toHtml`<b>${line(one.text)}</b>`
    case 'quantity':
      return toHtml`${unbroken(quantity(one.value, one.unit, one.like))}`
    case 'change': {
      const words = unbroken(one.short ? estimate(one.change) : change(one.change))
      if (one.moved === undefined)
        return toHtml`${words}${one.side === undefined ? undefined : ` ${one.side}`}`
      return toHtml`<b class="moved v-${one.moved}">${words} ${one.moved === 'regressed' ? '✗' : '✓'}</b>`
    }
    case 'verdict':
      return toHtml`${one.word}`
    case 'notes':
      return one.numbers.length === 0
        ? undefined
        : toHtml`<sup>${one.numbers.map((n, i) => toHtml`${i > 0 ? ', ' : ''}<a href="#note-${n}" aria-label="note ${n}">${n}</a>`)}</sup>`
    case 'link':
      return toHtml`<a href="${encodeURI(one.href).replace(/(?!^)[?#]/g, encodeURIComponent)}">${line(one.text)}</a>`
    case 'forest':
      return forest(one.comparison, one.extent)
    default:
      return forestAxis(one.extent)
  }
}

/** What a text sets in backticks becomes code. */
function prose(message: string): Html {
  const pieces = message.split(/`([^`]+)`/)
  return toHtml`${pieces.map((piece, i) => (i % 2 === 1 ? toHtml`<code>${piece}</code>` : piece))}`
}

/** For an attribute: the words of a line without its markup. */
function text(content: Inline): string {
  return partsOf(content)
    .map((one) => {
      if (typeof one === 'string') return one
      if (!('text' in one)) return ''
      return typeof one.text === 'string' ? one.text : text(one.text)
    })
    .join('')
}

function pictures({ title, pictures: some, legend }: Extract<Block, { kind: 'pictures' }>): Html | undefined {
  const drawn = some.flatMap((picture) => draw(picture) ?? [])
  if (drawn.length === 0) return undefined
  const keys = legend.map(
    ({ key, text: meaning }) =>
      toHtml`<span${attribute('class', key && `key ${key}`)}>${line(meaning)}</span>`,
  )
  return toHtml`${title && toHtml`<h3>${line(title)}</h3>`}<div class="pictures">${drawn}</div>
${keys.length > 0 ? toHtml`<p class="legend">${keys}</p>` : undefined}`
}
