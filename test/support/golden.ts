/** Golden files: the expected text stands beside the test; what came instead is left as `.got` to compare and to accept. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

/** Holds `text` to the golden file at `file`. To accept a change, move the `.got` file over it. */
export async function expectGolden(text: string, file: URL): Promise<void> {
  const path = fileURLToPath(file)
  const expected = await readFile(path, 'utf8').catch(() => undefined)
  if (text === expected) return await rm(`${path}.got`, { force: true })
  await writeFile(`${path}.got`, text)
  expect.soft(text).toBe(expected ?? '')
  expect.fail(`${path} differs from what was written. If the new text is right: mv ${path}.got ${path}`)
}
