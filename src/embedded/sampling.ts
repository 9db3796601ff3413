/** A request's sampling options in node-llama-cpp's words, with Ollama's meaning of each. */
import type {
  LlamaContextSequence,
  LlamaGrammarEvaluationState,
  SequenceEvaluateOptions,
  Token,
} from 'node-llama-cpp'
import { randomInt } from 'node:crypto'
import type { SamplingOptions } from './options.ts'

/** Most tokens a reply may have: num_predict, bounded as Ollama bounds it, so that no model runs on for ever. */
export function replyLimit(numPredict: number, contextSize: number): number {
  const most = 10 * contextSize
  return numPredict <= 0 || numPredict > most ? most : numPredict
}

/** Options for `sequence.evaluate`. `seen` grows as tokens come: the repeat penalty reads its end. */
export function evaluateOptions(
  sequence: LlamaContextSequence,
  seen: readonly Token[],
  sampling: SamplingOptions,
  grammar: LlamaGrammarEvaluationState | undefined,
): SequenceEvaluateOptions {
  const penalty = repeatPenalty(sequence, seen, sampling)
  return {
    temperature: sampling.temperature,
    topK: sampling.top_k,
    topP: sampling.top_p,
    minP: sampling.min_p,
    seed: sampling.seed < 0 ? randomInt(2 ** 32) : sampling.seed,
    yieldEogToken: true,
    contextShift: contextShift(sequence, sampling),
    ...(grammar && { grammarEvaluationState: grammar }),
    ...(penalty && { repeatPenalty: penalty }),
  }
}

function repeatPenalty(
  sequence: LlamaContextSequence,
  seen: readonly Token[],
  sampling: SamplingOptions,
): SequenceEvaluateOptions['repeatPenalty'] {
  const {
    repeat_penalty: penalty,
    presence_penalty: presencePenalty,
    frequency_penalty: frequencyPenalty,
  } = sampling
  const window = sampling.repeat_last_n < 0 ? sequence.contextSize : sampling.repeat_last_n
  if (window === 0 || (penalty === 1 && presencePenalty === 0 && frequencyPenalty === 0)) return undefined
  const punishTokens = (): Token[] => seen.slice(-window)
  return { punishTokens, maxPunishTokens: window, penalty, presencePenalty, frequencyPenalty }
}

/** A full context keeps its first num_keep tokens and the newer half of the rest. */
function contextShift(
  sequence: LlamaContextSequence,
  { num_keep }: SamplingOptions,
): NonNullable<SequenceEvaluateOptions['contextShift']> {
  const keep = Math.min(Math.max(num_keep, 0), sequence.contextSize - 2)
  return {
    size: Math.max(Math.floor((sequence.contextSize - keep) / 2), 1),
    strategy: ({ size }) => [{ start: keep, end: keep + size }],
  }
}
