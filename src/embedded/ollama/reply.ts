/** /api/generate, /api/chat and /api/embed: answers in Ollama's words, and requests that only load or unload the model. */
import { isObject, parseJson } from '../../json.ts'
import { embed } from '../embed.ts'
import { HttpError, lines, sendJson, sendPart, type Exchange, type Failure } from '../http.ts'
import { infer, type Backend, type Reply, type Result } from '../inference.ts'
import { readRequest, type Endpoint, type InferenceRequest } from '../request.ts'

export async function answerOllama(backend: Backend, endpoint: Endpoint, exchange: Exchange): Promise<void> {
  const request = readRequest(endpoint, exchange.body)
  if (request.messages.length === 0) return loadOnly(backend, request, exchange)
  await infer(backend, request, replyTo(request, exchange), exchange.signal)
}

/** A request without a prompt loads the model, or unloads it with keep_alive 0. */
async function loadOnly({ engine }: Backend, request: InferenceRequest, exchange: Exchange): Promise<void> {
  const done = (done_reason: string): void =>
    sendJson(exchange.response, 200, answer(request, textOf(request, ''), { done: true, done_reason }))
  if (request.keepAlive === 0) {
    await engine.unload()
    return done('unload')
  }
  const runner = await engine.use(request.runner, request.keepAlive, exchange.signal)
  done('load')
  engine.release(runner)
}

function replyTo(request: InferenceRequest, { response, signal }: Exchange): Reply {
  const streamed = request.body.stream !== false
  const line = (content: object, fields: object): Promise<void> =>
    sendPart(response, lines, answer(request, content, fields), signal)
  return {
    // The arguments of a call are sent whole, as Ollama sends them.
    piece: (text) => (streamed && !request.tool ? line(textOf(request, text), { done: false }) : undefined),
    async end(result) {
      const content = request.tool ? callOf(request.tool.name, result.text) : textOf(request, result.text)
      const final = { done: true, ...counters(result), context: result.context }
      if (!streamed) return sendJson(response, 200, answer(request, content, final))
      if (request.tool) await line(content, { done: false })
      await line(textOf(request, ''), final)
      response.end()
    },
  }
}

function answer({ body }: InferenceRequest, content: object, fields: object): object {
  return { model: body.model, created_at: new Date().toISOString(), ...content, ...fields }
}

function textOf({ endpoint }: InferenceRequest, text: string): object {
  return endpoint === 'chat' ? { message: { role: 'assistant', content: text } } : { response: text }
}

/** A call, or its text where the reply was cut off within the arguments. */
function callOf(name: string, text: string): object {
  const parsed = parseJson(text)
  if (!isObject(parsed)) return { message: { role: 'assistant', content: text } }
  return {
    message: { role: 'assistant', content: '', tool_calls: [{ function: { name, arguments: parsed } }] },
  }
}

/** The counters as Ollama sends them: nanoseconds. */
function counters(result: Result): object {
  return {
    done_reason: result.done_reason,
    total_duration: ns(result.total_duration),
    load_duration: ns(result.load_duration),
    prompt_eval_count: result.prompt_eval_count,
    prompt_eval_cached_count: result.prompt_eval_cached_count,
    prompt_eval_duration: ns(result.prompt_eval_duration),
    eval_count: result.eval_count,
    eval_duration: ns(result.eval_duration),
  }
}

export async function answerEmbed(backend: Backend, { body, response, signal }: Exchange): Promise<void> {
  const { vectors, prompt_eval_count, ...durations } = await embed(backend, body, signal)
  const { total_duration: total, load_duration: load } = durations
  const times = { total_duration: ns(total), load_duration: ns(load) }
  sendJson(response, 200, { model: body.model, embeddings: vectors, ...times, prompt_eval_count })
}

/** What Ollama answers when a request fails. */
export function ollamaFailure(error: unknown): Failure {
  const status = error instanceof HttpError ? error.status : 500
  return { status, body: { error: error instanceof Error ? error.message : String(error) } }
}

function ns(ms: number): number {
  return Math.round(ms * 1e6)
}
