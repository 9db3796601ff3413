/**
 * Every failure a user can meet, in one grammar: what happened, where, what to do.
 * Callers never write such a sentence themselves; they name the failure and hand over the facts.
 */

/** An error whose message is complete: shown as it is, without a stack. */
export class ChimeraError extends Error {
  override name = 'ChimeraError'
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Why a call failed and what cures it; `detail` is the server's or the system's own text. */
export const callMessages = {
  unreachable: (host: string, detail: string): string =>
    `No model server answers at ${host} (${detail}). Start it with \`ollama serve\`, or set OLLAMA_HOST to where it listens.`,
  model_missing: (model: string, host: string, detail: string): string =>
    `The server at ${host} has no model "${model}" (${detail}). Get it with \`ollama pull ${model}\`.`,
  busy: (host: string, detail: string): string =>
    `The server at ${host} refused the call because its queue is full (${detail}). Run fewer agents at once, or raise OLLAMA_MAX_QUEUE.`,
  http_error: (host: string, status: number, detail: string): string =>
    `The server at ${host} answered with status ${status} (${detail}). See the server's log.`,
  stream_error: (detail: string): string =>
    `The server broke the reply off with an error: ${detail}. See the server's log.`,
  no_done: (detail: string): string =>
    `The stream ended without its final object${detail}. Ollama does this after more than 30 identical pieces: raise repeat_penalty or the temperature, or change the prompt.`,
  truncated_stream: (detail: string): string =>
    `The connection broke in the middle of the reply (${detail}). See whether the server crashed or ran out of memory.`,
  no_tokens: (detail: string): string =>
    `The server finished without a token of output (${detail}). Check the prompt and the model's template.`,
  timeout_first_byte: (ms: number): string =>
    `No byte of the reply came within ${ms} ms. Raise \`timeout\` in agentBench if the model takes longer to load.`,
  timeout_stall: (ms: number): string =>
    `The reply stood still for more than ${ms} ms. Raise \`timeout\` in agentBench if such pauses are normal here.`,
  runaway_tokens: (tokens: number): string =>
    `The reply went past the bound of ${tokens} tokens. Set num_predict, or raise \`bound.tokens\`.`,
  runaway_ms: (ms: number): string =>
    `The call went past the bound of ${ms} ms. Set num_predict, or raise \`bound.ms\`.`,
  context_overflow: (used: number, numCtx: number): string =>
    `Prompt and reply took ${used} tokens of a context of ${numCtx}: the server silently dropped part of the prompt. Raise num_ctx or shorten the prompt.`,
  interrupted: (): string => 'The run was interrupted while the call was under way.',
  abandoned: (): string =>
    'The agent returned before the reply was complete, so the call was aborted. Read the stream to its end, or await the call.',
} as const
