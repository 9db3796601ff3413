/** Embeddings, the same for every protocol: one vector of length 1 per text, in a context made for the request. */
import type { JsonObject } from '../json.ts'
import { HttpError } from './http.ts'
import type { Backend } from './inference.ts'
import { readKeepAlive, readOptions } from './options.ts'
import { tokenize, truncated } from './prompt.ts'

/** Vectors in the order of the texts; durations in ms. */
export interface Embeddings {
  vectors: number[][]
  prompt_eval_count: number
  load_duration: number
  total_duration: number
}

export async function embed(backend: Backend, body: JsonObject, signal: AbortSignal): Promise<Embeddings> {
  const started = performance.now()
  const texts = readTexts(body.input)
  const { runner: options, sampling } = readOptions(body.options)
  const runner = await backend.engine.use(options, readKeepAlive(body.keep_alive), signal)
  try {
    const load_duration = performance.now() - started
    const size = runner.context.contextSize
    const inputs = texts.map((text) =>
      truncated(tokenize(runner.model, text), size, sampling.num_keep, body.truncate !== false),
    )
    const leave = await runner.queue.enter(signal)
    try {
      // The pooling reads a text in one batch.
      const context = await runner.model.createEmbeddingContext({
        contextSize: size,
        batchSize: size,
        threads: 1,
      })
      try {
        const vectors: number[][] = []
        for (const tokens of inputs) {
          signal.throwIfAborted()
          vectors.push(unit((await context.getEmbeddingFor(tokens)).vector))
        }
        const prompt_eval_count = inputs.reduce((sum, tokens) => sum + tokens.length, 0)
        return { vectors, prompt_eval_count, load_duration, total_duration: performance.now() - started }
      } finally {
        await context.dispose()
      }
    } finally {
      leave()
    }
  } finally {
    backend.engine.release(runner)
  }
}

function readTexts(input: unknown): string[] {
  const texts: unknown[] = Array.isArray(input) ? input : [input]
  return texts.map((text) => {
    if (typeof text === 'string' && text !== '') return text
    throw new HttpError(400, 'input must be a text or an array of texts')
  })
}

function unit(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector) || 1
  return vector.map((value) => value / length)
}
