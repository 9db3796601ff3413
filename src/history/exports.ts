/** The history for other programs: CSV for Apache Otava, text for benchstat, JSON lines for everything else. */
import { metrics } from '../metrics.ts'
import type { Entry } from './entry.ts'
import { commonMetrics, seriesOf, type Series } from './series.ts'

/** A row a run, with the metrics that every run has: Otava reads no empty cell. */
export function toCsv(series: Series): string {
  const names = commonMetrics(series)
  const rows = series.runs.map(({ time, commit, values }) => [
    time,
    commit ?? '',
    ...names.map((name) => String(values[name])),
  ])
  return [['time', 'commit', ...names], ...rows].map((cells) => cells.join(',')).join('\n')
}

export function toJsonLines(entries: readonly Entry[]): string {
  return entries.map((entry) => JSON.stringify(entry)).join('\n')
}

/**
 * The Go benchmark format: a line for each run of an arm. benchstat compares by a key, such as `-col commit`.
 * https://golang.org/design/14313-benchmark-format
 */
export function toBenchstat(entries: readonly Entry[]): string {
  const used = new Set(entries.flatMap(({ arms }) => arms.flatMap(({ values }) => Object.keys(values))))
  const units = Object.entries(metrics).flatMap(([name, { unit, better }]) =>
    used.has(name) ? [`Unit ${unitOf(name, unit)} better=${better}`] : [],
  )
  const lines = seriesOf(entries).flatMap(({ suite, file, arm, fingerprint, runs }) =>
    runs.flatMap(({ commit, values }) => {
      const figures = Object.entries(metrics).flatMap(([name, { unit }]) => {
        const value = Object.entries(values).find(([own]) => own === name)?.[1]
        return value === undefined ? [] : [`${value} ${unitOf(name, unit)}`]
      })
      const name = `BenchmarkAgent/suite=${word(suite)}/arm=${word(arm)}`
      return [
        `file: ${file?.split('/').map(word).join('/') ?? 'unknown'}`,
        `machine: ${word(fingerprint)}`,
        `commit: ${commit?.slice(0, 12) ?? 'unknown'}`,
        `${name} 1 ${figures.join(' ')}`,
      ]
    }),
  )
  return [...units, ...lines].join('\n')
}

/** Throughputs and durations have their unit after the name; benchstat scales what ends in a unit that it knows. */
function unitOf(name: string, unit: string): string {
  return `${name}-${unit.replaceAll(/\s/g, '')}`
}

/** No space and no slash, which separate there. */
function word(text: string): string {
  return text.replaceAll(/[^\w.=@:+-]/g, '_')
}
