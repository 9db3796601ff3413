/**
 * The tiny model's tokens. They are SentencePiece pieces: the tokenizer finds a word by merging, so every
 * prefix of a word is a token too, and bytes cover whatever has no piece.
 */
import { addJson, addReport } from './follow.ts'
import { lists, pairs, sections, words } from './phrases.ts'
import { byteText, START, type Piece, type Vocabulary } from './tokens.ts'

/** Words merge first, then pairs; phrases and single letters are never a merge's goal. */
const PAIR = -1e3
const LAST = -1e4

export function buildVocabulary(): Vocabulary {
  const vocabulary: Vocabulary = { pieces: [], scores: [], types: [], successors: [new Map()], classes: [] }
  const ids = new Map<string, number>()
  const token = (text: string, score: number, type = 1): number => {
    const known = ids.get(text)
    if (known !== undefined) return known
    ids.set(text, vocabulary.pieces.length)
    vocabulary.scores.push(score)
    vocabulary.types.push(type)
    vocabulary.classes.push(START)
    return vocabulary.pieces.push(text) - 1
  }

  token('<unk>', 0, 2)
  token('<s>', 0, 3)
  token('</s>', 0, 3)
  for (let byte = 0; byte < 256; byte++) token(byteText(byte), 0, 6)
  for (let code = 0x21; code < 0x7f; code++) token(String.fromCharCode(code), LAST)
  for (const blank of ['▁', '\n']) token(blank, LAST)
  for (const word of knownWords()) {
    for (let length = 2; length <= word.length; length++) token(word.slice(0, length), -length)
  }
  for (const pair of pairs.split(' ')) token(pair, PAIR)

  const piece: Piece = (text) => token(text.replaceAll('_', '▁').replaceAll('~', '\n'), LAST)
  addReport(vocabulary, piece)
  addJson(vocabulary, piece)
  return vocabulary
}

/** The words of the list, in both cases, and of the phrases: all as they look after a space. */
function knownWords(): Set<string> {
  const found = new Set<string>()
  for (const word of words.trim().split(/\s+/)) {
    found.add(`▁${word}`).add(`▁${word[0]!.toUpperCase()}${word.slice(1)}`)
  }
  const phrases = [
    ...sections.flatMap(({ heading, sentences }) => [heading, ...sentences]),
    ...lists.map(({ item }) => item),
  ]
  for (const word of phrases.join(' ').match(/[A-Za-z]+/g) ?? []) found.add(`▁${word}`)
  return found
}
