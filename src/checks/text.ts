/** Fields under which an output or a model's response keeps its text, the most telling first. */
const TEXT_FIELDS = ['report', 'response', 'content', 'text'] as const

/**
 * The text of a trial's output. A string is its own text; an object gives its `report`, `response`, `content`,
 * `text` or `message.content`, whichever comes first; anything else gives its JSON; nothing gives ''.
 */
export function text(output: unknown): string {
  if (typeof output === 'string') return output
  if (output === undefined || output === null) return ''
  const fields: Readonly<Record<string, unknown>> = Object(output)
  for (const name of TEXT_FIELDS) {
    const value = fields[name]
    if (typeof value === 'string') return value
  }
  const message = fields['message']
  if (
    typeof message === 'object' &&
    message !== null &&
    'content' in message &&
    typeof message.content === 'string'
  ) {
    return message.content
  }
  return JSON.stringify(output, undefined, 2) ?? ''
}

/** The text without a Markdown fence that holds all of it, or its one long part: models like to wrap a whole report. */
export function unwrapped(whole: string): string {
  const [, inner] = /^\s*```(?:markdown|md)[ \t]*\n([\s\S]*\n)[ \t]*```\s*$/i.exec(whole) ?? []
  if (inner !== undefined && isClosed(inner)) return inner
  return whole.replace(
    /^[ \t]*```(?:markdown|md)[ \t]*\n([\s\S]*?)(?:^[ \t]*```[ \t]*$|$(?![\s\S]))/gim,
    '$1',
  )
}

/** Whether every fence in it has its end, so that the text around it does not end one. */
function isClosed(inner: string): boolean {
  let isOpen = false
  for (const [, info = ''] of inner.matchAll(/^[ \t]*```(.*)$/gm)) {
    if (isOpen && info.trim() !== '') return false
    isOpen = !isOpen
  }
  return !isOpen
}

/** The text without its code: fenced blocks and inline code. A fence that never closes takes the rest. */
export function withoutCode(whole: string): string {
  return unwrapped(whole)
    .replace(/^[ \t]*(```|~~~)[^\n]*\n[\s\S]*?(?:^[ \t]*\1[ \t]*$|$(?![\s\S]))/gm, '\n')
    .replace(/`[^`\n]*`/g, ' ')
}

/** The text's paragraphs of prose, in order, without code and Markdown's marks. */
export function paragraphs(whole: string): string[] {
  return withoutCode(whole)
    .split(/\n\s*\n/)
    .map((part) => part.replace(/[*_#>|~]+|^\s*-+\s/gm, ' ').trim())
    .filter((part) => part !== '')
}

/** How many letters of any script a text has. */
export function letterCount(part: string): number {
  return part.match(/\p{L}/gu)?.length ?? 0
}

/** A piece of hostile text, safe in a message: one line, no control or direction marks, at most `longest` characters. */
export function quote(part: string, longest = 60): string {
  const line = part.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
  const characters = Array.from(line)
  return `"${characters.length > longest ? `${characters.slice(0, longest - 1).join('')}…` : line}"`
}
