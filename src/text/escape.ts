/**
 * Everything a report shows was written by someone else: names by the user, replies by a model, errors by a server.
 * So text enters HTML only through the tag below, which escapes what is interpolated unless it came out of the same
 * tag, and Markdown only through `escapeMarkdown`, `code` and `fence`.
 */
import { oneLine, visible } from './visible.ts'

/** Finished HTML. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Value = Html | string | number | undefined | readonly (Html | string | undefined)[]

/**
 * HTML from a template: interpolated text is escaped, lists are joined, `undefined` leaves nothing.
 * Not called `html`, or a formatter would rewrite the text.
 */
export function toHtml(parts: TemplateStringsArray, ...values: Value[]): Html {
  const text = (value: Value): string => {
    if (value === undefined) return ''
    if (value instanceof Html) return value.text
    if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value))
    return value.map(text).join('')
  }
  return new Html(parts.map((part, i) => part + text(values[i])).join(''))
}

function escapeHtml(hostile: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return visible(hostile).replace(/[&<>"']/g, (char) => entities[char] ?? char)
}

/**
 * Text as inline Markdown that reads as it was written. What stands in backticks stays code, and a word that GitHub
 * would turn into a link or a mention (`@name`, `#12`, a URL, an address) becomes code, where it is inert and can be copied.
 */
export function escapeMarkdown(hostile: string): string {
  const line = visible(hostile.replace(/\s+/g, ' '))
  const pieces = line.split(/(`[^`]+`)/)
  const tokens = pieces.flatMap((piece, i) =>
    i % 2 === 1 ? [{ code: true, text: piece.slice(1, -1) }] : words(piece),
  )
  const brackets = isLinkLike.test(line) ? /\[/g : /(?!)/g
  const escaped = joined(tokens).map(({ code: isCode, text }) =>
    isCode ? code(text) : escapePunctuation(text).replace(brackets, '\\['),
  )
  return escaped
    .join('')
    .replace(/^ ?(?:(\d+)([.)])(?=\s|$)|>|[-+=#]+(?=\s|$))/, (marker, number, dot) =>
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

/** Neighbors of a kind made one: the backticks of two code spans side by side would read as one fence. */
function joined(tokens: readonly Token[]): Token[] {
  const runs: Token[] = []
  for (const token of tokens.filter(({ text }) => text !== '')) {
    const last = runs.at(-1)
    if (last?.code === token.code) last.text += token.text
    else runs.push({ ...token })
  }
  return runs
}

/** Only what Markdown would read as markup: an interval's brackets and a lone `~` stay as they are. */
function escapePunctuation(text: string): string {
  return text
    .replace(/[\\`*$]|<(?=[a-z/!?])|~(?=\S)|(?<=\S)~|&(?=#?\w+;)/gi, '\\$&')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
}

// What a bracket could be part of: a link, an image, a footnote, an alert, a task or a definition at the start, and what
// the text after a last `]` might complete. The brackets of an interval are part of none.
const isLinkLike = /^\s*\[|\]\s?[(:[]|\[[\^!]|!\[|[^\d]\]$/

/** Text as a Markdown code span, with any backticks in it. */
export function code(hostile: string): string {
  const text = oneLine(hostile)
  if (text === '') return ''
  const ticks = '`'.repeat(longestBackticks(text) + 1)
  const pad = /^`|`$|^ .* $/.test(text) ? ' ' : ''
  return `${ticks}${pad}${text}${pad}${ticks}`
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
