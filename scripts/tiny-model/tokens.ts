/** What a token is to the tiny model; vocabulary.ts makes them, follow.ts says which follows which. */

export interface Vocabulary {
  /** Text of each token, `▁` for a space. */
  pieces: string[]
  /** Merge order of the tokenizer: the higher the sooner. */
  scores: number[]
  /** GGUF token types: 1 normal, 2 unknown, 3 control, 6 byte. */
  types: number[]
  /** Class of each token: the row of `successors` that holds after it. */
  classes: number[]
  /** What may follow each class, with its logit; all else stays near 0. */
  successors: Map<number, number>[]
}

export const UNKNOWN = 0
export const BEGIN = 1
export const END = 2

/** Class of every token that no phrase contains, so of whatever ends a prompt. */
export const START = 0

/** The id of a piece, made if it is new. */
export type Piece = (text: string) => number

/** Name of the token for one byte. */
export function byteText(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`
}
