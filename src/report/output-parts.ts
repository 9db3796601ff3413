/**
 * What an agent returned, read by the convention that the README states: an object may have the members `data_summary`,
 * `findings`, `recommendations`, `report` and `personas`, and each has its section; all else is shown as it is.
 */
import type { Trial } from '../schema/generated.ts'
import { clip } from './output.ts'

/** An output in the order in which reports show it. Everything in it was written by a model or by the user. */
export interface OutputParts {
  /** Numbers and other short values by name. */
  facts: [name: string, value: string][]
  dataSummary: string | undefined
  findings: string[]
  recommendations: string[]
  report: string | undefined
  /** Further texts, and data as JSON, by name. */
  others: [name: string, text: string][]
  /** What agents were told to be, by the agent's name. */
  personas: [agent: string, prompt: string][]
}

/** Said of an import's lists: nobody asked its model for them. */
export const searchedNote = ', as the older keyword search took them'

/** One agent's part of an output; `agent` is undefined where there is only one. */
export interface AgentOutput {
  agent: string | undefined
  parts: OutputParts
}

/** A text of at most so many characters, on one line, is a fact and no section. */
const LONGEST_FACT = 80

/** A trial's output, agent by agent where several worked at once and the output has a member for each. */
export function outputsOf({ output, calls, source }: Trial): AgentOutput[] {
  const agents = new Set(calls.map(({ agent }) => agent))
  const members = membersOf(source === 'import' ? renamed(output) : output)
  if (members.length > 0 && members.every(([name]) => agents.has(name)))
    return members.map(([agent, own]) => ({ agent, parts: partsOf(own) }))
  return [{ agent: undefined, parts: partsOf(members.length > 0 ? Object.fromEntries(members) : output) }]
}

/** Reads one agent's output. Members that are not of the kind the convention gives them are shown as they are. */
export function partsOf(output: unknown): OutputParts {
  const parts: OutputParts = {
    facts: [],
    dataSummary: undefined,
    findings: [],
    recommendations: [],
    report: undefined,
    others: [],
    personas: [],
  }
  const members = membersOf(output)
  if (members.length === 0) return { ...parts, others: [['output', textOf(output)]] }
  for (const [name, value] of members) {
    if (!place(parts, name, value)) placeOther(parts, name, value)
  }
  return parts
}

/** Whether the member is one of the convention's and went to its place. */
function place(parts: OutputParts, name: string, value: unknown): boolean {
  if (name === 'report' && typeof value === 'string') parts.report = value
  else if (name === 'data_summary' && typeof value === 'string') parts.dataSummary = value
  else if ((name === 'findings' || name === 'recommendations') && listOf(value).length > 0)
    parts[name] = listOf(value)
  else if (name === 'personas' && personasOf(value).length > 0) parts.personas = personasOf(value)
  else return false
  return true
}

function placeOther(parts: OutputParts, name: string, value: unknown): void {
  const line = typeof value === 'string' ? value : JSON.stringify(value)
  const isShort = line.length <= LONGEST_FACT && !line.includes('\n')
  if (isShort) parts.facts.push([short(name), line])
  else parts.others.push([short(name), textOf(value)])
}

/** A list of texts, or a text with an item a line; nothing for what is neither. */
function listOf(value: unknown): string[] {
  if (typeof value === 'string') {
    const lines = value.split('\n').map((line) => line.replace(/^\s*(?:[-*•]|\d+[.)])\s+/, '').trim())
    return lines.filter((line) => line !== '')
  }
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : []
}

function personasOf(value: unknown): [string, string][] {
  if (typeof value === 'string') return [['', value]]
  const members = membersOf(value)
  const isText = members.every((member): member is [string, string] => typeof member[1] === 'string')
  return isText ? members.map(([name, prompt]) => [short(name), prompt]) : []
}

/** A name that is data is cut like data. */
function short(name: string): string {
  const { text, cut } = clip(name, LONGEST_FACT)
  return cut === 0 ? text : `${text}…`
}

/** The older system's names for what has another here. */
function renamed(output: unknown): Record<string, unknown> {
  const names: Record<string, string> = { key_findings: 'findings', persona: 'personas' }
  return Object.fromEntries(membersOf(output).map(([name, value]) => [names[name] ?? name, value]))
}

function membersOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value, undefined, 2) ?? '')
}
