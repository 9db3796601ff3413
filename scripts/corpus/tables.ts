/** The older system's CSV tables, row by row, from the calls beneath them. */
import { aggregate, deltas, mean, sampleDeviation } from '../../src/import/legacy.ts'
import type { Published } from './published.ts'
import type { Recomputer } from './recompute.ts'

type Figures = Record<string, unknown>
type Row = Record<string, string>

/** Recomputes rows of a table; undefined where the calls beneath were not kept. */
export function tableRows(
  recomputer: Recomputer,
  entries: readonly Published[],
  calledPaths: readonly string[],
): (entry: Published) => Figures | undefined {
  const summaries = entries.filter((entry) => entry.kind === 'multi_summary')
  const find = (paths: readonly string[], source: string): string | undefined => {
    const tail = source.replaceAll('\\', '/').split('/').slice(-5).join('/')
    return paths.find((path) => path.endsWith(tail)) ?? paths.find((path) => path.includes(`${tail}/`))
  }
  const metricsOf = (row: Row): string | undefined => find(calledPaths, withinArchive(row['source']!))
  const summaryOf = (source: string): Figures | undefined => {
    const path = find(
      summaries.map((summary) => summary.path),
      source,
    )
    return path === undefined
      ? undefined
      : recomputer.summary(summaries.find((summary) => summary.path === path)!)
  }
  const rows = (table: string): Row[] =>
    entries.filter((entry) => entry.table === table).map((entry) => entry.published as Row)
  const pair = (row: Row): Figures | undefined => {
    const path = metricsOf(row)
    return path === undefined ? undefined : pairRow(recomputer, path)
  }
  const tables: Record<string, (row: Row) => Figures | undefined> = {
    'rust_vs_python_sweep_summary.csv': pair,
    'tr111_v2_summary.csv': pair,
    'tr109_full_config_stats.csv': (row) => configStats(recomputer, metricsOf(row), row),
    'tr112_v2_language_stats.csv': (row) =>
      languageStats(row, uniqueSources(rows('rust_vs_python_sweep_summary.csv'), row['language']!).map(pair)),
    'tr114_v2_config_stats.csv': (row) => summaryOf(withinArchive(row['source']!)),
    'tr114_v2_scenario_stats.csv': (row) =>
      scenarioStats(
        rows('tr114_v2_config_stats.csv')
          .filter((one) => one['scenario'] === row['scenario'])
          .map((one) => [one['config']!, summaryOf(withinArchive(one['source']!))]),
      ),
    'rust_multiagent_summary.csv': (row) =>
      asShort(summaryOf(`${withinArchive(row['output_dir']!)}/summary.json`)),
    'runtime_comparison.csv': (row) => runtimeStats(recomputer, entries, row['runtime']!),
  }
  return (entry) => tables[entry.table!]?.(entry.published as Row)
}

/** Archives were moved: only what stands below the experiment's folder is the same. */
function withinArchive(source: string): string {
  return source
    .replaceAll('\\', '/')
    .replace(
      /^.*?(tr109_rust_full|tr110_rust_full|Demo_rust_agent_sweep|chimera_sweep|Demo_rust_multiagent_results)/,
      '$1',
    )
}

function pairRow(recomputer: Recomputer, path: string): Figures | undefined {
  const baseline = recomputer.aggregate(path, 'baseline')
  const chimera = recomputer.aggregate(path, 'chimera')
  if (baseline === undefined || chimera === undefined) return undefined
  const { throughput_improvement_percent: throughput, ttft_reduction_percent: ttft } = deltas(
    baseline,
    chimera,
  )
  return {
    baseline_tok_s: baseline.average_tokens_per_second,
    chimera_tok_s: chimera.average_tokens_per_second,
    throughput_pct: throughput,
    throughput_delta_pct: throughput,
    baseline_ttft_ms: baseline.average_ttft_ms,
    chimera_ttft_ms: chimera.average_ttft_ms,
    ttft_pct: ttft,
    ttft_delta_pct: ttft,
    baseline_tokens: baseline.total_tokens_generated,
    chimera_tokens: chimera.total_tokens_generated,
    baseline_duration_ms: baseline.total_duration_ms,
    chimera_duration_ms: chimera.total_duration_ms,
  }
}

/** With n instead of n - 1. */
function populationDeviation(values: readonly number[]): number {
  const n = values.length
  return n < 2 ? 0 : sampleDeviation(values) * Math.sqrt((n - 1) / n)
}

/** This table alone has the population's deviation, and calls its calls runs. */
function configStats(recomputer: Recomputer, path: string | undefined, row: Row): Figures | undefined {
  const calls =
    path === undefined
      ? []
      : recomputer.calls(path, row['kind']!.endsWith('baseline') ? 'baseline' : 'chimera')
  if (calls.length === 0) return undefined
  const { average_tokens_per_second, average_ttft_ms } = aggregate(calls)
  return {
    runs: calls.length,
    avg_tokens_per_sec: average_tokens_per_second,
    std_tokens_per_sec: populationDeviation(calls.map((call) => call.throughput_tokens_per_sec)),
    avg_ttft_ms: average_ttft_ms,
    std_ttft_ms: populationDeviation(calls.map((call) => call.ttft_ms)),
  }
}

/** The table lists the same sources from several roots. */
function uniqueSources(rows: readonly Row[], language: string): Row[] {
  return [
    ...new Map(
      rows.filter((row) => row['language'] === language).map((row) => [withinArchive(row['source']!), row]),
    ).values(),
  ]
}

function languageStats(_: Row, configs: readonly (Figures | undefined)[]): Figures | undefined {
  if (configs.length === 0 || configs.includes(undefined)) return undefined
  const column = (name: string): number[] => configs.map((config) => config![name] as number)
  return {
    config_count: configs.length,
    avg_baseline_tok_s: mean(column('baseline_tok_s')),
    avg_chimera_tok_s: mean(column('chimera_tok_s')),
    avg_throughput_pct: mean(column('throughput_pct')),
    avg_ttft_pct: mean(column('ttft_pct')),
    peak_chimera_tok_s: Math.max(...column('chimera_tok_s')),
  }
}

function scenarioStats(configs: readonly (readonly [string, Figures | undefined])[]): Figures | undefined {
  if (configs.length === 0 || configs.some(([, figures]) => figures === undefined)) return undefined
  const efficiency = configs
    .map(([name, figures]) => [name, figures!['average_efficiency'] as number] as const)
    .toSorted((a, b) => a[1] - b[1])
  const [least, most] = [efficiency[0]!, efficiency.at(-1)!]
  return {
    config_count: configs.length,
    mean_efficiency: mean(efficiency.map(([, value]) => value)),
    peak_efficiency: most[1],
    peak_config: most[0],
    min_efficiency: least[1],
    min_config: least[0],
    mean_speedup: mean(configs.map(([, figures]) => figures!['average_concurrency_speedup'] as number)),
  }
}

function asShort(summary: Figures | undefined): Figures | undefined {
  if (summary === undefined) return undefined
  return {
    speedup: summary['average_concurrency_speedup'],
    efficiency: summary['average_efficiency'],
    throughput_delta: summary['average_throughput_delta'],
    ttft_delta_ms: summary['average_ttft_delta_ms'],
  }
}

/** Over the means of each config's runs. The gains it lists beside are against constants. */
function runtimeStats(
  recomputer: Recomputer,
  entries: readonly Published[],
  runtime: string,
): Figures | undefined {
  const runs = entries.filter(
    (entry) => entry.kind === 'multi_run' && entry.path.includes(`/results/runtime-${runtime}/`),
  )
  const configs = [
    ...Map.groupBy(runs, (run) => run.path.split(`/runtime-${runtime}/`)[1]!.split('/')[0]!).values(),
  ]
  const figures = configs.map((config) => config.map((run) => recomputer.run(run)))
  if (figures.length === 0 || figures.flat().includes(undefined)) return undefined
  const means = (name: string): number[] =>
    figures.map((config) => mean(config.map((run) => run![name] as number)))
  return {
    peak_efficiency: Math.max(...means('efficiency_percent')),
    mean_efficiency: mean(means('efficiency_percent')),
    stddev_efficiency: sampleDeviation(means('efficiency_percent')),
    peak_speedup: Math.max(...means('concurrency_speedup')),
  }
}
