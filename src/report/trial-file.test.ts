import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { htmlOf, markdownOf, pagesOf, sampleRun, sampleRuns } from '../../test/support/sample-runs.ts'
import { trialOf } from '../../test/support/trials.ts'
import { writeReports } from './store.ts'
import { TrialFile } from './trial-file.ts'

let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'chimera-trials-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

test.each(sampleRuns)('of what is kept of run %s the same pages and lines are made', async (name) => {
  const { report, trials } = sampleRun(name)
  using file = new TrialFile(dir)
  const kept = trials.map((trial) => file.add(trial))
  expect(markdownOf(report, kept)).toBe(markdownOf(report, trials))
  expect(htmlOf(report, kept)).toBe(htmlOf(report, trials))
  expect(pagesOf(report, kept)).toEqual(pagesOf(report, trials))
  await writeReports(dir, report, kept.toReversed(), { lines: file.pieces(kept.toReversed()) })
  const lines = trials.toReversed().map((trial) => `${JSON.stringify(trial)}\n`)
  expect(readFileSync(join(dir, 'trials.jsonl'), 'utf8')).toBe(lines.join(''))
})

test('keeps no times of chunks, and of each arm the last output alone', () => {
  using file = new TrialFile(dir)
  const outputs = (['baseline', 'candidate'] as const).flatMap((role) =>
    [1, 2, 3].map((block) => trialOf({ role, block, over: { output: `${role} ${block}` } })),
  )
  const warmUp = trialOf({ role: 'candidate', block: 0, phase: 'warmup', over: { output: 'warm' } })
  const kept = [...outputs, warmUp].map((trial) => file.add(trial))
  expect(kept.flatMap(({ output }) => output ?? [])).toEqual(['baseline 3', 'candidate 3'])
  expect(kept.flatMap(({ calls }) => calls.flatMap((call) => call.chunk_times ?? []))).toEqual([])
})

test('the temporary file is made by the first trial and gone in the end', () => {
  const folder = join(dir, 'reports')
  const file = new TrialFile(folder)
  file[Symbol.dispose]()
  expect(readdirSync(dir)).toEqual([])
  // Longer than a piece, which may end within a character.
  const trial = trialOf({ role: 'baseline', block: 1, over: { output: 'ผิด \u2028'.repeat(20_000) } })
  for (let run = 0; run < 2; run++) {
    const kept = [file.add(trial), file.add(trial)]
    expect(readdirSync(folder)).toHaveLength(1)
    expect(textOf(file.pieces(kept))).toBe(`${JSON.stringify(trial)}\n`.repeat(2))
    file[Symbol.dispose]()
    expect(readdirSync(folder)).toEqual([])
  }
})

test('what the disk refuses stays in memory', () => {
  const path = join(dir, 'in-the-way')
  writeFileSync(path, '')
  using file = new TrialFile(path)
  const trial = trialOf({ role: 'baseline', block: 1 })
  expect(textOf(file.pieces([file.add(trial)]))).toBe(`${JSON.stringify(trial)}\n`)
})

test('pieces are read one at a time, into one buffer', () => {
  using file = new TrialFile(dir)
  const kept = [1, 2, 3].map((block) => file.add(trialOf({ role: 'baseline', block })))
  let asked = 0
  const pieces = file.pieces(
    (function* () {
      for (const trial of kept) {
        asked++
        yield trial
      }
    })(),
  )
  const sizes: number[] = []
  const buffers = new Set<unknown>()
  for (const piece of pieces) {
    sizes.push(asked, piece.length)
    buffers.add(Buffer.isBuffer(piece) && piece.buffer)
  }
  const sizeOf = (block: number): number => JSON.stringify(trialOf({ role: 'baseline', block })).length + 1
  expect(sizes).toEqual([1, sizeOf(1), 2, sizeOf(2), 3, sizeOf(3)])
  expect(buffers.size).toBe(1)
})

function textOf(pieces: Iterable<string | Buffer>): string {
  return Buffer.concat(Array.from(pieces, (piece) => Buffer.from(piece))).toString()
}
