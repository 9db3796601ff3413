/**
 * `vitest-chimera compare old/report.json new/report.json…`: stored reports beside each other, in the manner of
 * benchstat. It advises and never gates: the exit code is 0 whatever it finds, 2 if it cannot compare at all.
 *
 * The way is `read` (disk to valid reports) → `build` (refuse or name what is not alike, `fingerprint`; line up the
 * `arms`; compare `within` two runs or against a `history`) → `model` → `document`, which is printed, or JSON.
 */
import { resolve } from 'node:path'
import type { Command } from '../cli.ts'
import { compareErrors } from './messages.ts'
import { printMarkdown, printTerminal, writeWhole } from '../report/index.ts'
import { oneLine } from '../text/index.ts'
import { compareReports } from './build.ts'
import { comparisonDocument } from './document.ts'
import { NEEDED_RUNS } from './history.ts'
import type { ReportComparison } from './model.ts'
import { parseOptions, type Format } from './options.ts'
import { readStored } from './read.ts'

const help = `Usage: vitest-chimera compare [options] old/report.json new/report.json…

Compares stored reports: one table a metric, a row an arm of a suite, a column a report. ~ marks where the trials show
no difference. Each report is held against the first. With ${NEEDED_RUNS} or more earlier reports, the last is held against a
prediction interval over the runs before it, and gets a verdict. Folders stand for the report.json in them; the
trials.jsonl beside a report is used where it is there.

  -m, --metric <names>   metrics, separated by commas, or all; by default those that gate
      --stages           a row for every stage as well
      --compare models   compare although model or quantization differ (also: --models)
      --compare hosts    compare although server or server version differ (also: --hosts)
  -f, --format <format>  text (default), markdown, json
  -o, --out <file>       write to a file instead
  -h, --help             this text

Advisory: a stored report is never a gate. Exit code 0, or 2 if the reports cannot be read or compared.`

/** @throws ChimeraError on wrong arguments, and reports that cannot be read or compared */
export const run: Command = async (args, io) => {
  const options = parseOptions(args)
  if (options.help) {
    io.stdout(help)
    return 0
  }
  const { paths, out } = options
  if (out !== undefined && paths.some((path) => resolve(path) === resolve(out)))
    throw compareErrors.outIsInput(oneLine(out))
  const stored = await Promise.all(paths.map((path) => readStored(path, paths.length <= NEEDED_RUNS)))
  const text = writers[options.format](compareReports(stored, options))
  if (out === undefined) io.stdout(text)
  else await write(out, `${text}\n`)
  return 0
}

const writers: Readonly<Record<Format, (comparison: ReportComparison) => string>> = {
  text: (comparison) => printTerminal(comparisonDocument(comparison), { color: false }),
  markdown: (comparison) => printMarkdown(comparisonDocument(comparison)).trimEnd(),
  json: (comparison) => JSON.stringify(comparison, undefined, 2),
}

async function write(out: string, text: string): Promise<void> {
  try {
    await writeWhole(out, text)
  } catch (error) {
    throw error instanceof Error && 'syscall' in error ? compareErrors.unwritable(oneLine(out), error) : error
  }
}
