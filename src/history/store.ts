/** The file of the history: a line for each run and suite, the newest last, at most so many. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../errors.ts'
import { writeWhole } from '../report/index.ts'
import type { Report } from '../schema/generated.ts'
import { entriesOf, parseEntry, type Entry } from './entry.ts'
import { historyTexts } from './messages.ts'

/** Lines of the file; older ones go. A line has one to two kilobytes. */
const MOST_LINES = 2000

/** Adds a run to the history in `outputDir`; answers why it could not. */
export async function appendHistory(outputDir: string, report: Report): Promise<string | undefined> {
  const entries = entriesOf(report)
  if (entries.length === 0) return undefined
  const path = fileIn(outputDir)
  try {
    const lines = [...(await linesOf(path)), ...entries.map((entry) => JSON.stringify(entry))]
    await writeWhole(path, `${lines.slice(-MOST_LINES).join('\n')}\n`)
    return undefined
  } catch (error) {
    return historyTexts.notWritten(messageOf(error))
  }
}

/** The entries in the order of their time, and how many lines are none. */
export async function readHistory(outputDir: string): Promise<{ entries: Entry[]; unreadable: number }> {
  const lines = await linesOf(fileIn(outputDir))
  const entries = lines.flatMap((line) => parseEntry(line) ?? [])
  return {
    entries: entries.toSorted((a, b) => a.time.localeCompare(b.time)),
    unreadable: lines.length - entries.length,
  }
}

function fileIn(outputDir: string): string {
  return join(outputDir, 'history', 'runs.jsonl')
}

async function linesOf(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  return text.split('\n').filter((line) => line.trim() !== '')
}
