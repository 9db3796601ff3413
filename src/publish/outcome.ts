/** What a run of `vitest-chimera gate` leaves for a pull request: a check on its head commit, and outputs for a workflow. */
import { appendFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { readStored } from '../compare/read.ts'
import { ChimeraError } from '../errors.ts'
import type { Report } from '../schema/generated.ts'
import { commentBody } from './body.ts'
import { checkOf, isAcceptable } from './check.ts'
import { completeCheck, githubFrom, hasLabel, openCheck, type GitHub } from './github.ts'
import { ApiError, isReadOnly } from './http.ts'
import { publishTexts } from './messages.ts'

const CHECK = 'vitest-chimera'

export interface PublishOptions {
  /** Publish a check on the head commit. */
  check: boolean
  /** The label that accepts a regression. */
  accept: string | undefined
  /** Where the run writes its reports. */
  reports: string
  /** The top of the repository. */
  top: string
  say: (text: string) => void
}

/** A run whose outcome is to be published. */
interface Published {
  /** The exit code in the end: that of the run, but for a regression that a label accepts. */
  finish: (exitCode: number) => Promise<number>
}

/** Opens the check before the first trial. What cannot be published is said once and changes no exit code. */
export async function publishing(options: PublishOptions, env: NodeJS.ProcessEnv): Promise<Published> {
  const { check, accept, say } = options
  const started = Date.now()
  const github = check || accept !== undefined ? quietly(() => githubFrom(env), say) : undefined
  const opened =
    check && github !== undefined ? await attempt(() => openCheck(github, CHECK), 'a check', say) : undefined
  const finish = async (exitCode: number): Promise<number> => {
    const report = await newReport(options.reports, started)
    const acceptedBy = await acceptance(report, github, options)
    const code = acceptedBy === undefined ? exitCode : 0
    if (acceptedBy !== undefined) say(publishTexts.accepted(acceptedBy))
    if (github !== undefined && opened !== undefined) {
      const summary = report === undefined ? '' : commentBody({ report, key: CHECK, acceptedBy, env }).body
      const texts = { summary, root: process.cwd(), top: options.top }
      const made = checkOf(report, texts, { exitCode: code, acceptedBy })
      await attempt(() => completeCheck(github, opened.id, made), 'a check', say)
    }
    await writeOutputs(env['GITHUB_OUTPUT'], report, { ...options, url: opened?.url })
    return code
  }
  return { finish }
}

/** The label that accepts this regression, if the pull request has it. */
async function acceptance(
  report: Report | undefined,
  github: GitHub | undefined,
  { accept, say }: PublishOptions,
): Promise<string | undefined> {
  if (report === undefined || !isAcceptable(report)) return undefined
  if (github === undefined || accept === undefined) return undefined
  const has = await attempt(() => hasLabel(github, accept), 'a label', say)
  return has === true ? accept : undefined
}

/** The report of this run; one that an earlier run left is none. */
async function newReport(folder: string, started: number): Promise<Report | undefined> {
  try {
    const { mtimeMs } = await stat(join(folder, 'report.json'))
    // File systems keep times to a second or two.
    return mtimeMs < started - 2000 ? undefined : (await readStored(folder, false)).report
  } catch {
    return undefined
  }
}

async function writeOutputs(
  file: string | undefined,
  report: Report | undefined,
  { reports, url }: { reports: string; url: string | undefined },
): Promise<void> {
  if (file === undefined || file === '') return
  const comment = join(resolve(reports), 'comment.md')
  const outputs = {
    verdict: report?.gate.status,
    reports: report && resolve(reports),
    'report-path': report && join(resolve(reports), 'report.md'),
    'comment-path': (await stat(comment).catch(() => undefined)) && comment,
    'check-url': url,
  }
  const lines = Object.entries(outputs).map(([name, value]) => `${name}=${value ?? ''}\n`)
  await appendFile(file, lines.join(''))
}

function quietly<T>(work: () => T, say: (text: string) => void): T | undefined {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof ChimeraError)) throw error
    say(publishTexts.checkFailed(error.message))
    return undefined
  }
}

async function attempt<T>(
  work: () => Promise<T>,
  what: string,
  say: (text: string) => void,
): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ChimeraError) && !(error instanceof ApiError)) throw error
    say(isReadOnly(error) ? publishTexts.readOnly(what) : publishTexts.checkFailed(error.message))
    return undefined
  }
}
