/**
 * `vitest-chimera history`: how the suites fared over the runs of a machine. Every complete run adds a line for each suite
 * (`entry`, `store`); here they become series (`series`), with the points at which they change (`e-divisive`).
 */
import { readArguments, type Command } from '../command.ts'
import { isMetric, metricNames, metrics, type MetricName } from '../metrics.ts'
import { present } from '../optional.ts'
import { printMarkdown, printTerminal } from '../report/index.ts'
import { historyDocument } from './document.ts'
import { toBenchstat, toCsv, toJsonLines } from './exports.ts'
import { historyErrors, historyTexts } from './messages.ts'
import { selected, seriesOf } from './series.ts'
import { readHistory } from './store.ts'

const help = `Usage: vitest-chimera history [options] [folder]

Shows the runs in history/runs.jsonl of the folder of reports (default: reports): for each arm of a suite on one machine,
with one model and one set of options, a row for each metric with its trend and the points at which it changed.

  -m, --metric <names>        metrics, separated by commas, or all (default: the gated ones and trial_duration)
      --suite <name>          this suite alone
      --file <path>           the suites of this bench file alone
      --arm <name>            this arm alone
      --fingerprint <key>     this machine and config alone, as the table names it
      --markdown              print Markdown
      --csv                   one series as CSV, for Apache Otava
      --jsonl                 the entries as JSON lines
      --benchstat             the runs in the format of Go benchmarks, for benchstat
  -h, --help                  this text

Advisory only. Exit code 0, or 2 if there is no such run.`

/** @throws ChimeraError on wrong arguments, and where there is no run */
export const run: Command = async (args, io) => {
  const { values, folder } = parse(args)
  if (values.help) {
    io.stdout(help)
    return 0
  }
  const { entries: all, unreadable } = await readHistory(folder)
  if (unreadable > 0) io.stderr(historyTexts.unreadable(unreadable))
  const entries = selected(all, values)
  const series = seriesOf(entries)
  if (series.length === 0) throw historyErrors.none(folder)
  if (values.csv) {
    const [one, ...more] = series
    if (one === undefined || more.length > 0)
      throw historyErrors.several(
        series.map(({ suite, file, arm, fingerprint }) =>
          present(
            `--suite '${suite}'`,
            file !== undefined && `--file '${file}'`,
            `--arm '${arm}' --fingerprint ${fingerprint}`,
          ).join(' '),
        ),
      )
    io.stdout(toCsv(one))
  } else if (values.jsonl) io.stdout(toJsonLines(entries))
  else if (values.benchstat) io.stdout(toBenchstat(entries))
  else {
    const document = historyDocument(series, values.metric)
    io.stdout(values.markdown ? printMarkdown(document).trimEnd() : printTerminal(document, { color: false }))
  }
  return 0
}

function parse(args: readonly string[]) {
  const { values, positionals } = readArguments(
    args,
    {
      metric: { type: 'string', short: 'm' },
      suite: { type: 'string' },
      file: { type: 'string' },
      arm: { type: 'string' },
      fingerprint: { type: 'string' },
      markdown: { type: 'boolean', default: false },
      csv: { type: 'boolean', default: false },
      jsonl: { type: 'boolean', default: false },
      benchstat: { type: 'boolean', default: false },
    },
    historyErrors.usage,
  )
  if (positionals.length > 1) throw historyErrors.usage('Expected one folder of reports.')
  return { values: { ...values, metric: metricsOf(values.metric) }, folder: positionals[0] ?? 'reports' }
}

function metricsOf(value: string | undefined): MetricName[] {
  if (value === undefined)
    return metricNames.filter((name) => metrics[name].gated || name === 'trial_duration')
  if (value === 'all') return [...metricNames]
  return value.split(',').map((name) => {
    if (!isMetric(name)) throw historyErrors.usage(`Unknown metric "${name}".`)
    return name
  })
}
