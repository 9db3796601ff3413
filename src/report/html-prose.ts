import { toHtml, type Html } from './escape.ts'

/** A message as HTML: what it sets in backticks becomes code. */
export function prose(message: string): Html {
  const pieces = message.split(/`([^`]+)`/)
  return toHtml`${pieces.map((piece, i) => (i % 2 === 1 ? toHtml`<code>${piece}</code>` : typeset(piece)))}`
}

/** Sets figures in type: real minus signs, and units that stay with their number. */
export function typeset(text: string): string {
  return text
    .replace(/(?<![\w-])-(?=\d)/g, '−')
    .replace(/(?<=\d) (?=[%\p{L}])/gu, '\u00a0')
    .replace(/^~ /, '~\u00a0')
}

/** Numbers that lead to the notes. */
export function marks(numbers: readonly number[]): Html | undefined {
  if (numbers.length === 0) return undefined
  return toHtml`<sup>${numbers.map((n, i) => toHtml`${i > 0 ? ', ' : ''}<a href="#note-${n}" aria-label="note ${n}">${n}</a>`)}</sup>`
}
