/**
 * What a request asks for, in the fields of /api/generate and /api/chat: options, messages, and the prompt as
 * tokens. Requests of another protocol are translated into these fields first.
 */
import type { Token } from 'node-llama-cpp'
import { isObject, objectOf, type JsonObject } from '../json.ts'
import type { Runner } from './engine.ts'
import { HttpError } from './http.ts'
import { readKeepAlive, readOptions, type RunnerOptions, type SamplingOptions } from './options.ts'
import { fittingTokens, tokenize, truncated, type Message, type Renderer } from './prompt.ts'
import { callsOf, toolToCall, withTools, type Tool } from './tools.ts'

export type Endpoint = 'generate' | 'chat'

/** A request as the engine takes it. */
export interface InferenceRequest {
  endpoint: Endpoint
  /** Any JSON object the client sent. */
  body: JsonObject
  runner: RunnerOptions
  sampling: SamplingOptions
  keepAlive: number | undefined
  /** The conversation to be answered; none if the request only loads or unloads the model. */
  messages: Message[]
  /** The tool that the reply calls: its text is then the arguments. */
  tool: Tool | undefined
}

/** Reads a body; throws an HttpError for what is wrong in it. */
export function readRequest(endpoint: Endpoint, body: JsonObject): InferenceRequest {
  refuseUnsupported(endpoint, body)
  const options = readOptions(body.options)
  const keepAlive = readKeepAlive(body.keep_alive)
  const tool = endpoint === 'chat' ? toolToCall(body) : undefined
  const messages = withTools(readMessages(endpoint, body), body.tools, tool)
  return { endpoint, body, ...options, keepAlive, messages, tool }
}

function readMessages(endpoint: Endpoint, body: JsonObject): Message[] {
  if (endpoint === 'generate') {
    const content = body.prompt ?? ''
    if (typeof content !== 'string') throw new HttpError(400, 'json: prompt must be a string')
    if (content === '') return []
    const user = { role: 'user', content }
    return typeof body.system === 'string' && body.system !== '' && body.raw !== true
      ? [{ role: 'system', content: body.system }, user]
      : [user]
  }
  const given = body.messages ?? []
  if (!Array.isArray(given)) throw new HttpError(400, 'json: messages must be an array')
  return given.map((message: unknown) => {
    const content = objectOf(message).content ?? ''
    if (!isObject(message) || typeof message.role !== 'string' || typeof content !== 'string')
      throw new HttpError(400, 'json: a message must have a role and a content, both strings')
    const calls = callsOf(message)
    return {
      role: message.role.toLowerCase(),
      content: calls.length === 0 ? content : content + JSON.stringify(calls),
    }
  })
}

/** What the model or this engine cannot do is refused, never quietly ignored. */
function refuseUnsupported(endpoint: Endpoint, body: JsonObject): void {
  const refuse = (what: string): never => {
    throw new HttpError(400, `${JSON.stringify(body.model)} does not support ${what}`)
  }
  if (body.think !== undefined && body.think !== null && body.think !== false) refuse('thinking')
  if (endpoint === 'generate' && Array.isArray(body.tools) && body.tools.length > 0) refuse('tools')
  if (body.suffix) refuse('insert')
  if (body.template) refuse('another template')
  if (body.logprobs === true) refuse('logprobs')
  const images = [body, ...(Array.isArray(body.messages) ? body.messages : [])]
  if (images.some((part) => isObject(part) && Array.isArray(part.images) && part.images.length > 0))
    refuse('images')
}

/** The prompt as tokens that fit the runner's context. */
export function promptTokens(
  runner: Runner,
  render: Renderer,
  { endpoint, body, messages, sampling }: InferenceRequest,
): Token[] {
  const { model, context } = runner
  const mayTruncate = body.truncate !== false
  const limit = mayTruncate ? context.contextSize : Number.POSITIVE_INFINITY
  const earlier = endpoint === 'generate' ? earlierTokens(runner, body.context) : []
  const tokens =
    body.raw === true && endpoint === 'generate'
      ? tokenize(model, messages.at(-1)?.content ?? '')
      : fittingTokens(model, render, messages, limit)
  return truncated([...earlier, ...tokens], context.contextSize, sampling.num_keep, mayTruncate)
}

/** `context` of an earlier answer. A number that is no token of the model would crash llama.cpp. */
function earlierTokens({ model }: Runner, context: unknown): Token[] {
  if (!Array.isArray(context)) return []
  const size = model.fileInfo.metadata.tokenizer.ggml.tokens.length
  const isToken = (value: unknown): value is Token =>
    Number.isInteger(value) && Number(value) >= 0 && Number(value) < size
  if (context.every(isToken)) return context
  throw new HttpError(400, 'json: context must be an array of tokens')
}
