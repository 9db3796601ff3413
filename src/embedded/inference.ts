/** /api/generate and /api/chat: one flow for both, from a request's fields to the lines of its answer. */
import type { ServerResponse } from 'node:http'
import type { LlamaModel, Token } from 'node-llama-cpp'
import { complete, type CompletionStats } from './completion.ts'
import type { Engine } from './engine.ts'
import { grammarFor } from './format.ts'
import { sendJson, sendLine } from './http.ts'
import { readKeepAlive, readOptions } from './options.ts'
import type { Renderer } from './prompt.ts'
import { promptTokens, readMessages, refuseUnsupported, type Body, type Endpoint } from './request.ts'

export interface Backend {
  engine: Engine
  render: Renderer
}

/** One request on its way: what came in, and where the answer goes. */
interface Exchange {
  endpoint: Endpoint
  body: Body
  response: ServerResponse
  /** Aborts when the client goes away. */
  signal: AbortSignal
}

/** Answers one request; throws what could not be answered. */
export async function infer(backend: Backend, exchange: Exchange): Promise<void> {
  const { endpoint, body, response, signal } = exchange
  const started = performance.now()
  refuseUnsupported(body)
  const { runner: runnerOptions, sampling } = readOptions(body.options)
  const keepAlive = readKeepAlive(body.keep_alive)
  const messages = readMessages(endpoint, body)
  if (messages.length === 0 && keepAlive === 0) {
    await backend.engine.unload()
    return sendJson(response, 200, answer(exchange, '', { done: true, done_reason: 'unload' }))
  }

  const runner = await backend.engine.use(runnerOptions, keepAlive, signal)
  try {
    const load = performance.now() - started
    if (messages.length === 0) {
      return sendJson(response, 200, answer(exchange, '', { done: true, done_reason: 'load' }))
    }
    const tokens = promptTokens(runner, backend.render, endpoint, body, messages, sampling.num_keep)
    const grammar = await grammarFor(backend.engine.llama, runner.model, body.format)
    let text = ''
    const stats = await complete(
      runner,
      { tokens, sampling, grammar, shift: body.shift !== false, signal },
      (piece) => {
        text += piece
        return body.stream === false
          ? undefined
          : sendLine(response, answer(exchange, piece, { done: false }), signal)
      },
    )
    const context =
      endpoint === 'generate' && body.raw !== true ? contextOf(runner.model, tokens, text) : undefined
    const final = { done: true, ...counters(stats, performance.now() - started, load), context }
    if (body.stream === false) return sendJson(response, 200, answer(exchange, text, final))
    await sendLine(response, answer(exchange, '', final), signal)
    response.end()
  } finally {
    backend.engine.release(runner)
  }
}

function answer({ endpoint, body }: Exchange, text: string, fields: object): object {
  const content = endpoint === 'chat' ? { message: { role: 'assistant', content: text } } : { response: text }
  return { model: body.model, created_at: new Date().toISOString(), ...content, ...fields }
}

/** The counters as Ollama sends them: nanoseconds. */
function counters(stats: CompletionStats, total: number, load: number): object {
  return {
    done_reason: stats.done_reason,
    total_duration: ns(total),
    load_duration: ns(load),
    prompt_eval_count: stats.prompt_eval_count,
    prompt_eval_cached_count: stats.prompt_eval_cached_count,
    prompt_eval_duration: ns(stats.prompt_eval_duration),
    eval_count: stats.eval_count,
    eval_duration: ns(stats.eval_duration),
  }
}

function ns(ms: number): number {
  return Math.round(ms * 1e6)
}

/** The conversation so far as tokens of its text, for a caller that wants to go on from it. */
function contextOf(model: LlamaModel, prompt: readonly Token[], reply: string): Token[] {
  return [...prompt, ...model.tokenize(reply)]
}
