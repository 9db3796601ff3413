/**
 * Everything a report shows was written by someone else: names by the user, replies by a model, errors by a server.
 * So text enters Markdown and HTML only through the two tags below, which escape whatever is interpolated unless it
 * came out of the same tag. Forgetting to escape is then a type error or shows as escaped text, never as markup.
 */
import { oneLine, visible } from './visible.ts'

/** Finished HTML. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Finished inline Markdown (GitHub's dialect): one line, fit for a paragraph, a heading or an item, and through `table` for a cell. */
export class Md {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Value<T> = T | string | number | undefined | readonly (T | string | undefined)[]

/**
 * HTML from a template: interpolated text is escaped, lists are joined, `undefined` leaves nothing.
 * Not called `html`, or a formatter would rewrite the text.
 */
export function toHtml(parts: TemplateStringsArray, ...values: Value<Html>[]): Html {
  return new Html(weave(parts, values, (value) => (value instanceof Html ? value.text : escapeHtml(value))))
}

/** Markdown from a template, with the same rules. */
export function toMd(parts: TemplateStringsArray, ...values: Value<Md>[]): Md {
  return new Md(weave(parts, values, (value) => (value instanceof Md ? value.text : escapeMarkdown(value))))
}

function weave<T>(
  parts: TemplateStringsArray,
  values: Value<T>[],
  write: (value: T | string) => string,
): string {
  const text = (value: Value<T>): string =>
    value === undefined
      ? ''
      : Array.isArray(value)
        ? value.map(text).join('')
        : write(typeof value === 'number' ? String(value) : (value as T | string))
  return parts.map((part, i) => part + text(values[i])).join('')
}

function escapeHtml(hostile: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return visible(hostile).replace(/[&<>"']/g, (char) => entities[char]!)
}

/**
 * Text as inline Markdown that reads as it was written. What stands in backticks stays code, and a word that GitHub
 * would turn into a link or a mention (`@name`, `#12`, a URL, an address) becomes code, where it is inert and can be copied.
 */
function escapeMarkdown(hostile: string): string {
  const pieces = visible(hostile.replace(/\s+/g, ' ')).split(/(`[^`]+`)/)
  const tokens = pieces.flatMap((piece, i) =>
    i % 2 === 1 ? [{ code: true, text: piece.slice(1, -1) }] : words(piece),
  )
  const escaped = joined(tokens).map(({ code: isCode, text }) =>
    isCode ? code(text).text : escapePunctuation(text),
  )
  return escaped
    .join('')
    .replace(/^ ?(?:(\d+)([.)])(?=\s|$)|[-+=#>]+(?=\s|$))/, (marker, number, dot) =>
      number === undefined ? `\\${marker.trimStart()}` : `${number}\\${dot}`,
    )
}

interface Token {
  code: boolean
  text: string
}

const linked = /@[\w-]|:\/\/|www\.|#\d|GH-\d/i

function words(text: string): Token[] {
  return text.split(/(\s+)/).flatMap((word) => {
    const [, open = '', middle = '', close = ''] = /^(["'([]*)(.*?)([\])"'.,;:!?]*)$/su.exec(word) ?? []
    if (!linked.test(middle)) return { code: false, text: word }
    return [
      { code: false, text: open },
      { code: true, text: middle },
      { code: false, text: close },
    ]
  })
}

/** Neighbours of a kind made one: the backticks of two code spans side by side would read as one fence. */
function joined(tokens: readonly Token[]): Token[] {
  const runs: Token[] = []
  for (const token of tokens.filter(({ text }) => text !== '')) {
    const last = runs.at(-1)
    if (last?.code === token.code) last.text += token.text
    else runs.push({ ...token })
  }
  return runs
}

function escapePunctuation(text: string): string {
  return text
    .replace(/[\\`*[~$<]|&(?=#?\w+;)/g, '\\$&')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
}

/** Text as a Markdown code span, whatever backticks it holds. */
export function code(hostile: string): Md {
  const text = oneLine(hostile)
  if (text === '') return new Md('')
  const ticks = '`'.repeat(longestBackticks(text) + 1)
  const pad = /^`|`$|^ .* $/.test(text) ? ' ' : ''
  return new Md(`${ticks}${pad}${text}${pad}${ticks}`)
}

/** A block of preformatted Markdown; its fence is longer than any run of backticks inside. */
export function fence(hostile: string, language = 'text'): string {
  const text = visible(hostile)
  const ticks = '`'.repeat(Math.max(3, longestBackticks(text) + 1))
  return `${ticks}${language}\n${text}\n${ticks}`
}

function longestBackticks(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0)
}
