import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { readFile } from 'node:fs/promises'
import { readGgufFileInfo } from 'node-llama-cpp'
import { describe, expect, test } from 'vitest'
import { tinyDigest } from '../../src/embedded/model-file.ts'
import { tinyModel } from './model.ts'
import { END } from './tokens.ts'
import { buildVocabulary } from './vocabulary.ts'

const built = fileURLToPath(new URL('../../dist/embedded/chimera-tiny.gguf', import.meta.url))

describe('the file', () => {
  test('has the bytes that its digest records', () => {
    expect(createHash('sha256').update(tinyModel()).digest('hex')).toBe(tinyDigest)
  })

  test('is what the build has written, and reads as a llama model', async () => {
    expect((await readFile(built)).equals(tinyModel())).toBe(true)
    const { metadata, tensorInfo } = await readGgufFileInfo(built, { logWarnings: false })
    expect(metadata.general.architecture).toBe('llama')
    expect(tensorInfo).toHaveLength(3 + 2 * 9)
    expect(tensorInfo!.every(({ offset }) => Number(offset) % 32 === 0)).toBe(true)
    expect(metadata.tokenizer.ggml.tokens).toHaveLength(buildVocabulary().pieces.length)
  })
})

describe('the vocabulary', () => {
  const { pieces, types, scores, classes, successors } = buildVocabulary()

  test('has no piece twice, all bytes, and every prefix of its words', () => {
    expect(new Set(pieces).size).toBe(pieces.length)
    expect(types.filter((type) => type === 6)).toHaveLength(256)
    const known = new Set(pieces)
    const words = pieces.filter((piece, id) => scores[id]! < -1 && scores[id]! > -100 && piece.length > 2)
    expect(words.length).toBeGreaterThan(1000)
    expect(words.filter((word) => !known.has(word.slice(0, -1)))).toEqual([])
  })

  test('leads from every class to the end', () => {
    const ends = new Set<number>()
    const leads = (row: number): boolean =>
      [...successors[row]!.keys()].some((token) => token === END || ends.has(classes[token]!))
    for (const _ of successors) {
      for (const row of successors.keys()) if (leads(row)) ends.add(row)
    }
    expect(ends.size).toBe(successors.length)
  })
})
