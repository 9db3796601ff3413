/**
 * Tools. The tiny model cannot choose one, so the engine does: each tool is called once, in the order of the
 * request, and then the model answers in text. The model writes the arguments, and a grammar holds them to the
 * tool's parameters. `tool_choice` overrules it.
 */
import { isObject, type JsonObject } from '../json.ts'
import { HttpError } from './http.ts'
import type { Message } from './prompt.ts'

export interface Tool {
  name: string
  /** The JSON Schema of its arguments. */
  parameters: object
}

/** The tool that the reply has to call; undefined where it is to be text. */
export function toolToCall(body: JsonObject): Tool | undefined {
  const tools = readTools(body.tools)
  const { tool_choice: choice = 'auto' } = body
  if (isObject(choice) && choice.type === 'function' && isObject(choice.function)) {
    const { name } = choice.function
    const named = tools.find((tool) => tool.name === name)
    if (named) return named
    throw new HttpError(400, `tool_choice names ${JSON.stringify(name)}, which is not among the tools`)
  }
  if (choice === 'none') return undefined
  if (choice !== null && choice !== 'auto' && choice !== 'required') {
    throw new HttpError(400, `tool_choice ${JSON.stringify(choice)} is not supported`)
  }
  const called = calledSinceUser(body.messages)
  const next = tools.find(({ name }) => !called.has(name))
  if (choice !== 'required') return next
  if (tools.length === 0) throw new HttpError(400, 'tool_choice "required" needs tools')
  return next ?? tools[0]
}

function readTools(given: unknown): Tool[] {
  if (given === undefined || given === null) return []
  if (!Array.isArray(given)) throw new HttpError(400, 'tools must be an array')
  return given.map((tool: unknown) => {
    const described = isObject(tool) && isObject(tool.function) ? tool.function : {}
    const { name, parameters } = described
    if (typeof name !== 'string' || name === '') {
      throw new HttpError(400, 'a tool must have a function with a name')
    }
    return { name, parameters: isObject(parameters) ? parameters : { type: 'object', properties: {} } }
  })
}

function calledSinceUser(messages: unknown): Set<unknown> {
  const given: unknown[] = Array.isArray(messages) ? messages : []
  const start = given.findLastIndex((message) => isObject(message) && message.role === 'user')
  return new Set(given.slice(start + 1).flatMap((message) => callsOf(message).map(({ name }) => name)))
}

/** The calls in an assistant's message, with their arguments as they came: text or an object. */
export function callsOf(message: unknown): { name: unknown; arguments: unknown }[] {
  if (!isObject(message) || !Array.isArray(message.tool_calls)) return []
  return message.tool_calls.flatMap((call: unknown) =>
    isObject(call) && isObject(call.function)
      ? [{ name: call.function.name, arguments: call.function.arguments }]
      : [],
  )
}

/** The conversation with the tools in front and, at its end, the call that is due. */
export function withTools(messages: Message[], tools: unknown, due: Tool | undefined): Message[] {
  const last = messages.at(-1)
  if (!Array.isArray(tools) || tools.length === 0 || !last) return messages
  const list = { role: 'system', content: `Tools:\n${JSON.stringify(tools)}` }
  if (!due) return [list, ...messages]
  const request = `\n\nCall ${due.name}: answer with its arguments as JSON.`
  return [list, ...messages.slice(0, -1), { ...last, content: last.content + request }]
}
