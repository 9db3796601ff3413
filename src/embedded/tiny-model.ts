/** The tiny model as a GGUF file: a real llama transformer of 3 MB, its weights computed, not trained. */
import { writeGguf, type GgufValue } from './gguf.ts'
import { tinyTemplate } from './template.ts'
import { BEGIN, END, UNKNOWN, type Vocabulary } from './tokens.ts'
import { buildVocabulary } from './vocabulary.ts'
import { weights, type Shape } from './weights.ts'

/** Sizes on offer; `tiny` decodes at about 800 tokens per second on one core. */
export type TinySize = 'tiny' | 'small'

const shapes: Record<TinySize, Shape> = {
  tiny: { width: 160, layers: 2, heads: 5, feedForward: 480 },
  small: { width: 256, layers: 6, heads: 4, feedForward: 768 },
}

/** Beginnings of the files' SHA-256: a cached file that was made by other code has another name. */
export const tinyDigests: Record<TinySize, string> = {
  tiny: '0bba74f103db',
  small: '46b976d58545',
}

/** The longest context the model claims to know; num_ctx is cut to it. */
const TRAINED_CONTEXT = 8192

/** The model file's bytes: the same on every machine. */
export function tinyModel(size: TinySize = 'tiny'): Buffer {
  const vocabulary = buildVocabulary()
  return writeGguf(metadata(size, shapes[size], vocabulary), weights(shapes[size], vocabulary))
}

function metadata(size: TinySize, shape: Shape, vocabulary: Vocabulary): Record<string, GgufValue> {
  return {
    'general.architecture': { type: 'string', value: 'llama' },
    'general.name': { type: 'string', value: `chimera-${size}` },
    'general.file_type': { type: 'u32', value: 1 },
    'general.quantization_version': { type: 'u32', value: 2 },
    'general.alignment': { type: 'u32', value: 32 },
    'llama.context_length': { type: 'u32', value: TRAINED_CONTEXT },
    'llama.embedding_length': { type: 'u32', value: shape.width },
    'llama.block_count': { type: 'u32', value: shape.layers },
    'llama.feed_forward_length': { type: 'u32', value: shape.feedForward },
    'llama.attention.head_count': { type: 'u32', value: shape.heads },
    'llama.attention.head_count_kv': { type: 'u32', value: shape.heads },
    'llama.attention.layer_norm_rms_epsilon': { type: 'f32', value: 1e-5 },
    'llama.rope.dimension_count': { type: 'u32', value: shape.width / shape.heads },
    'llama.vocab_size': { type: 'u32', value: vocabulary.pieces.length },
    'tokenizer.ggml.model': { type: 'string', value: 'llama' },
    'tokenizer.ggml.tokens': { type: 'strings', value: vocabulary.pieces },
    'tokenizer.ggml.scores': { type: 'f32s', value: vocabulary.scores },
    'tokenizer.ggml.token_type': { type: 'i32s', value: vocabulary.types },
    'tokenizer.ggml.bos_token_id': { type: 'u32', value: BEGIN },
    'tokenizer.ggml.eos_token_id': { type: 'u32', value: END },
    'tokenizer.ggml.unknown_token_id': { type: 'u32', value: UNKNOWN },
    'tokenizer.ggml.add_bos_token': { type: 'bool', value: true },
    'tokenizer.ggml.add_eos_token': { type: 'bool', value: false },
    'tokenizer.chat_template': { type: 'string', value: tinyTemplate },
  }
}
