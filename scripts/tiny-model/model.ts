/** The tiny model as a GGUF file: a real llama transformer of 3 MB, its weights computed, not trained. */
import { tinyTemplate } from '../../src/embedded/prompt.ts'
import { writeGguf, type GgufValue } from './gguf.ts'
import { BEGIN, END, UNKNOWN, type Vocabulary } from './tokens.ts'
import { buildVocabulary } from './vocabulary.ts'
import { weights, type Shape } from './weights.ts'

/** Decodes at about 800 tokens per second on one core. */
const shape: Shape = { width: 160, layers: 2, heads: 5, feedForward: 480 }

/** The longest context the model claims to know; num_ctx is cut to it. */
const TRAINED_CONTEXT = 8192

/** The model file's bytes: the same on every machine. */
export function tinyModel(): Buffer {
  const vocabulary = buildVocabulary()
  return writeGguf(metadata(vocabulary), weights(shape, vocabulary))
}

function metadata(vocabulary: Vocabulary): Record<string, GgufValue> {
  return {
    'general.architecture': { type: 'string', value: 'llama' },
    'general.name': { type: 'string', value: 'chimera-tiny' },
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
