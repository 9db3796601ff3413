/**
 * The tiny model's weights. The residual stream has two parts. The class part holds what the last token was,
 * and nothing writes to it but the embedding: with it the output matrix is a table of what may follow, so the
 * text is readable and ends. The context part is written by attention and feed-forward layers with fixed
 * pseudo-random weights: it leans the choice among the allowed pieces on everything read so far, so another
 * prompt gives another report. Every multiplication of a llama model is done; only what comes out is tame.
 */
import type { GgufTensor } from './gguf.ts'
import { noiseFrom } from './noise.ts'
import type { Vocabulary } from './tokens.ts'

export interface Shape {
  width: number
  layers: number
  heads: number
  feedForward: number
}

/** Dimensions of the context part, the last ones; the others are the class part. */
const CONTEXT = 32
/** Size of a class coordinate after the last norm, per square root of the width; measured on the tiny model. */
const CLASS_SIZE = 0.75
/** Sizes of a token's own mark in the context part, of each layer's additions, and of the output's ear for it. */
const MARK = 0.12
const ATTENTION = 0.06
const FEED_FORWARD = 0.1
const BIAS = 0.08

type Noise = () => number

export function weights({ width, layers, feedForward }: Shape, vocabulary: Vocabulary): GgufTensor[] {
  if (vocabulary.successors.length > width - CONTEXT) {
    throw new Error(
      `${vocabulary.successors.length} classes of tokens do not fit into ${width - CONTEXT} dimensions`,
    )
  }
  const noise = noiseFrom(20_260_101)
  const unit = 1 / Math.sqrt(width)
  const list = [
    matrix('token_embd', width, embedding(width, vocabulary, noise)),
    ones('output_norm', width),
    matrix('output', width, output(width, vocabulary, noise)),
  ]
  for (let layer = 0; layer < layers; layer++) {
    const name = (part: string): string => `blk.${layer}.${part}`
    list.push(
      ones(name('attn_norm'), width),
      matrix(name('attn_q'), width, random(width * width, 1.2 * unit, noise)),
      matrix(name('attn_k'), width, random(width * width, 1.2 * unit, noise)),
      matrix(name('attn_v'), width, random(width * width, unit, noise)),
      matrix(name('attn_output'), width, intoContext(width, width, ATTENTION * unit, noise)),
      ones(name('ffn_norm'), width),
      matrix(name('ffn_gate'), width, random(width * feedForward, unit, noise)),
      matrix(name('ffn_up'), width, random(width * feedForward, unit, noise)),
      matrix(
        name('ffn_down'),
        feedForward,
        intoContext(feedForward, width, FEED_FORWARD / Math.sqrt(feedForward), noise),
      ),
    )
  }
  return list
}

/** A 1 at the token's class, and a mark of its own in the context part. */
function embedding(width: number, { classes }: Vocabulary, noise: Noise): Float32Array {
  const rows = new Float32Array(classes.length * width)
  for (const [token, tokenClass] of classes.entries()) {
    rows[token * width + tokenClass] = 1
    rows.set(random(CONTEXT, MARK, noise), (token + 1) * width - CONTEXT)
  }
  return rows
}

/** The table of what follows what, read from the class part; a slight bias read from the context part. */
function output(width: number, { pieces, successors }: Vocabulary, noise: Noise): Float32Array {
  const rows = new Float32Array(pieces.length * width)
  const size = CLASS_SIZE * Math.sqrt(width)
  for (const [after, tokens] of successors.entries()) {
    for (const [token, logit] of tokens) rows[token * width + after] = logit / size
  }
  for (const token of pieces.keys()) rows.set(random(CONTEXT, BIAS, noise), (token + 1) * width - CONTEXT)
  return rows
}

/** A matrix whose result lies in the context part only. */
function intoContext(inputs: number, outputs: number, scale: number, noise: Noise): Float32Array {
  const rows = new Float32Array(inputs * outputs)
  rows.set(random(inputs * CONTEXT, scale, noise), inputs * (outputs - CONTEXT))
  return rows
}

function random(length: number, scale: number, noise: Noise): Float32Array {
  return Float32Array.from({ length }, () => scale * noise())
}

function ones(name: string, width: number): GgufTensor {
  return { name: `${name}.weight`, shape: [width], type: 'f32', data: new Float32Array(width).fill(1) }
}

function matrix(name: string, inputs: number, data: Float32Array): GgufTensor {
  return { name: `${name}.weight`, shape: [inputs, data.length / inputs], type: 'f16', data }
}
