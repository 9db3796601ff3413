/** Pieces of a Markdown document, for the tests that hold documents to what they describe. */
import { readFile } from 'node:fs/promises'

/** A fenced block of code. */
export interface Fence {
  language: string
  /** From a first line that is a comment with a path. */
  path: string | undefined
  text: string
}

/** Text of a document of this repository. */
export function readDocument(name: string): Promise<string> {
  return readFile(new URL(`../../${name}`, import.meta.url), 'utf8')
}

export function fencesOf(document: string): Fence[] {
  return Array.from(document.matchAll(/^```(\w*)\n([^]*?)^```$/gm), ([, language, text]) => ({
    language: language!,
    path: /^(?:\/\/|#) ([\w./-]+)\n/.exec(text!)?.[1],
    text: text!,
  }))
}

/** Rows of the table whose first column is headed so, cell by cell. */
export function tableOf(document: string, head: string): string[][] {
  const lines = document.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${head} |`))
  if (start < 0) throw new Error(`there is no table headed "${head}"`)
  const rows = lines.slice(start + 2)
  const end = rows.findIndex((line) => !line.startsWith('|'))
  return rows.slice(0, end).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

/** Names in backticks. */
export function codeIn(text: string): string[] {
  return Array.from(text.matchAll(/`([^`\n]+)`/g), (match) => match[1]!)
}

/** Without its fenced blocks. */
export function proseOf(document: string): string {
  return document.replaceAll(/^```[^]*?^```$/gm, '')
}

/** The anchor GitHub gives to a heading. */
export function anchorsOf(document: string): string[] {
  return Array.from(proseOf(document).matchAll(/^#+ (.*)$/gm), ([, title]) =>
    title!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
