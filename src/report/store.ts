/**
 * Writes the reports; beside it only trial-file.ts touches the disk. Every file is written whole or not at all, so that a killed run leaves no half report,
 * and by itself, so that one that cannot be written costs no other.
 */
import { constants } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { messageOf } from '../errors.ts'
import { present } from '../optional.ts'
import type { Report, Trial } from '../schema/generated.ts'
import { commentMarkdown } from './comment.ts'
import { armDocuments } from './document/arm-page.ts'
import { runDocument } from './document/run.ts'
import type { Extras } from './document/suite.ts'
import { reportWaterfalls } from './waterfalls.ts'
import { cureOf, storeTexts } from './messages.ts'
import { printHtml } from './print/html.ts'
import { printMarkdown } from './print/markdown.ts'
import { printTrace } from './print/trace.ts'
import { summaryText } from './summary.ts'

/** First line of every page of an arm: what may be removed when a later run has no such arm. */
const pageMarker = '<!-- vitest-chimera agent page -->'

/** GitHub refuses a step summary beyond 1 MiB. */
const longestSummary = 1024 * 1024

/** What became of the files of a run. */
export interface Written {
  /** Absolute paths of the files written. */
  files: string[]
  /** Why others were not, one sentence for all files of one cause. */
  failures: string[]
  /** The same of the step summary of GitHub Actions, which is a copy. */
  summaryFailure?: string
}

/** What is written of a run. */
export interface WriteOptions {
  /** What an import adds to the documents. */
  extras?: Extras | undefined
  /** The documents alone, of data that are stored already; the step summary belongs to the run. */
  again?: boolean
  /** The lines of trials.jsonl, whole or in pieces, where `trials` are less than the whole. */
  lines?: Iterable<string | Buffer>
}

/**
 * Writes report.json, summary.json, report.md, report.html, trials.jsonl, trace.json and agents/ below `outputDir`, of a
 * code comparison comment.md too, removes what an earlier run left and this one has not (arm pages, comment.md,
 * summary.json), and in GitHub Actions appends report.md to the step summary. Each file is written or fails by itself, the
 * data first. Never rejects.
 *
 * @param trials what pages and pictures need of them
 */
export async function writeReports(
  outputDir: string,
  report: Report,
  trials: readonly Trial[],
  { extras, again = false, lines = linesOf(trials) }: WriteOptions = {},
): Promise<Written> {
  const root = resolve(outputDir)
  const files: string[] = []
  const faults: Fault[] = []
  const attempt = async (file: string, work: () => Promise<void>): Promise<boolean> => {
    try {
      await work()
      return true
    } catch (error) {
      faults.push({ file, error })
      return false
    }
  }
  const write = async (path: string, text: () => Text): Promise<void> => {
    const file = join(root, path)
    if (await attempt(path, async () => writeWhole(file, text()))) files.push(file)
  }
  const isMeasured = report.suites.some(({ arms }) => arms.some((arm) => arm.trials > 0))
  const hasSummary = report.source === undefined && isMeasured
  const hasComment = report.suites.some(({ kind }) => kind === 'code')
  const document = once(() => runDocument(report, trials, extras))
  const markdown = once(() => printMarkdown(document()))

  if (!again) {
    await write('trials.jsonl', () => lines)
    await write('report.json', () => `${JSON.stringify(report, undefined, 2)}\n`)
  }
  if (hasSummary) await write('summary.json', () => summaryText(report))
  await write('report.md', markdown)
  await write('report.html', () => printHtml(document()))
  await write('trace.json', () => printTrace(reportWaterfalls(report, trials)))
  if (hasComment) await write('comment.md', () => commentMarkdown(report, trials, process.env))
  if (!again) await removeAnswers(root, present(!hasComment && 'comment.md', !hasSummary && 'summary.json'))
  await attempt('agents/', async () => {
    for (const [path, page] of armDocuments(report, trials, extras))
      await write(path, () => `${pageMarker}\n\n${printMarkdown(page)}`)
    await removeOldPages(join(root, 'agents'), new Set(files))
  })
  const failures = sentences(faults)
  const before = faults.length
  if (!again) await attempt('the step summary', async () => appendStepSummary(markdown()))
  const [summaryFailure] = sentences(faults.slice(before))
  return { files, failures, ...(summaryFailure !== undefined && { summaryFailure }) }
}

/** Whether `outputDir` holds reports of an earlier run. */
export async function hasReports(outputDir: string): Promise<boolean> {
  return stat(join(outputDir, 'report.json')).then(
    (entry) => entry.isFile(),
    () => false,
  )
}

/** Removes what would be taken for what the run of today found: comment.md, which has no date, and summary.json. */
export async function removeAnswers(
  outputDir: string,
  files: readonly string[] = ['comment.md', 'summary.json'],
): Promise<void> {
  for (const file of files) await rm(join(outputDir, file), { force: true }).catch(() => {})
}

/** Of a file, whole or in parts. */
type Text = string | Iterable<string | Buffer>

interface Fault {
  file: string
  error: unknown
}

/** Files that one cause kept from being written share a sentence. */
function sentences(faults: readonly Fault[]): string[] {
  const told = faults.map(({ file, error }) => {
    const code = isSystemError(error)
      ? (error.code ?? '')
      : error instanceof RangeError
        ? 'TOO_LONG'
        : undefined
    // The system's message ends with the path, which differs by file.
    const detail = messageOf(error)
      .split(/, (?:open|mkdir|rename|write|close|scandir|rm|unlink) ?'?/, 1)
      .join()
    return { file, detail, cure: code && cureOf(code) }
  })
  return [...Map.groupBy(told, ({ cure, detail }) => cure || detail).values()].flatMap((same) => {
    const [first] = same
    if (first === undefined) return []
    const files = [...new Set(same.map(({ file }) => (file.startsWith('agents/') ? 'agents/' : file)))]
    return first.cure === undefined
      ? storeTexts.failed(files, first.detail)
      : storeTexts.unwritable(files, first.detail, first.cure)
  })
}

/** One line a trial: all of them together may be longer than a string can be. */
function* linesOf(trials: readonly Trial[]): Iterable<string> {
  for (const trial of trials) yield `${JSON.stringify(trial)}\n`
}

/** A value that is made when it is first asked for. */
function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined
  return () => (made ??= { value: make() }).value
}

/** Writes a file whole or not at all, its parts in turn; the folder is made. Throws the system's error. */
export async function writeWhole(path: string, text: Text): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}.tmp`
  try {
    await writeFile(temporary, text)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
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
  // A pipe without a reader would be waited for forever; like this it is an error.
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NONBLOCK ?? 0)
  await using file = await open(path, flags)
  await file.writeFile(`${shorten(markdown)}\n`)
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
