/** What an arm's agents returned in the last valid trial, as sections of its page. */
import type { Trial } from '../schema/generated.ts'
import { fence, toMd } from './escape.ts'
import { clip } from './output.ts'
import { searchedNote, type AgentOutput, type OutputParts } from './output-parts.ts'

/** Longest text quoted on a page, in characters; trials.jsonl has the whole. */
const longestText = 60_000

/** Most items of a list or members of an output, and the longest item, in characters. */
const mostItems = 20
const longestItem = 2_000

/** Sections of one agent's output; `depth` is that of their headings. */
export function outputSections(parts: OutputParts, { source }: Trial, depth: number): string[] {
  const { dataSummary, findings, recommendations, report, others } = parts
  const title = (text: string): string => `${'#'.repeat(depth)} ${text}`
  const searched = source === 'import' ? searchedNote : ''
  return [
    ...(dataSummary === undefined ? [] : [title('Data summary'), ...quoted(dataSummary)]),
    ...list(title(`Key findings${searched}`), findings),
    ...list(title(`Recommendations${searched}`), recommendations),
    ...(report === undefined ? [] : [title("Report, in the model's words"), ...quoted(report)]),
    ...others
      .slice(0, mostItems)
      .flatMap(([name, text]) => [title(toMd`${named(name)}`.text), ...quoted(text)]),
    ...(others.length > mostItems ? [`${others.length - mostItems} more members are in trials.jsonl.`] : []),
  ]
}

/** `- files: 13`: what the output tells in a word. */
export function factLines({ facts }: OutputParts): string {
  return facts
    .slice(0, mostItems)
    .map(([name, value]) => `- ${toMd`${name}: ${value}`.text}`)
    .join('\n')
}

/** What the agents were told to be, by name; a persona without one is the agent's own. */
export function personaSection(outputs: readonly AgentOutput[]): string[] {
  const known = new Map(
    outputs.flatMap(({ agent, parts }) =>
      parts.personas.map(([name, prompt]) => [name === '' ? (agent ?? '') : name, prompt] as const),
    ),
  )
  if (known.size === 0) return []
  const sections = [...known]
    .slice(0, mostItems)
    .flatMap(([name, prompt]) => [...(name === '' ? [] : [toMd`#### ${name}`.text]), ...quoted(prompt)])
  return [`### Persona prompt${known.size > 1 ? 's' : ''}`, ...sections]
}

function quoted(whole: string): string[] {
  const { text, cut } = clip(whole.trimEnd(), longestText)
  return [fence(text), ...(cut === 0 ? [] : [`${cut} more characters are in trials.jsonl.`])]
}

function list(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return []
  const rest = items.length - mostItems
  const lines = items.slice(0, mostItems).map((item) => `- ${toMd`${clip(item, longestItem).text}`.text}`)
  return [title, lines.join('\n'), ...(rest > 0 ? [`${rest} more are in trials.jsonl.`] : [])]
}

/** `risk_table` as a heading: `Risk table`. */
function named(member: string): string {
  const words = member.replaceAll('_', ' ').trim()
  return words === '' ? 'Output' : words[0]!.toUpperCase() + words.slice(1)
}
