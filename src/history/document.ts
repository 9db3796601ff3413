/** The history as a document: a table for each series, a row for each metric. */
import { metrics, type MetricName } from '../metrics.ts'
import { present } from '../optional.ts'
import {
  code,
  columns,
  heading,
  joined,
  measured,
  prose,
  remark,
  say,
  section,
  strong,
  table,
  trusted,
  type Block,
  type Inline,
} from '../report/index.ts'
import { count, difference, percent } from '../text/index.ts'
import { historyTexts } from './messages.ts'
import { trendOf, type Change, type Series, type Trend } from './series.ts'

export function historyDocument(all: readonly Series[], names: readonly MetricName[]): Block[] {
  return present<Block>(
    all.map((series) => seriesSection(series, names)),
    remark(historyTexts.legend(), 'legend'),
  )
}

function seriesSection(series: Series, names: readonly MetricName[]): Block {
  const { suite, file, arm, fingerprint, runs } = series
  const trends = names.flatMap((name) => trendOf(series, name) ?? [])
  const title = say`${strong(suite)} · ${arm}`
  const where = file === undefined ? undefined : say`${code(file)} · `
  const facts = `${count(runs.length, 'run')}, ${runs[0]?.time.slice(0, 10)} to ${runs.at(-1)?.time.slice(0, 10)}, machine and config`
  const heads = columns('metric', 'trend', '>latest', 'changes')
  return section(
    heading(2, title),
    prose(say`${where}${trusted(facts)} ${fingerprint}`, 'facts'),
    table(title, heads, trends.map(row)),
  )
}

function row(trend: Trend): Inline[] {
  const { metric, values, changes } = trend
  const { unit } = metrics[metric]
  const found = changes.map((change) => changeText(change, metric))
  return [
    trusted(metric),
    trusted(spark(values)),
    measured(values.at(-1), unit),
    found.length === 0 ? trusted('none') : joined(found, ', '),
  ]
}

/** `+12.3 % at 1a2b3c4d (2026-11-02)` */
function changeText({ run, before, after }: Change, metric: MetricName): Inline {
  const { difference: isDifference, unit } = metrics[metric]
  const size =
    isDifference === true || before <= 0 ? difference(after - before, unit) : `${percent(after / before)} %`
  return trusted(`${size} at ${run.commit?.slice(0, 8) ?? 'an unknown commit'} (${run.time.slice(0, 10)})`)
}

const BARS = '▁▂▃▄▅▆▇█'
/** Characters of a trend: the latest runs. */
const WIDTH = 20

function spark(values: readonly number[]): string {
  const shown = values.slice(-WIDTH)
  const [least, most] = [Math.min(...shown), Math.max(...shown)]
  return shown
    .map((value) => BARS.charAt(most === least ? 3 : Math.round(((value - least) / (most - least)) * 7)))
    .join('')
}
