/** Stored reports from the disk: held to the schema, every fault a sentence with its cure. */
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ChimeraError, messageOf } from '../errors.ts'
import { compareErrors } from './messages.ts'
import { objectOf } from '../json.ts'
import { oneLine, visible } from '../text/index.ts'
import type { Report, Trial } from '../schema/generated.ts'
import { upgraded } from '../schema/upgrade.ts'
import { asReport, asTrial } from '../schema/validate.ts'

/** A report as it was kept. */
export interface StoredReport {
  /** As it was named on the command line, completed where that was a folder. */
  path: string
  report: Report
  /** Of the trials.jsonl beside it; absent where there is none or it cannot be used. */
  trials?: readonly Trial[]
  /** Why it cannot be used. */
  unusable?: string
}

/** The schema_version that is read here. */
const SCHEMA_VERSION = 2

/**
 * Reads a report.json, or the one in a folder, with the trials.jsonl beside it if `withTrials`.
 *
 * @throws ChimeraError if it is missing, no JSON, of another schema_version or not a report; broken trials are no
 *   error, because the report stands without them
 */
export async function readStored(path: string, withTrials: boolean): Promise<StoredReport> {
  const file = await locate(path)
  const stored = { path: file, report: await readReport(file) }
  if (!withTrials) return stored
  const text = await readFile(join(dirname(file), 'trials.jsonl'), 'utf8').catch(() => undefined)
  if (text === undefined) return stored
  try {
    return { ...stored, trials: parseTrials(text) }
  } catch (error) {
    return { ...stored, unusable: firstFault(error) }
  }
}

async function locate(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined)
  return found?.isDirectory() ? join(path, 'report.json') : path
}

async function readReport(path: string): Promise<Report> {
  const shownPath = oneLine(path)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT'
      ? compareErrors.missing(shownPath)
      : compareErrors.unreadable(shownPath, error)
  })
  const value = upgraded(parseJson(text, shownPath))
  const version = objectOf(value)['schema_version']
  if (typeof version === 'number' && version !== SCHEMA_VERSION)
    throw compareErrors.otherVersion(shownPath, SCHEMA_VERSION, version)
  try {
    return asReport(value, shownPath)
  } catch (error) {
    // The sentences quote the file, and whoever wrote it may have put a terminal's commands into it.
    throw error instanceof ChimeraError ? new ChimeraError(error.code, visible(error.message)) : error
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw compareErrors.notJson(path, visible(messageOf(error)))
  }
}

function parseTrials(text: string): Trial[] {
  const lines = text.split('\n')
  return lines.flatMap((line, i) => (line.trim() === '' ? [] : [asTrial(JSON.parse(line), `line ${i + 1}`)]))
}

function firstFault(error: unknown): string {
  const [head = '', first] = messageOf(error).split('\n')
  return oneLine(first === undefined ? head : `${head} ${first.replace(/^ +- /, '')}`)
}

/** Short names for the reports' columns: the path, without a last `report.json` where that leaves a name. */
export function labelsOf(paths: readonly string[]): string[] {
  const short = paths.map((path) =>
    basename(path) === 'report.json' && dirname(path) !== '.' ? dirname(path) : path,
  )
  return short.map((name, i) => {
    const nth = short.slice(0, i).filter((other) => other === name).length + 1
    return nth === 1 ? name : `${name} (${nth})`
  })
}
