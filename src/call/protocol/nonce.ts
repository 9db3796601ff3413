import { isObject } from '../../json.ts'
import { textOf } from './error-text.ts'
import type { Body } from './protocol.ts'

/**
 * The body with `head` before what the model reads first, whichever of its fields that is. A request without a prompt
 * only loads or unloads a model; there is nothing a cache could serve.
 */
export function withHead(body: Body, head: string): Body {
  const { prompt, system, messages, instructions, input } = body
  if (Array.isArray(messages)) return { ...body, messages: headed(messages, head) }
  if (textOf(instructions)) return { ...body, instructions: head + textOf(instructions) }
  if (Array.isArray(prompt) && typeof prompt[0] === 'string')
    return { ...body, prompt: prompt.map((one: unknown) => (typeof one === 'string' ? head + one : one)) }
  if (Array.isArray(input)) return { ...body, input: headed(input, head) }
  if (textOf(input)) return { ...body, input: head + textOf(input) }
  if (!textOf(prompt)) return body
  return {
    ...body,
    prompt: head + textOf(prompt),
    ...(textOf(system) && { system: head + textOf(system) }),
  }
}

/** Messages, the text of the first with `head` before it; content is text or a list of parts. */
function headed(messages: unknown[], head: string): unknown[] {
  const [first, ...others] = messages
  if (!isObject(first)) return messages
  const { content } = first
  if (typeof content === 'string') return [{ ...first, content: head + content }, ...others]
  if (!Array.isArray(content)) return messages
  const at = content.findIndex((part) => isObject(part) && typeof part['text'] === 'string')
  const parts = content.map((part: Body, i) =>
    i === at ? { ...part, text: head + textOf(part['text']) } : part,
  )
  return [{ ...first, content: parts }, ...others]
}
