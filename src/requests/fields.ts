/** A request as texts by name, which two requests are compared by. */
import { createHash } from 'node:crypto'
import type { MadeRequest } from '../call/protocol/protocol.ts'
import { isObject, objectOf } from '../json.ts'
import { clip } from '../text/index.ts'

export type Fields = ReadonlyMap<string, string>

/** Most characters of one field. */
const LONGEST = 200_000

/** At most `most` characters in all, but for short digests. Options and tools have a field each, messages are one text. */
export function fieldsOf({ endpoint, body }: MadeRequest, most: number): Fields {
  let left = most
  const bounded = (whole: string): string => {
    const { text, cut } = clip(whole, Math.max(0, Math.min(LONGEST, left)))
    left -= text.length
    return cut === 0 ? text : `${text}\n${digest(whole)}`
  }
  const fields = [
    ['endpoint', endpoint] as const,
    ...Object.entries(body).flatMap(([name, value]) => parts(name, value)),
  ]
  return new Map(
    fields.map(([name, text]) => [clip(name.replace(/\s+/g, ' '), LONGEST_NAME).text, bounded(text)]),
  )
}

const LONGEST_NAME = 80

function parts(name: string, value: unknown): [string, string][] {
  if (value === undefined || value === null) return []
  if (name === 'options' && isObject(value))
    return Object.entries(value).map(([option, set]) => [`options.${option}`, textOf(set)])
  if (!Array.isArray(value)) return [[name, textOf(value)]]
  if (name === 'tools') return value.map((tool, i) => [`tools.${toolName(tool) ?? i}`, textOf(tool)])
  if (name === 'messages') return [[name, value.map(messageText).join('\n')]]
  if (name === 'images') return [[name, value.map(digest).join('\n')]]
  return [[name, textOf(value)]]
}

function toolName(tool: unknown): string | undefined {
  const { name } = objectOf(objectOf(tool)['function'])
  return typeof name === 'string' ? name : undefined
}

/** `user:` and the lines of its content, then what else a message has, a line each. */
function messageText(message: unknown): string {
  const { role, content, ...rest } = objectOf(message)
  const others = Object.entries(rest).flatMap(([name, value]) => parts(name, value))
  return [
    `${String(role)}:`,
    textOf(content ?? ''),
    ...others.map(([name, text]) => `${name}: ${text}`),
  ].join('\n')
}

/** A text as it is, an object over several lines, anything else on one. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return JSON.stringify(value, undefined, isObject(value) ? 2 : undefined) ?? ''
}

/** Tells long data apart without keeping it. */
function digest(value: unknown): string {
  const text = textOf(value)
  return `${text.length} characters, SHA-256 ${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
}
