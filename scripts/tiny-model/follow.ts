/**
 * What may follow what: phrases.ts as a table of classes. A class is a place in a sentence; its tokens are the
 * ways to fill the place, its row what the next place offers.
 */
import { lists, sections, values, type List } from './phrases.ts'
import { byteText, END, START, type Piece, type Vocabulary } from './tokens.ts'

/** Logit of a piece that may follow. */
const ALLOWED = 18
/** Against a few ways to go on, makes leaving the section about as likely as staying. */
const LEAVE = ALLOWED + 0.4
/** Of a list's next item, against its end: the grammar's bound ends most lists. */
const MORE = ALLOWED + 2

/** Chains heading to first slot, slot to slot, sentence to sentence, section to section, the last to the end. */
export function addReport(vocabulary: Vocabulary, piece: Piece): void {
  const slots = sections.map(({ sentences }) =>
    sentences.map((line) => slotsOf(line).map((slot) => slot.map(piece))),
  )
  const headings = sections.map(({ heading }) => piece(heading))
  follow(vocabulary, START, [headings[0]!], ALLOWED)
  for (const [index, sentences] of slots.entries()) {
    let last = newClass(vocabulary, [headings[index]!])
    for (const slot of sentences.flat()) {
      follow(vocabulary, last, slot, ALLOWED)
      last = newClass(vocabulary, slot)
    }
    follow(vocabulary, last, sentences[1]![0]!, ALLOWED)
    follow(vocabulary, last, [headings[index + 1] ?? END], LEAVE)
  }
}

/**
 * A grammar decides what is valid JSON; these rows only make the model go on in it and come to an end:
 * a quote opens a value or closes one, a value wants its closing quote, a bracket wants to close.
 */
export function addJson(vocabulary: Vocabulary, piece: Piece): void {
  // The grammar cannot tell a character from its byte token, so both are of the same class.
  const both = (text: string): number[] =>
    text.split('').flatMap((char) => [piece(char), piece(byteText(char.charCodeAt(0)))])
  const digits = '0123456789'.split('').map(piece)
  const closing = ['}', ']'].map(piece)
  const comma = [piece(',')]

  const quote = newClass(vocabulary, both('"'))
  follow(vocabulary, quote, values.map(piece), ALLOWED)
  follow(vocabulary, quote, comma, ALLOWED - 6)
  follow(vocabulary, quote, [piece(':'), ...closing], ALLOWED - 5)

  const value = newClass(vocabulary, values.map(piece))
  follow(vocabulary, value, [piece('"')], ALLOWED)

  const digit = newClass(vocabulary, both('0123456789'))
  follow(vocabulary, digit, [...comma, ...closing], ALLOWED)
  follow(vocabulary, digit, digits, ALLOWED - 2)

  const opened = newClass(vocabulary, both('{[:,'))
  follow(vocabulary, opened, [piece('"')], ALLOWED)
  follow(vocabulary, opened, digits, ALLOWED - 2)

  // Without a grammar, as after a raw prompt that ends in a digit, there must be a way out.
  for (const row of [quote, digit, opened]) follow(vocabulary, row, [END], ALLOWED - 1)

  const ends = lists.flatMap((list) => addList(vocabulary, piece, list, quote))
  const closed = newClass(vocabulary, [...both('}]'), ...ends])
  follow(vocabulary, closed, [END], ALLOWED)
  follow(vocabulary, closed, [...comma, ...closing], ALLOWED - 3)
}

/**
 * A list that fits its key. The last token alone decides what follows, so tokens must reach over the quotes: one from
 * within the key to the first item, and the item's last words together with what parts or ends the items.
 *
 * @returns the tokens that end the list
 */
function addList(vocabulary: Vocabulary, piece: Piece, { key, item }: List, quote: number): number[] {
  const slots = slotsOf(item)
  const inner = slots.slice(0, -1).map((slot) => slot.map(piece))
  const [next, ends] = ['","', '"]'].map((tail) => slots.at(-1)!.map((text) => piece(text + tail))) as [
    number[],
    number[],
  ]
  const opener = piece(`${key}":["`)
  follow(vocabulary, quote, [opener], ALLOWED)
  let last = newClass(vocabulary, [opener, ...next])
  for (const slot of inner) {
    follow(vocabulary, last, slot, ALLOWED)
    last = newClass(vocabulary, slot)
  }
  follow(vocabulary, last, next, MORE)
  follow(vocabulary, last, ends, ALLOWED)
  return ends
}

function slotsOf(line: string): string[][] {
  return line.split(' / ').map((slot) => slot.split('|').map((text) => text.trim()))
}

function newClass(vocabulary: Vocabulary, tokens: readonly number[]): number {
  const id = vocabulary.successors.push(new Map()) - 1
  for (const token of tokens) {
    if (vocabulary.classes[token] !== START)
      throw new Error(`"${vocabulary.pieces[token]}" has two places in phrases.ts`)
    vocabulary.classes[token] = id
  }
  return id
}

function follow(vocabulary: Vocabulary, after: number, tokens: readonly number[], logit: number): void {
  for (const token of tokens) vocabulary.successors[after]!.set(token, logit)
}
