/** What an arm's agents returned in the last valid trial: a text as it is, JSON member by member, agent by agent. */
import type { Trial } from '../../schema/generated.ts'
import { clip } from '../../text/index.ts'
import { heading, prose, say, trusted } from './blocks.ts'
import type { Block, Inline } from './blocks.ts'

/** The last valid trial of a block that returned something. Warm-ups and agents alone are no whole trial of an arm. */
export function lastOutput(trials: readonly Trial[]): Trial | undefined {
  return trials.findLast((trial) => trial.valid && isMeasured(trial) && trial.output !== undefined)
}

/** Whether a trial is of a block and not beside it, as a warm-up or an agent alone is. */
export function isMeasured({ phase }: Trial): boolean {
  return phase === 'measure' || phase === 'confirm'
}

/** Most items of a list or members of an object; a text of so many characters on one line needs no block. */
const MOST_ITEMS = 20
const SHORT = 80

/** Characters that may be quoted; counts what was asked for and what was cut. */
export class Budget {
  asked = 0
  cut = 0
  #left: number

  constructor(characters: number) {
    this.#left = characters
  }

  take(whole: string): string {
    const { text, cut } = clip(whole, this.#left)
    this.asked += whole.length
    this.cut += cut
    this.#left -= text.length
    return text
  }
}

/** One agent's part of an output; `agent` is undefined where there is only one. */
export interface AgentOutput {
  agent: string | undefined
  value: unknown
}

/** A trial's output, agent by agent where several worked at once and the output has a member for each. */
export function outputsOf({ output, calls }: Trial): AgentOutput[] {
  const agents = new Set(calls.map(({ agent }) => agent))
  const members = membersOf(output)
  return members.length > 0 && members.every(([name]) => agents.has(name))
    ? members.map(([agent, value]) => ({ agent, value }))
    : [{ agent: undefined, value: output }]
}

/** Short members in a list, then a heading and a block for each of the others. */
export function outputBlocks(value: unknown, level: 3 | 4, budget: Budget): Block[] {
  const members = membersOf(value)
  if (members.length === 0) return contentOf(value, budget)
  const shown = members.slice(0, MOST_ITEMS)
  const short = shown.filter(([, member]) => isShort(member))
  const rest = members.length - shown.length
  const facts = short.map(([name, member]): Inline => `${cut(name)}: ${budget.take(textOf(member))}`)
  return [
    ...(facts.length === 0 ? [] : [{ kind: 'list' as const, items: facts }]),
    ...shown
      .filter(([, member]) => !isShort(member))
      .flatMap(([name, member]) => [heading(level, titleOf(name)), ...contentOf(member, budget)]),
    ...more(rest, 'member'),
  ]
}

function contentOf(value: unknown, budget: Budget): Block[] {
  if (!isTextList(value)) return [{ kind: 'code', text: budget.take(textOf(value).trimEnd()) }]
  const shown = value.slice(0, MOST_ITEMS)
  return [
    { kind: 'list', items: shown.map((item) => budget.take(item)) },
    ...more(value.length - shown.length, 'item'),
  ]
}

function more(n: number, noun: string): Block[] {
  return n > 0 ? [prose(say`${n} more ${trusted(n === 1 ? noun : `${noun}s`)} in trials.jsonl.`)] : []
}

function isShort(value: unknown): boolean {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return text.length <= SHORT && !text.includes('\n') && !(isTextList(value) && value.length > 0)
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string')
}

/** `risk_table` as a heading: `Risk table`. A name that is data is cut like data. */
function titleOf(member: string): string {
  const words = cut(member).replaceAll('_', ' ').trim()
  return words === '' ? 'Output' : words.charAt(0).toUpperCase() + words.slice(1)
}

function cut(name: string): string {
  const { text, cut: rest } = clip(name, SHORT)
  return rest === 0 ? text : `${text}…`
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return isShort(value) ? (JSON.stringify(value) ?? '') : JSON.stringify(value, undefined, 2)
}

function membersOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
}
