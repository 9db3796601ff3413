/** What an arm's agents returned in the last valid trial: a text as it is, JSON member by member, agent by agent. */
import type { Trial } from '../../schema/generated.ts'
import { isObject } from '../../json.ts'
import { present } from '../../optional.ts'
import { capitalized, clip, count, json } from '../../text/index.ts'
import { heading, list, remark, type Block, type Inline } from './blocks.ts'
import { measuredTrials } from './trials.ts'

/** Most items of a list or members of an object; a text of so many characters on one line needs no block. */
const MOST_ITEMS = 20
const SHORT = 80

/** A trial's output, with the characters that it has and those that were cut. */
export interface LastOutput {
  trial: Trial
  blocks: Block[]
  asked: number
  cut: number
}

/**
 * The output of the last valid trial of a block that returned something: warm-ups and agents alone are no whole trial of an
 * arm. Where several agents worked at once and the output has a member for each, `head` is what opens the part of one.
 */
export function lastOutput(
  trials: readonly Trial[],
  longest: number,
  head: (agent: string) => Block[],
): LastOutput | undefined {
  const trial = measuredTrials(trials).findLast(({ output }) => output !== undefined)
  if (trial === undefined) return undefined
  const budget = new Budget(longest)
  const agents = new Set(trial.calls.map(({ agent }) => agent))
  const members = membersOf(trial.output)
  const blocks =
    members.length > 0 && members.every(([name]) => agents.has(name))
      ? members.flatMap(([agent, value]) => [...head(agent), ...outputBlocks(value, budget)])
      : outputBlocks(trial.output, budget)
  return { trial, blocks, asked: budget.asked, cut: budget.cut }
}

/** Characters that may be quoted; counts what was asked for and what was cut. */
class Budget {
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

/** Short members in a list, then a heading and a block for each of the others. */
function outputBlocks(value: unknown, budget: Budget): Block[] {
  const members = membersOf(value)
  if (members.length === 0) return contentOf(value, budget)
  const shown = members.slice(0, MOST_ITEMS)
  const facts = shown
    .filter(([, member]) => isShort(member))
    .map(([name, member]): Inline => `${cut(name)}: ${budget.take(json(member))}`)
  return present<Block>(
    list(facts),
    shown
      .filter(([, member]) => !isShort(member))
      .flatMap(([name, member]) => [heading(4, titleOf(name)), ...contentOf(member, budget)]),
    more(members.length - shown.length, 'member'),
  )
}

function contentOf(value: unknown, budget: Budget): Block[] {
  if (!isTextList(value)) return [{ kind: 'code', text: budget.take(textOf(value).trimEnd()) }]
  const shown = value.slice(0, MOST_ITEMS)
  return present<Block>(
    list(shown.map((item) => budget.take(item))),
    more(value.length - shown.length, 'item'),
  )
}

function more(n: number, noun: string): Block | false {
  return n > 0 && remark(`${count(n, `more ${noun}`)} in trials.jsonl.`)
}

function isShort(value: unknown): boolean {
  const text = json(value)
  return text.length <= SHORT && !text.includes('\n') && !isTextList(value)
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string')
}

/** `risk_table` as a heading: `Risk table`. A name that is data is cut like data. */
function titleOf(member: string): string {
  const words = cut(member).replaceAll('_', ' ').trim()
  return words === '' ? 'Output' : capitalized(words)
}

function cut(name: string): string {
  const { text, cut: rest } = clip(name, SHORT)
  return rest === 0 ? text : `${text}…`
}

function textOf(value: unknown): string {
  return typeof value === 'string' || isShort(value) ? json(value) : JSON.stringify(value, undefined, 2)
}

function membersOf(value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value) : []
}
