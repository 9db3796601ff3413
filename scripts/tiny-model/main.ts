/**
 * Writes the embedded engine's model into `dist/embedded/`; the last step of `npm run build`.
 *
 *   model ← vocabulary ← follow ← phrases     what the model can say, as tokens and what follows them
 *   model ← weights ← noise                   the same as the weights of a transformer
 *   model ← gguf                              the file format
 */
import { createHash } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { tinyDigest } from '../../src/embedded/model-file.ts'
import { tinyModel } from './model.ts'

const folder = new URL('../../dist/embedded/', import.meta.url)
const target = new URL('chimera-tiny.gguf', folder)
const draft = new URL(`chimera-tiny.gguf.${process.pid}`, folder)

const bytes = tinyModel()
const digest = createHash('sha256').update(bytes).digest('hex')
if (digest !== tinyDigest) {
  console.error(
    `The tiny model came out with SHA-256 ${digest}; expected ${tinyDigest}. If its generator was changed on purpose, update tinyDigest in src/embedded/model-file.ts.`,
  )
  process.exit(1)
}
await mkdir(folder, { recursive: true })
try {
  await writeFile(draft, bytes)
  // A rename within a folder is atomic: a test that runs meanwhile reads the old file or the new one.
  await rename(draft, target)
} finally {
  await rm(draft, { force: true })
}
