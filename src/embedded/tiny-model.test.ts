import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readGgufFileInfo } from 'node-llama-cpp'
import { describe, expect, onTestFinished, test } from 'vitest'
import { tinyModelFile } from './model-file.ts'
import { tinyDigests, tinyModel } from './tiny-model.ts'
import { END } from './tokens.ts'
import { buildVocabulary } from './vocabulary.ts'

describe('the file', () => {
  test.each(['tiny', 'small'] as const)(
    '%s has the bytes its digest promises',
    { timeout: 30_000 },
    (size) => {
      const digest = createHash('sha256').update(tinyModel(size)).digest('hex')
      expect(digest.slice(0, 12)).toBe(tinyDigests[size])
    },
  )

  test('is made once, whole, and read as a llama model', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'chimera-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const paths = await Promise.all([tinyModelFile('tiny', folder), tinyModelFile('tiny', folder)])
    expect(paths[0]).toBe(paths[1])
    expect(await readdir(folder)).toHaveLength(1)
    expect((await readFile(paths[0])).equals(tinyModel())).toBe(true)

    const { metadata, tensorInfo } = await readGgufFileInfo(paths[0], { logWarnings: false })
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
