/**
 * `vitest-chimera import`: reads the raw files of the older system and writes our reports from them.
 *
 * A file is read (`read`: the readers of its shapes), its runs become trials (`trials`), they are judged like
 * any run (`to-report`), and what was published then stands beside it, reproduced by the older formulas (`legacy`).
 * What was not recorded stays absent. A file that cannot be read loses none of the others.
 */
import { readFile } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { readArguments, type Command, type CommandIo } from '../command.ts'
import { ChimeraError } from '../errors.ts'
import { printTerminal, writeReports } from '../report/index.ts'
import type { GateFinding } from '../schema/generated.ts'
import { asReport, asTrial } from '../schema/validate.ts'
import { visible } from '../text/index.ts'
import { ownVersion } from '../vitest/environment.ts'
import { importDocument, published } from './document.ts'
import { importErrors } from './messages.ts'
import { readRecording } from './read.ts'
import { toReport, type Imported } from './to-report.ts'

const help = `Usage: vitest-chimera import <file.json…> [--out <folder>]

Reads the metrics.json files of the older system and writes report.json, report.md, report.html, trials.jsonl and
agents/ from them: one suite per file, the published figures next to the new ones. It reads
  - a single agent: baseline and chimera, with their calls
  - two agents at once: one run (collector and insight), or the summary of several

Options
  --out <folder>  output folder (default: reports/imported)
  -h, --help      show this help

Exit code: 0 if every file was imported, 1 if any was not, 2 if there was nothing to do.`

export const run: Command = async (args, io) => {
  const { values, positionals } = readArguments(args, { out: { type: 'string' } }, importErrors.usage)
  if (values.help) {
    io.stdout(help)
    return 0
  }
  const files = [...new Map(positionals.map((file) => [resolve(file), file])).values()]
  if (files.length === 0) throw importErrors.noFiles()
  const { imported, refusals } = await readAll(files, io)
  if (imported.length === 0) return 1
  const { report, trials } = toReport(imported, refusals, ownVersion())
  trials.forEach((trial) => asTrial(trial, trial.file))
  const outputDir = values.out ?? 'reports/imported'
  const written = await writeReports(outputDir, asReport(report, 'the imported files'), trials, {
    extras: published,
  })
  for (const failure of [...written.failures, written.summaryFailure ?? []].flat())
    io.stderr(visible(failure))
  const color = process.stdout.isTTY && !process.env['NO_COLOR']
  io.stdout(printTerminal(importDocument(report, trials, outputDir), { color }))
  return refusals.length + written.failures.length > 0 ? 1 : 0
}

/** Reads every file; those that cannot be read are reported at once, and again in the report. */
async function readAll(
  files: readonly string[],
  io: CommandIo,
): Promise<{ imported: Imported[]; refusals: GateFinding[] }> {
  const names = suiteNames(files.map((file) => resolve(file)))
  const imported: Imported[] = []
  const refusals: GateFinding[] = []
  for (const [i, file] of files.entries()) {
    const suite = names[i] ?? file
    try {
      imported.push({ suite, file, recording: readRecording(await readText(file)) })
    } catch (error) {
      if (!(error instanceof ChimeraError)) throw error
      const message = importErrors.file(file, error.message)
      refusals.push({ suite, message })
      io.stderr(visible(message))
    }
  }
  return { imported, refusals }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw importErrors.unreadable(error)
  }
}

/** Names that say nothing by themselves: the folder above says more. */
const vague = /^(metrics|summary|data|results?|output|run[_-]?\d+)$/i

/**
 * A suite name for each file: its own, with as many folders in front as it takes to say something and to differ from
 * all others. `archive/gpu80/data/metrics.json` is `gpu80`; of `test1/run_1/metrics.json` it is `test1/run_1`.
 */
export function suiteNames(files: readonly string[]): string[] {
  const found = files.map((file) => {
    const parts = partsOf(file)
    return { parts, depth: parts.findIndex((name) => !vague.test(name)) + 1 || parts.length }
  })
  for (;;) {
    const names = found.map(({ parts, depth }) => parts.slice(0, depth).toReversed().join('/'))
    const isAlike = (name: string | undefined, i: number): boolean =>
      names.some((other, j) => j !== i && other === name)
    const alike = found.filter(({ parts, depth }, i) => depth < parts.length && isAlike(names[i], i))
    if (alike.length === 0) return names
    for (const one of alike) one.depth++
  }
}

/** The path's names from the last to the first; those that are always the same are left out. */
function partsOf(file: string): string[] {
  const folders: string[] = []
  for (let path = dirname(file); dirname(path) !== path && path !== '.'; path = dirname(path))
    folders.push(basename(path))
  const parts = [basename(file).replace(/\.json$/i, ''), ...folders]
  const telling = parts.filter((name) => !/^(metrics|data)$/i.test(name))
  return telling.length > 0 ? telling : parts
}
