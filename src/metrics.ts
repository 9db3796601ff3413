/**
 * The one table of metrics. Everything that names, formats, compares or gates a metric reads it here;
 * docs/metrics.md is its prose.
 */

import type { MetricName, Unit } from './schema/generated.ts'

export type { MetricName }

/** One row of the table. */
export interface Metric<Name extends MetricName = MetricName> {
  name: Name
  /** What the metric is, in one sentence. */
  description: string
  unit: Unit
  better: 'lower' | 'higher'
  /** Smallest relative change that matters, unless the suite says otherwise; of a share that is compared by its difference the smallest difference. */
  threshold: number
  /**
   * Smallest absolute change that matters, in the metric's unit; it takes the threshold's place where that
   * asks for less: 15 % of a TTFT of 3 ms is a timer's jitter.
   */
  floor: number
  /** Whether it decides over the gate unless the suite says otherwise. */
  gated: boolean
  /** Compared by its difference, not as a ratio: a share that may be 0. Its threshold is in points. */
  difference?: true
}

/** The table by name: a row for every name the schemas know. */
export const metrics: { readonly [Name in MetricName]: Metric<Name> } = {
  output_throughput: {
    name: 'output_throughput',
    unit: 'tok/s',
    better: 'higher',
    threshold: 0.05,
    floor: 0,
    gated: true,
    description:
      'tokens that arrive per second: eval_count * (chunks - 1) / chunks / (last content chunk - first), streamed replies of at least 16 tokens',
  },
  stall_share: {
    name: 'stall_share',
    unit: 'fraction',
    better: 'lower',
    threshold: 0.05,
    floor: 0,
    gated: true,
    difference: true,
    description:
      'time of streaming that the steady pace does not account for: 1 - chunks * mean of the middle third of the times per chunk / time',
  },
  reported_throughput: {
    name: 'reported_throughput',
    unit: 'tok/s',
    better: 'higher',
    threshold: 0.05,
    floor: 0,
    gated: false,
    description: "the server's own figure, eval_count / eval_duration, replies of at least 16 tokens",
  },
  ttft: {
    name: 'ttft',
    unit: 'ms',
    better: 'lower',
    threshold: 0.15,
    floor: 5,
    gated: true,
    description: 'request written to first content, warm calls; geometric mean over calls',
  },
  ttft_cold: {
    name: 'ttft_cold',
    unit: 'ms',
    better: 'lower',
    threshold: 0.25,
    floor: 5,
    gated: false,
    description: 'the same for calls that loaded the model',
  },
  ttft_content: {
    name: 'ttft_content',
    unit: 'ms',
    better: 'lower',
    threshold: 0.15,
    floor: 5,
    gated: false,
    description: 'request written to first answer content, warm calls',
  },
  tpot: {
    name: 'tpot',
    unit: 'ms',
    better: 'lower',
    threshold: 0.1,
    floor: 0,
    gated: false,
    description: '(last content chunk - first) / (eval_count * (chunks - 1) / chunks)',
  },
  itl: {
    name: 'itl',
    unit: 'ms',
    better: 'lower',
    threshold: 0.1,
    floor: 0,
    gated: false,
    description: 'median gap between content chunks',
  },
  e2e_latency: {
    name: 'e2e_latency',
    unit: 'ms',
    better: 'lower',
    threshold: 0.1,
    floor: 5,
    gated: false,
    description: 'request written to last content chunk, summed over calls',
  },
  prompt_throughput: {
    name: 'prompt_throughput',
    unit: 'tok/s',
    better: 'higher',
    threshold: 0.1,
    floor: 0,
    gated: false,
    description: 'prompt_eval_count / prompt_eval_duration, uncached prompts only',
  },
  load_duration: {
    name: 'load_duration',
    unit: 'ms',
    better: 'lower',
    threshold: 0.25,
    floor: 50,
    gated: false,
    description: 'model load time the server reports, summed over calls',
  },
  trial_duration: {
    name: 'trial_duration',
    unit: 'ms',
    better: 'lower',
    threshold: 0.1,
    floor: 10,
    gated: false,
    description: 'wall time of the agent',
  },
  stage_duration: {
    name: 'stage_duration',
    unit: 'ms',
    better: 'lower',
    threshold: 0.1,
    floor: 10,
    gated: false,
    description: 'wall time of one stage',
  },
  llm_share: {
    name: 'llm_share',
    unit: 'fraction',
    better: 'lower',
    threshold: 0.1,
    floor: 0,
    gated: false,
    description: 'time in calls / trial_duration',
  },
  own_time: {
    name: 'own_time',
    unit: 'ms',
    better: 'lower',
    threshold: 0.1,
    floor: 10,
    gated: false,
    description: 'trial_duration outside of calls: the client, the tools and the agent itself',
  },
  calls: {
    name: 'calls',
    unit: 'count',
    better: 'lower',
    threshold: 0.05,
    floor: 0.5,
    gated: false,
    description: 'calls, those included that failed and were made again',
  },
  input_tokens: {
    name: 'input_tokens',
    unit: 'count',
    better: 'lower',
    threshold: 0.1,
    floor: 1,
    gated: false,
    description: 'prompt_eval_count summed over calls, where every call reports it',
  },
  output_tokens: {
    name: 'output_tokens',
    unit: 'count',
    better: 'lower',
    threshold: 0.1,
    floor: 1,
    gated: false,
    description: 'eval_count summed over calls',
  },
  speedup: {
    name: 'speedup',
    unit: 'x',
    better: 'higher',
    threshold: 0.1,
    floor: 0,
    gated: false,
    description: 'concurrent agents: sum of their solo walls / concurrent wall',
  },
  efficiency: {
    name: 'efficiency',
    unit: 'fraction',
    better: 'higher',
    threshold: 0.1,
    floor: 0,
    gated: false,
    description: 'speedup / agents',
  },
  slowdown: {
    name: 'slowdown',
    unit: 'x',
    better: 'lower',
    threshold: 0.1,
    floor: 0,
    gated: false,
    description: 'concurrent wall of an agent / its solo wall; geometric mean over agents',
  },
  load_balance: {
    name: 'load_balance',
    unit: 'x',
    better: 'higher',
    threshold: 0.1,
    floor: 0,
    gated: false,
    description: 'sum of the concurrent walls / the longest: how even the work is, and nothing about gain',
  },
  valid_rate: {
    name: 'valid_rate',
    unit: 'fraction',
    better: 'higher',
    threshold: 0.05,
    floor: 0,
    gated: true,
    difference: true,
    description: 'valid trials / trials started; compared by their difference, the threshold in points',
  },
}

/** The names, in the order in which reports show them. */
export const metricNames: readonly MetricName[] = Object.keys(metrics).filter(isMetric)

/** Whether `name` is in the table. */
export function isMetric(name: string): name is MetricName {
  return Object.hasOwn(metrics, name)
}

/** Whether a metric is compared by its difference. */
export function isDifference(name: MetricName): boolean {
  return metrics[name].difference === true
}

/** What `make` says of each metric, by name. */
export function byMetric<T>(make: (name: MetricName) => T): Record<MetricName, T> {
  return Object.fromEntries(metricNames.map((name) => [name, make(name)])) as Record<MetricName, T>
}

/** Shorter replies have no throughput: a few chunks say more about packets than about decoding. */
export const MIN_TOKENS_FOR_THROUGHPUT = 16
