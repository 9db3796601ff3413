/** Entries as series: one arm of one suite of one bench file under one fingerprint, run after run. */
import { metrics, metricNames, type MetricName } from '../metrics.ts'
import { defined } from '../optional.ts'
import { median } from '../stats/index.ts'
import { changePoints } from './e-divisive.ts'
import type { Entry } from './entry.ts'

export interface Series {
  suite: string
  file?: string
  arm: string
  fingerprint: string
  runs: Run[]
}

interface Run {
  time: string
  commit?: string
  values: Partial<Record<MetricName, number>>
}

/** Which series are wanted; what is not set is not asked for. */
export interface Wanted {
  suite?: string | undefined
  file?: string | undefined
  arm?: string | undefined
  fingerprint?: string | undefined
}

/** The entries with the arms that are wanted. */
export function selected(entries: readonly Entry[], { suite, file, arm, fingerprint }: Wanted): Entry[] {
  return entries.flatMap((entry) => {
    const arms = entry.arms.filter(
      (one) => (arm ?? one.name) === one.name && (fingerprint ?? one.fingerprint) === one.fingerprint,
    )
    const isWanted = (suite ?? entry.suite) === entry.suite && (file ?? entry.file) === entry.file
    return isWanted && arms.length > 0 ? [{ ...entry, arms }] : []
  })
}

/** In the order of suites and arms; of one arm that with the latest run first. */
export function seriesOf(entries: readonly Entry[]): Series[] {
  const all = entries.flatMap(({ suite, file, time, commit, arms }) =>
    arms.map(({ name: arm, fingerprint, values }) => {
      const run: Run = { time, values, ...defined({ commit }) }
      return { suite, file, arm, fingerprint, run }
    }),
  )
  const alike = Map.groupBy(all, ({ suite, arm, fingerprint }) => JSON.stringify([suite, arm, fingerprint]))
  const latest = ({ runs }: Series): string => runs.at(-1)?.time ?? ''
  return [...alike.values()]
    .flatMap(byFile)
    .toSorted(
      (a, b) =>
        a.suite.localeCompare(b.suite) || a.arm.localeCompare(b.arm) || latest(b).localeCompare(latest(a)),
    )
}

type Line = Omit<Series, 'file' | 'runs'> & { file: string | undefined; run: Run }

/** Lines of earlier versions name no file: they are of the only one that is known, and else a series of their own. */
function byFile(lines: readonly Line[]): Series[] {
  const files = new Set(lines.flatMap(({ file }) => file ?? []))
  const [only] = files.size === 1 ? files : []
  return [...Map.groupBy(lines, ({ file = only }) => file)].flatMap(([file, [first, ...others]]) => {
    if (first === undefined) return []
    const { suite, arm, fingerprint, run } = first
    const runs = [run, ...others.map((line) => line.run)]
    return [{ suite, ...defined({ file }), arm, fingerprint, runs: runs.filter(isFirstOfItsRun) }]
  })
}

/** What two suites of one name say of the same run is not two runs. */
function isFirstOfItsRun({ time }: Run, i: number, runs: readonly Run[]): boolean {
  return runs[i - 1]?.time !== time
}

/** The metrics that every run of a series has. */
export function commonMetrics({ runs }: Series): MetricName[] {
  return metricNames.filter((name) => runs.every(({ values }) => values[name] !== undefined))
}

/** A metric over the runs that have it, with the changes in it. */
export interface Trend {
  metric: MetricName
  values: number[]
  changes: Change[]
}

export interface Change {
  run: Run
  /** Medians of the values since the change before and from here to the next. */
  before: number
  after: number
  p: number
}

/** Undefined where no run has the metric. Rates and times are judged as logarithms, in which a change is a ratio. */
export function trendOf({ runs }: Series, metric: MetricName): Trend | undefined {
  const measured = runs.flatMap((run) => {
    const value = run.values[metric]
    return value === undefined ? [] : [{ run, value }]
  })
  if (measured.length === 0) return undefined
  const values = measured.map(({ value }) => value)
  const isRatio = metrics[metric].difference !== true && values.every((value) => value > 0)
  const points = changePoints(isRatio ? values.map(Math.log) : values)
  const edges = [0, ...points.map(({ index }) => index), values.length]
  const changes = points.flatMap(({ index, p }, i): Change[] => {
    const run = measured[index]?.run
    if (run === undefined) return []
    return [
      {
        run,
        before: median(values.slice(edges[i], index)),
        after: median(values.slice(index, edges[i + 2])),
        p,
      },
    ]
  })
  return { metric, values, changes }
}
