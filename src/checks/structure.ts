import { messageOf } from '../errors.ts'
import { compileSchema } from '../schema/validate.ts'
import { named, type Check } from './check.ts'
import { checkMessages } from './messages.ts'
import { quote, text, unwrapped } from './text.ts'

/**
 * The output has a section of each name, and each has text. A section begins with a Markdown heading or with a line
 * that is bold or numbered as a whole (`## Key findings`, `**4. Key Findings**`, `4. Key findings:`). Case, numbers
 * and marks do not matter; a heading may say more than the name.
 */
export function hasSections(names: readonly string[]): Check {
  return named('hasSections', ({ output }) => {
    const sections = sectionsOf(unwrapped(text(output)))
    const find = (name: string): Section | undefined =>
      sections.find(({ title }) => title.includes(plain(name)))
    const missing = names.filter((name) => find(name) === undefined)
    if (missing.length > 0)
      return checkMessages.missingSections(
        missing,
        sections.map(({ title }) => quote(title, 40)),
      )
    const empty = names.filter((name) => find(name)?.empty)
    return empty.length > 0 ? checkMessages.emptySections(empty) : undefined
  })
}

interface Section {
  title: string
  empty: boolean
}

function sectionsOf(whole: string): Section[] {
  const sections: (Section & { depth: number })[] = []
  let inCode = false
  for (const line of whole.split('\n')) {
    if (/^\s*(```|~~~)/.test(line)) inCode = !inCode
    const depth = inCode ? undefined : headingDepth(line)
    const above = sections.at(-1)
    if (depth !== undefined) {
      // A section whose text stands in subsections is not empty.
      if (above !== undefined && depth > above.depth) above.empty = false
      sections.push({ title: plain(line), empty: true, depth })
    } else if (above !== undefined && /[\p{L}\p{N}]/u.test(line)) above.empty = false
  }
  return sections
}

/** How deep a heading is, or nothing for a line of text. Bold and numbered lines count as the deepest. */
function headingDepth(line: string): number | undefined {
  const marks = /^\s{0,3}(#{1,6})\s/.exec(line)?.[1]
  if (marks !== undefined) return marks.length
  if (/^\s*\*\*[^*]+\*\*:?\s*$/.test(line)) return 7
  return /^\s*\d+(\.\d+)*[.)]?\s+\p{Lu}[\p{L}\s&-]{2,50}:?\s*$/u.test(line) ? 7 : undefined
}

function plain(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[*_#`:]+/g, ' ')
    .replace(/^\s*(section\s+)?(\d+(\.\d+)*|[ivx]+)[.)]?\s+/, '')
    .replace(/\s+/g, ' ')
    .trim()
}

/**
 * The output is valid against a JSON Schema (draft 2020-12). An object is judged as it is; a text, or a model's
 * response, is parsed as JSON first, a ```json fence around it aside. Throws a ChimeraError when the schema is faulty.
 */
export function matchesSchema(schema: object): Check {
  const faults = compileSchema(schema, 'output')
  return named('matchesSchema', ({ output }) => {
    const parsed = asData(output)
    if ('problem' in parsed) return checkMessages.notJson(parsed.problem)
    const found = faults(parsed.data)
    return found.length > 0 ? checkMessages.schemaFaults(found) : undefined
  })
}

function asData(output: unknown): { data: unknown } | { problem: string } {
  if (typeof output !== 'string' && !isResponse(output)) return { data: output }
  try {
    return { data: JSON.parse(unfenced(text(output).trim())) }
  } catch (error) {
    return { problem: messageOf(error) }
  }
}

/** Whether it is what `generate` or `chat` resolve to; an object of the agent's own may say of something that it is done. */
function isResponse(output: unknown): boolean {
  const fields: Readonly<Record<string, unknown>> = Object(output)
  const message: Readonly<Record<string, unknown>> = Object(fields['message'])
  return 'done' in fields && typeof (fields['response'] ?? message['content']) === 'string'
}

/** The text within a fence; its ends are looked for one by one, for a pattern of both would try all pairs of them. */
function unfenced(json: string): string {
  const opening = /^```(?:json)?[^\S\n]*\n/.exec(json)?.[0]
  return opening === undefined || !json.endsWith('\n```') ? json : json.slice(opening.length, -'\n```'.length)
}
