/** The one file that writes to disk. Every file is written whole or not at all, so that a killed run leaves no half report. */
import { appendFile, mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { ChimeraError } from '../errors.ts'
import type { Report, Trial } from '../schema/generated.ts'
import { armDocuments } from './document/arm-page.ts'
import { commentDocument, runDocument } from './document/run.ts'
import type { Extras } from './document/suite.ts'
import { printHtml } from './print/html.ts'
import { printMarkdown } from './print/markdown.ts'

/** First line of every page of an arm: what may be removed when a later run has no such arm. */
const pageMarker = '<!-- vitest-chimera agent page -->'

/** GitHub refuses a step summary beyond 1 MiB. */
const longestSummary = 1024 * 1024

/**
 * Writes report.json, report.md, report.html, trials.jsonl and agents/ below `outputDir`, of a code comparison comment.md
 * too, removes arm pages of an
 * earlier run, and in GitHub Actions appends report.md to the step summary.
 *
 * @returns absolute paths of the files written; the data comes first, so that it is safe even if the prose fails
 * @throws ChimeraError `report_unwritable`
 */
export async function writeReports(
  outputDir: string,
  report: Report,
  trials: readonly Trial[],
  extras?: Extras,
): Promise<string[]> {
  const root = resolve(outputDir)
  const written: string[] = []
  const write = async (path: string, text: string): Promise<void> => {
    await writeWhole(join(root, path), text)
    written.push(join(root, path))
  }
  try {
    await write('trials.jsonl', trials.map((trial) => `${JSON.stringify(trial)}\n`).join(''))
    await write('report.json', `${JSON.stringify(report, undefined, 2)}\n`)
    const document = runDocument(report, trials, extras)
    const markdown = printMarkdown(document)
    await write('report.md', markdown)
    await write('report.html', printHtml(document))
    if (report.suites.some(({ kind }) => kind === 'code'))
      await write('comment.md', printMarkdown(commentDocument(report, trials)))
    for (const [path, page] of armDocuments(report, trials, extras))
      await write(path, `${pageMarker}\n\n${printMarkdown(page)}`)
    await removeOldPages(join(root, 'agents'), new Set(written))
    await appendStepSummary(markdown)
  } catch (error) {
    throw isSystemError(error) ? reportErrors.unwritable(root, error) : error
  }
  return written
}

/** Writes a file whole or not at all; the folder is made. Throws the system's error. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}.tmp`
  try {
    await writeFile(temporary, text)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Removes the pages that carry our marker and were not just written; anything else in the folder is not ours. */
async function removeOldPages(agents: string, written: ReadonlySet<string>): Promise<void> {
  for (const folder of await readdir(agents, { withFileTypes: true }).catch(missing)) {
    if (!folder.isDirectory()) continue
    const path = join(agents, folder.name)
    for (const file of await readdir(path, { withFileTypes: true })) {
      const page = join(path, file.name)
      if (!file.isFile() || !file.name.endsWith('.md') || written.has(page)) continue
      if ((await readFile(page, 'utf8')).startsWith(pageMarker)) await rm(page)
    }
    if ((await readdir(path)).length === 0) await rmdir(path)
  }
}

function missing(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return []
  throw error
}

async function appendStepSummary(markdown: string): Promise<void> {
  const path = process.env['GITHUB_STEP_SUMMARY']
  if (process.env['GITHUB_ACTIONS'] !== 'true' || path === undefined || path === '') return
  await appendFile(path, `${shorten(markdown)}\n`)
}

/** Whole sections from the top, as many as GitHub takes. */
function shorten(markdown: string): string {
  const sections = markdown.split(/\n(?=## )/)
  const kept: string[] = []
  let size = 200
  for (const section of sections) {
    size += Buffer.byteLength(section) + 1
    if (size > longestSummary) break
    kept.push(section)
  }
  const omitted = sections.length - kept.length
  return omitted === 0
    ? markdown
    : [...kept, `${omitted} more sections are in report.md among the artifacts.`].join('\n')
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}

/** Faults while reports are written. */
const reportErrors = {
  unwritable: (dir: string, cause: Error): ChimeraError =>
    new ChimeraError(
      'report_unwritable',
      `The reports could not be written to ${dir} (${cause.message}). Free some disk space or fix the permissions, or set \`outputDir\` in the plugin's options to a writable folder.`,
      { cause },
    ),
} as const
