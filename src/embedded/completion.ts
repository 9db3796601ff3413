/**
 * One completion on a loaded runner: the prompt's cached prefix is kept, the rest is evaluated, tokens are
 * sampled one by one and their text is handed on at once. Counters are those of Ollama's runner: eval_count
 * includes the end token, prompt_eval_duration ends and eval_duration starts with the first token.
 */
import type { LlamaContextSequence, LlamaGrammarEvaluationState, Token } from 'node-llama-cpp'
import { Detokenizer, StopFilter } from './reply-text.ts'
import type { Runner } from './engine.ts'
import type { SamplingOptions } from './options.ts'
import { evaluateOptions, replyLimit } from './sampling.ts'

export interface CompletionRequest {
  /** The prompt, at least one token and no longer than the context. */
  tokens: Token[]
  sampling: SamplingOptions
  grammar: LlamaGrammarEvaluationState | undefined
  /** Whether a full context drops its older half and goes on, or ends the reply. */
  shift: boolean
  signal: AbortSignal
}

/** What the final object tells; durations in ms. */
export interface CompletionStats {
  done_reason: 'stop' | 'length'
  prompt_eval_count: number
  prompt_eval_cached_count: number
  prompt_eval_duration: number
  eval_count: number
  eval_duration: number
}

/** Takes a piece of text; the next one comes when it has been dealt with. */
export type Send = (piece: string) => Promise<void> | undefined

/** Sends pieces of text as they come; throws the signal's reason once it aborts. */
export async function complete(
  runner: Runner,
  request: CompletionRequest,
  send: Send,
): Promise<CompletionStats> {
  const leave = await runner.queue.enter(request.signal)
  const sequence = takeSequence(runner, request.tokens)
  try {
    return await generate(runner, sequence, request, send)
  } finally {
    runner.sequences.push(sequence)
    leave()
  }
}

/** The idle sequence that holds the longest part of the prompt already. */
function takeSequence(runner: Runner, tokens: Token[]): LlamaContextSequence {
  const shared = (one: LlamaContextSequence): number => one.compareContextTokens(tokens).firstDifferentIndex
  const best = runner.sequences.reduce((one, other) => (shared(other) > shared(one) ? other : one))
  runner.sequences.splice(runner.sequences.indexOf(best), 1)
  return best
}

async function generate(
  runner: Runner,
  sequence: LlamaContextSequence,
  request: CompletionRequest,
  send: Send,
): Promise<CompletionStats> {
  const { tokens, sampling, grammar, signal } = request
  const started = performance.now()
  const cached = await keepPrefix(sequence, tokens)
  const lastBatch = await evaluateUpToLastBatch(sequence, tokens.slice(cached), signal)

  const text = new Detokenizer(runner.model, tokens)
  const filter = new StopFilter(sampling.stop)
  const limit = replyLimit(sampling.num_predict, sequence.contextSize)
  let [first, latest, count] = [0, 0, 0]
  let stopped = false
  for await (const token of sequence.evaluate(
    lastBatch,
    evaluateOptions(sequence, text.tokens, sampling, grammar),
  )) {
    latest = performance.now()
    if (++count === 1) first = latest
    signal.throwIfAborted()
    stopped = runner.model.isEogToken(token)
    if (!stopped) {
      const piece = filter.push(text.push(token))
      if (piece !== '') await send(piece)
      stopped = filter.hit
    }
    const full = !request.shift && sequence.nextTokenIndex >= sequence.contextSize - 1
    if (stopped || full || count >= limit) break
  }
  const rest = filter.flush(text.flush())
  if (rest !== '') await send(rest)
  return {
    done_reason: stopped ? 'stop' : 'length',
    prompt_eval_count: tokens.length,
    prompt_eval_cached_count: cached,
    prompt_eval_duration: first - started,
    eval_count: count,
    eval_duration: latest - first,
  }
}

/** Cuts the sequence back to what it shares with the prompt; a token is always left to evaluate. */
async function keepPrefix(sequence: LlamaContextSequence, tokens: Token[]): Promise<number> {
  await sequence.adaptStateToTokens(tokens.slice(0, -1), false)
  return sequence.nextTokenIndex
}

/** Batch by batch, so that a client that left is noticed between two of them; returns what is left. */
async function evaluateUpToLastBatch(
  sequence: LlamaContextSequence,
  tokens: Token[],
  signal: AbortSignal,
): Promise<Token[]> {
  const size = sequence.context.batchSize
  let start = 0
  for (; start + size < tokens.length; start += size) {
    await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(start, start + size))
    signal.throwIfAborted()
  }
  return tokens.slice(start)
}
