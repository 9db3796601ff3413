import { readFileSync } from 'node:fs'
import type { Imported } from '../../src/import/to-report.ts'
import { readRecording } from '../../src/import/read.ts'

/** Files as the older system wrote them, with recorded figures and made-up texts. */
export type OlderFile = 'single' | 'concurrent' | 'serialized' | 'summary'

/** Where such a file is. */
export function olderFile(name: OlderFile): URL {
  return new URL(`../../src/import/fixtures/${name}.json`, import.meta.url)
}

/** Its text. */
export function olderText(name: OlderFile): string {
  return readFileSync(olderFile(name), 'utf8')
}

/** What such a file holds, to be changed in any way. */
// oxlint-disable-next-line typescript/no-explicit-any -- breaking its type is the point
export type OlderContent = any

/** The file as it is read; `change` may first write into what it holds. */
export function olderImport(name: OlderFile, change: (file: OlderContent) => void = () => {}): Imported {
  const file: unknown = JSON.parse(olderText(name))
  change(file)
  return { suite: name, file: `archive/${name}.json`, recording: readRecording(JSON.stringify(file)) }
}
