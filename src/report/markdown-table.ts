import { Md } from './escape.ts'

/** A GitHub table: `headings` with their alignment (`>` in front for right), one array of finished cells a row. */
export function table(headings: readonly string[], rows: readonly (readonly (Md | string)[])[]): string {
  const titles = headings.map((heading) => heading.replace(/^>/, ''))
  const rule = headings.map((heading) => (heading.startsWith('>') ? '--:' : ':--'))
  return [titles, rule, ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n')
}

/** Text of our own making, which needs no escaping: a number, a unit, a word from the table of words. */
export function own(text: string): Md {
  return new Md(text)
}

function cell(content: Md | string): string {
  // A table is cut at every bare `|`, even at one inside a code span.
  return (content instanceof Md ? content.text : content).replaceAll('|', '\\|')
}
