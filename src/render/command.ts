/**
 * `vitest-chimera report <report.json>`: the documents of a stored report, rendered again by this version (`store` of report),
 * or with `--otlp` its calls as metrics for a collector (`otlp`, `gen-ai`).
 */
import { dirname, resolve } from 'node:path'
import { readArguments, type Command } from '../command.ts'
import { readStored } from '../compare/read.ts'
import { published } from '../import/document.ts'
import { headline, writeReports } from '../report/index.ts'
import { visible } from '../text/index.ts'
import { renderErrors, renderTexts } from './messages.ts'

const help = `Usage: vitest-chimera report [options] [report.json]

Renders report.md, report.html, summary.json, the arm pages and, of a code comparison, comment.md again from a stored
report (default: reports/report.json). A folder stands for the report.json in it; the trials.jsonl next to a report is used
if there is one. Nothing is judged again, and report.json stays as it is.

  -o, --out <folder>  write to this folder (default: the folder of the report)
      --otlp          write nothing, and send the metrics of the calls to the OpenTelemetry collector that
                      OTEL_EXPORTER_OTLP_ENDPOINT names (default: http://localhost:4318)
  -h, --help          this text

Exit code: 0 if every document was written, 1 if any was not, 2 if there is no valid report or the metrics were not sent.`

/** @throws ChimeraError on wrong arguments, and without a valid report */
export const run: Command = async (args, io) => {
  const { values, path } = parse(args)
  if (values.help) {
    io.stdout(help)
    return 0
  }
  const { path: file, report, trials = [], unusable } = await readStored(path, true)
  if (unusable !== undefined) io.stderr(renderTexts.withoutTrials(unusable))
  if (values.otlp) {
    if (trials.length === 0) throw renderErrors.noCalls(file)
    const { collectorOf, sendMetrics } = await import('./otlp.ts')
    const calls = await sendMetrics(report, trials)
    io.stdout(renderTexts.sent(calls, report.suites.length, collectorOf(process.env)))
    return 0
  }
  const extras = report.source === 'import' ? published : undefined
  const outputDir = resolve(values.out ?? dirname(file))
  const { files, failures } = await writeReports(outputDir, report, trials, { extras, again: true })
  for (const failure of failures) io.stderr(visible(failure))
  io.stdout(renderTexts.rendered(headline(report).title, files.length, outputDir))
  return failures.length > 0 ? 1 : 0
}

function parse(args: readonly string[]) {
  const { values, positionals } = readArguments(
    args,
    { out: { type: 'string', short: 'o' }, otlp: { type: 'boolean', default: false } },
    renderErrors.usage,
  )
  if (positionals.length > 1) throw renderErrors.usage('Expected one report.')
  if (values.otlp && values.out !== undefined)
    throw renderErrors.usage('--otlp writes nothing, so --out does not apply.')
  return { values, path: positionals[0] ?? 'reports' }
}
