/** One request's way through the engine, the same for every protocol: runner, prompt, grammar, reply. */
import type { LlamaModel, Token } from 'node-llama-cpp'
import { complete, type CompletionStats } from './completion.ts'
import type { Engine } from './engine.ts'
import { grammarFor } from './format.ts'
import type { Renderer } from './prompt.ts'
import { promptTokens, type InferenceRequest } from './request.ts'

export interface Backend {
  engine: Engine
  render: Renderer
}

/** What has been answered; durations in ms. */
export interface Result extends CompletionStats {
  text: string
  load_duration: number
  total_duration: number
  /** The conversation so far as tokens, where /api/generate hands it out. */
  context: Token[] | undefined
}

/** Writes an answer in the words of a protocol. */
export interface Reply {
  /** Takes a piece of text; the next one comes when it has been dealt with. */
  piece(text: string): Promise<void> | undefined
  end(result: Result): Promise<void>
}

/** Answers one request; throws what could not be answered. */
export async function infer(
  backend: Backend,
  request: InferenceRequest,
  reply: Reply,
  signal: AbortSignal,
): Promise<void> {
  const started = performance.now()
  const { body, endpoint, sampling } = request
  const runner = await backend.engine.use(request.runner, request.keepAlive, signal)
  try {
    const load = performance.now() - started
    const tokens = promptTokens(runner, backend.render, request)
    const format = request.tool ? request.tool.parameters : body.format
    const grammar = await grammarFor(backend.engine.llama, runner.model, format)
    let text = ''
    const stats = await complete(
      runner,
      { tokens, sampling, grammar, shift: body.shift !== false, signal },
      (piece) => {
        text += piece
        return reply.piece(piece)
      },
    )
    const context =
      endpoint === 'generate' && body.raw !== true ? contextOf(runner.model, tokens, text) : undefined
    const total = performance.now() - started
    await reply.end({ ...stats, text, load_duration: load, total_duration: total, context })
  } finally {
    backend.engine.release(runner)
  }
}

/** The conversation so far as tokens of its text, for a caller that wants to go on from it. */
function contextOf(model: LlamaModel, prompt: readonly Token[], reply: string): Token[] {
  return [...prompt, ...model.tokenize(reply)]
}
