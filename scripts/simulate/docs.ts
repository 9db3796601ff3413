import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Results } from './jobs.ts'
import { drawPictures } from './pictures.ts'

const page = new URL('../../docs/decision.md', import.meta.url)
const BEGIN = '<!-- simulation: begin, written by `npm run simulate -- --docs` -->'
const END = '<!-- simulation: end -->'

/** Puts what was printed between the marks in docs/decision.md, and draws the pictures beside it. */
export async function writeDocs(printed: string, { cells }: Results): Promise<void> {
  const text = readFileSync(page, 'utf8')
  const from = text.indexOf(BEGIN)
  const to = text.indexOf(END)
  if (from === -1 || to < from)
    throw new Error('docs/decision.md has lost the marks of its simulation table.')
  writeFileSync(page, `${text.slice(0, from)}${BEGIN}\n\n${printed}\n${text.slice(to)}`)
  const folder = new URL('pictures/', page)
  mkdirSync(folder, { recursive: true })
  for (const [name, svg] of await drawPictures(cells)) writeFileSync(new URL(name, folder), `${svg}\n`)
}
