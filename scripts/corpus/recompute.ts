/** Every aggregate of published.json from the calls beneath it, by the importer's own formulas. */
import { dirname } from 'node:path/posix'
import {
  aggregate,
  concurrency,
  concurrentDeltas,
  deltas,
  mean,
  type Aggregates,
} from '../../src/import/legacy.ts'
import type { CorpusCall, Published } from './published.ts'

type Figures = Record<string, unknown>

/** Recomputes single entries; each gives what can be had of it, undefined where nothing can. */
export class Recomputer {
  readonly #calls: ReadonlyMap<string, readonly CorpusCall[]>
  readonly #runs = new Map<string, Published>()

  constructor(entries: readonly Published[], calls: readonly CorpusCall[]) {
    this.#calls = Map.groupBy(calls, ({ path, agent }) => `${path}\n${agent}`)
    for (const entry of entries) if (entry.kind === 'multi_run') this.#runs.set(entry.path, entry)
  }

  calls(path: string, agent: string): readonly CorpusCall[] {
    return this.#calls.get(`${path}\n${agent}`) ?? []
  }

  aggregate(path: string, agent: string, style: 'sum' | 'mean' = 'sum'): Aggregates | undefined {
    const calls = this.calls(path, agent)
    return calls.length === 0 ? undefined : aggregate(calls, style)
  }

  pairDelta(path: string): Figures | undefined {
    const baseline = this.aggregate(path, 'baseline')
    const chimera = this.aggregate(path, 'chimera')
    if (baseline === undefined || chimera === undefined) return undefined
    return {
      ...deltas(baseline, chimera),
      ...named('baseline', baseline),
      ...named('chimera', chimera),
      baseline_total_duration_ms: baseline.total_duration_ms,
      chimera_total_duration_ms: chimera.total_duration_ms,
      baseline_total_tokens: baseline.total_tokens_generated,
      chimera_total_tokens: chimera.total_tokens_generated,
    }
  }

  /** Wall times, and the agents' own where the calls do not give them, are inputs: they were recorded, not computed. */
  run(entry: Published): Figures | undefined {
    const { path, published } = entry
    const collector = this.aggregate(path, 'collector')
    const insight = this.aggregate(path, 'insight')
    if (collector === undefined || insight === undefined) return undefined
    const [first, second] = [this.calls(path, 'collector')[0]!, this.calls(path, 'insight')[0]!]
    const walls = [first.wall_ms / 1000, second.wall_ms / 1000] as const
    const [a, b] = walls[0] > 0 && walls[1] > 0 ? walls : entry.execution_time_s!
    const wall = Number(
      published['concurrent_wall_time_s'] ??
        published['concurrent_wall_time'] ??
        Number(published['concurrent_wall_time_ms'] ?? 0) / 1000,
    )
    const { sequential_estimated_s, ...together } = concurrency(a, b, wall)
    return {
      ...named('collector', collector),
      ...named('insight', insight),
      ...named('baseline', collector),
      ...named('chimera', insight),
      ...concurrentDeltas(collector, insight),
      ...(walls[0] > 0 && { baseline_duration: a, chimera_duration: b }),
      ...(wall > 0 && {
        ...together,
        sequential_estimated_s,
        sequential_estimated_time: sequential_estimated_s,
      }),
    }
  }

  summary(entry: Published): Figures | undefined {
    const folder = dirname(entry.path)
    const runs = entry.runs!.map((run) =>
      this.#runs.get(`${folder}/run_${String(run['run_number'])}/metrics.json`),
    )
    const figures = runs.map((run) => (run === undefined ? undefined : this.run(run)))
    if (figures.length === 0 || figures.includes(undefined)) return undefined
    const average = (name: string): number => mean(figures.map((run) => run![name] as number))
    return {
      average_concurrency_speedup: average('concurrency_speedup'),
      average_efficiency: average('efficiency_percent'),
      average_throughput_delta: average('throughput_delta'),
      average_ttft_delta_ms: average('ttft_delta_ms'),
      baseline_throughput: average('baseline_throughput'),
      chimera_throughput: average('chimera_throughput'),
      contention_detected_runs: figures.filter((run) => run!['resource_contention_detected'] === true).length,
    }
  }

  /** As printed: two decimals, the coefficient of variation with one. */
  agentReport(entry: Published): Figures | undefined {
    const figures = this.aggregate(entry.metrics_path!, entry.agent)
    if (figures === undefined) return undefined
    const { average_tokens_per_second, stddev_throughput, average_ttft_ms, stddev_ttft } = figures
    return {
      throughput_mean: average_tokens_per_second,
      throughput_std: stddev_throughput,
      ttft_mean: average_ttft_ms,
      ttft_std: stddev_ttft,
      cv_throughput_pct: variation(stddev_throughput, average_tokens_per_second),
      cv_ttft_pct: variation(stddev_ttft, average_ttft_ms),
    }
  }
}

/** Coefficient of variation in percent; undefined where the mean is 0. */
function variation(deviation: number, center: number): number | undefined {
  return center === 0 ? undefined : (deviation / center) * 100
}

function named(agent: string, { average_tokens_per_second, average_ttft_ms }: Aggregates): Figures {
  return { [`${agent}_throughput`]: average_tokens_per_second, [`${agent}_ttft_ms`]: average_ttft_ms }
}
