/** /v1/chat/completions, /v1/completions and /v1/embeddings: answers, models and failures in OpenAI's words. */
import { randomUUID } from 'node:crypto'
import { objectOf } from '../../json.ts'
import type { ServedModel } from '../ollama/facts.ts'
import { embed } from '../embed.ts'
import { events, HttpError, sendJson, sendPart, type Exchange, type Failure } from '../http.ts'
import { infer, type Backend, type Reply, type Result } from '../inference.ts'
import { readRequest, type Endpoint, type InferenceRequest } from '../request.ts'
import { chatBody, completionBody } from './request.ts'

export async function answerOpenAI(backend: Backend, endpoint: Endpoint, exchange: Exchange): Promise<void> {
  const body = endpoint === 'chat' ? chatBody(exchange.body) : completionBody(exchange.body)
  const request = readRequest(endpoint, body)
  const reply = body.stream === true ? streamed(request, exchange) : whole(request, exchange)
  await infer(backend, request, reply, exchange.signal)
}

function whole(request: InferenceRequest, { response }: Exchange): Reply {
  const { endpoint, tool } = request
  return {
    piece: () => undefined,
    async end(result) {
      const { text } = result
      const calls = tool && [
        { id: callId(), type: 'function', function: { name: tool.name, arguments: text } },
      ]
      const message = { role: 'assistant', content: calls ? null : text, refusal: null, tool_calls: calls }
      const content = endpoint === 'chat' ? { message } : { text }
      const choice = { index: 0, ...content, logprobs: null, finish_reason: finishReason(request, result) }
      const object = endpoint === 'chat' ? 'chat.completion' : 'text_completion'
      const answer = { ...header(request, object), choices: [choice], usage: usage(result) }
      sendJson(response, 200, { ...answer, timings: timings(result) })
    },
  }
}

function streamed(request: InferenceRequest, { body, response, signal }: Exchange): Reply {
  const { endpoint, tool } = request
  const head = header(request, endpoint === 'chat' ? 'chat.completion.chunk' : 'text_completion')
  const withUsage = objectOf(body.stream_options).include_usage === true
  const id = callId()
  let begun = false

  // The first delta has the role, and of a call the id and the name; the others have text alone.
  const delta = (text: string): object => {
    const opening = begun ? {} : { role: 'assistant', ...(!tool && { content: '' }) }
    const call = begun ? {} : { id, type: 'function' }
    const name = begun ? {} : { name: tool?.name }
    begun = true
    if (!tool) return { ...opening, content: text }
    return { ...opening, tool_calls: [{ index: 0, ...call, function: { ...name, arguments: text } }] }
  }
  const chunk = async (content: object, reason: string | null, more: object = {}): Promise<void> => {
    const choice = { index: 0, ...content, logprobs: null, finish_reason: reason }
    const part = { ...head, choices: [choice], ...(withUsage && { usage: null }), ...more }
    await sendPart(response, events, part, signal)
  }
  const content = (text: string): object => (endpoint === 'chat' ? { delta: delta(text) } : { text })
  return {
    piece: (text) => chunk(content(text), null),
    async end(result) {
      const last = endpoint === 'chat' && begun ? { delta: {} } : content('')
      await chunk(last, finishReason(request, result), { timings: timings(result) })
      if (withUsage) await sendPart(response, events, { ...head, choices: [], usage: usage(result) }, signal)
      response.end('data: [DONE]\n\n')
    },
  }
}

function header({ body }: InferenceRequest, object: string): object {
  const id = `${object === 'text_completion' ? 'cmpl' : 'chatcmpl'}-${randomUUID()}`
  return { id, object, created: Math.floor(Date.now() / 1000), model: body.model }
}

function callId(): string {
  return `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`
}

function finishReason({ tool }: InferenceRequest, { done_reason }: Result): string {
  return tool && done_reason === 'stop' ? 'tool_calls' : done_reason
}

function usage({ prompt_eval_count, prompt_eval_cached_count, eval_count }: Result): object {
  return {
    prompt_tokens: prompt_eval_count,
    completion_tokens: eval_count,
    total_tokens: prompt_eval_count + eval_count,
    prompt_tokens_details: { cached_tokens: prompt_eval_cached_count },
  }
}

/** Counts and durations as llama.cpp's own server adds them to its answers; ms. */
function timings(result: Result): object {
  return {
    cache_n: result.prompt_eval_cached_count,
    prompt_n: result.prompt_eval_count - result.prompt_eval_cached_count,
    prompt_ms: result.prompt_eval_duration,
    predicted_n: result.eval_count,
    predicted_ms: result.eval_duration,
  }
}

export async function answerEmbeddings(
  backend: Backend,
  { body, response, signal }: Exchange,
): Promise<void> {
  const { model, input, encoding_format } = body
  const { vectors, prompt_eval_count } = await embed(backend, { input }, signal)
  const data = vectors.map((vector, index) => {
    const embedding = encoding_format === 'base64' ? base64(vector) : vector
    return { object: 'embedding', index, embedding }
  })
  const usage = { prompt_tokens: prompt_eval_count, total_tokens: prompt_eval_count }
  sendJson(response, 200, { object: 'list', data, model, usage })
}

/** Floats of four bytes, the form that the official client asks for. */
function base64(vector: readonly number[]): string {
  return Buffer.from(new Float32Array(vector).buffer).toString('base64')
}

/** A model in the list of /v1/models. */
export function modelCard({ modified }: ServedModel, id: string): object {
  return { id, object: 'model', created: Math.floor(Date.parse(modified) / 1000), owned_by: 'embedded' }
}

/** A failure in OpenAI's form. A request that cannot be answered is never the server's fault, as in Ollama's 500s. */
export function openaiFailure(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error)
  const [status, type, code] =
    error instanceof HttpError
      ? [error.status === 500 ? 400 : error.status, 'invalid_request_error', error.code]
      : [500, 'server_error', null]
  return { status, body: { error: { message, type, param: null, code } } }
}
