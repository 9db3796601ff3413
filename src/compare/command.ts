/**
 * `vitest-chimera compare old/report.json new/report.json…`: stored reports side by side, in the manner of
 * benchstat. It advises and never gates: the exit code is 0 for any result, 2 if it cannot compare at all.
 *
 * The way is `read` (disk to valid reports) → `build` (refuse or name what is not alike, `fingerprint`; line up the
 * `arms`; compare `within` two runs or against a `history`) → `model` → `document`, which is printed, or JSON.
 */
import { resolve } from 'node:path'
import { readArguments, type Command } from '../command.ts'
import { isMetric, metricNames, type MetricName } from '../metrics.ts'
import { defined, present } from '../optional.ts'
import { printMarkdown, printTerminal, writeWhole } from '../report/index.ts'
import { oneLine } from '../text/index.ts'
import { compareReports, type Selection } from './build.ts'
import { comparisonDocument } from './document.ts'
import type { Meant, ReportComparison } from './model.ts'
import { NEEDED_RUNS } from './history.ts'
import { compareErrors } from './messages.ts'
import { readStored } from './read.ts'

const help = `Usage: vitest-chimera compare [options] old/report.json new/report.json…

Compares stored reports: one table per metric, one row per arm of a suite, one column per report. ~ means no detectable
difference. Each report is compared with the first. With ${NEEDED_RUNS} or more earlier reports, the last is compared with a
prediction interval over the runs before it, and gets a verdict. A folder stands for the report.json in it; the
trials.jsonl next to a report is used if there is one.

  -m, --metric <names>   metrics, separated by commas, or all (default: the gated ones)
      --stages           add a row for every stage
      --compare models   compare even if model or quantization differ (also: --models)
      --compare hosts    compare even if server or server version differ (also: --hosts)
  -f, --format <format>  text (default), markdown, json
  -o, --out <file>       write to a file instead
  -h, --help             show this help

Advisory only: stored reports never fail a build. Exit code 0, or 2 if the reports cannot be read or compared.`

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

const formats = ['text', 'markdown', 'json'] as const
type Format = (typeof formats)[number]

/** What was asked for. */
interface Options extends Selection {
  help: boolean
  paths: string[]
  format: Format
  out?: string
}

/** @throws ChimeraError `compare_usage` that names the first fault */
function parseOptions(args: readonly string[]): Options {
  const { values, positionals: paths } = readArguments(
    args,
    {
      metric: { type: 'string', short: 'm', multiple: true },
      stages: { type: 'boolean' },
      compare: { type: 'string', multiple: true },
      models: { type: 'boolean' },
      hosts: { type: 'boolean' },
      format: { type: 'string', short: 'f' },
      out: { type: 'string', short: 'o' },
    },
    compareErrors.usage,
  )
  const { help, format = 'text', metric = [], stages = false, compare = [], models, hosts } = values
  if (!help && paths.length < 2) {
    throw compareErrors.usage(
      `Expected at least two reports, the older first, but received ${paths.length === 0 ? 'none' : 'one'}`,
    )
  }
  const meant = listed(compare).map((word) =>
    oneOf(['models', 'hosts'] as const, word, 'Invalid --compare: Expected models or hosts'),
  )
  return {
    help,
    paths,
    metrics: metricsOf(metric),
    stages,
    meant: new Set(present<Meant>(meant, models && 'models', hosts && 'hosts')),
    format: oneOf(formats, format, `Invalid --format: Expected ${formats.join(', ')}`),
    ...defined({ out: values.out }),
  }
}

function metricsOf(values: readonly string[]): MetricName[] {
  const names = listed(values)
  if (names.includes('all')) return [...metricNames]
  return names.map((name) => {
    if (!isMetric(name))
      throw compareErrors.usage(
        `Unknown metric "${oneLine(name)}": Expected all or some of ${metricNames.join(', ')}`,
      )
    return name
  })
}

/** An option may be given several times, and each time name several. */
function listed(values: readonly string[]): string[] {
  return values.flatMap((value) => value.split(',')).map((word) => word.trim())
}

function oneOf<T extends string>(words: readonly T[], word: string, fault: string): T {
  const found = words.find((one) => one === word)
  if (found === undefined) throw compareErrors.usage(`${fault} but received "${oneLine(word)}"`)
  return found
}
