/**
 * Requests of OpenAI's API in the engine's fields, as Ollama's own /v1 translates them. Fields that change nothing
 * here (user, metadata, store, …) are dropped; what the engine cannot do is refused.
 */
import { isObject, objectOf, type JsonObject } from '../../json.ts'
import { HttpError } from '../http.ts'

/** The body of /v1/chat/completions in the fields of /api/chat. */
export function chatBody(body: JsonObject): JsonObject {
  const { messages } = body
  if (!Array.isArray(messages) || messages.length === 0) {
    throw new HttpError(400, 'messages must be an array of at least one message')
  }
  refuse(body, ['audio', 'functions', 'function_call', 'prediction', 'web_search_options'])
  const { tools, tool_choice, reasoning_effort } = body
  return {
    ...shared(body),
    messages: messages.map(readMessage),
    format: formatOf(body.response_format),
    tools,
    tool_choice,
    think: reasoning_effort === 'none' ? undefined : reasoning_effort,
  }
}

/** The body of /v1/completions in the fields of /api/generate; the prompt gets no template. */
export function completionBody(body: JsonObject): JsonObject {
  const prompt: unknown =
    Array.isArray(body.prompt) && body.prompt.length === 1 ? body.prompt[0] : body.prompt
  if (typeof prompt !== 'string' || prompt === '') throw new HttpError(400, 'prompt must be a text')
  refuse(body, ['echo', 'suffix'])
  if ((body.best_of ?? 1) !== 1) throw new HttpError(400, 'best_of is not supported')
  return { ...shared(body), prompt, raw: true }
}

function shared(body: JsonObject): JsonObject {
  if ((body.n ?? 1) !== 1) throw new HttpError(400, 'n must be 1')
  refuse(body, ['logprobs', 'logit_bias'])
  if (typeof (body.stream ?? false) !== 'boolean') throw new HttpError(400, 'stream must be a boolean')
  return { model: body.model, stream: body.stream === true, options: optionsOf(body) }
}

/** Ollama's names of the options. Without a value, temperature and top_p are 1, as OpenAI has them. */
function optionsOf(body: JsonObject): JsonObject {
  const { temperature, top_p, top_k, min_p, seed, stop, repeat_penalty } = body
  const { frequency_penalty, presence_penalty } = body
  const limit = body.max_completion_tokens ?? body.max_tokens
  if (typeof limit === 'number' && limit < 1) throw new HttpError(400, 'max_tokens must be 1 or more')
  return {
    temperature: temperature ?? 1,
    top_p: top_p ?? 1,
    top_k,
    min_p,
    seed,
    repeat_penalty,
    frequency_penalty,
    presence_penalty,
    num_predict: limit,
    stop: typeof stop === 'string' ? [stop] : stop,
  }
}

function formatOf(given: unknown): unknown {
  const { type, json_schema } = objectOf(given)
  if (given === undefined || given === null || type === 'text') return undefined
  if (type === 'json_object') return 'json'
  const { schema } = objectOf(json_schema)
  if (type === 'json_schema' && isObject(schema)) return schema
  throw new HttpError(
    400,
    'response_format must be of type "text", "json_object" or "json_schema" with a schema',
  )
}

/** A message whose content is one text; `developer` is a later name of `system`. */
function readMessage(message: unknown): JsonObject {
  if (!isObject(message)) throw new HttpError(400, 'a message must be an object')
  const role = message.role === 'developer' ? 'system' : message.role
  return { ...message, role, content: textOf(message.content) }
}

function textOf(content: unknown): unknown {
  if (!Array.isArray(content)) return content ?? ''
  return content
    .map((part: unknown) => {
      if (isObject(part) && part.type === 'text' && typeof part.text === 'string') return part.text
      throw new HttpError(400, `content of type ${JSON.stringify(objectOf(part).type)} is not supported`)
    })
    .join('')
}

function refuse(body: JsonObject, names: readonly string[]): void {
  const used = names.find((name) => isSet(body[name]))
  if (used !== undefined) throw new HttpError(400, `${used} is not supported`)
}

function isSet(value: unknown): boolean {
  const empty = isObject(value) && Object.keys(value).length === 0
  return value !== undefined && value !== null && value !== false && value !== '' && !empty
}
