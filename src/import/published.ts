/**
 * What an imported suite published, beside what we say of the same calls: rows for the writers, one figure each.
 * The left side is the older system's, reproduced by its formulas; the right side says what it pools.
 */
import { changed, say, trusted, type Inline } from '../report/index.ts'
import type {
  ArmLegacy,
  ArmReport,
  Call,
  PairLegacy,
  Sample,
  SuiteReport,
  Trial,
} from '../schema/generated.ts'
import { summarize } from '../stats/index.ts'
import { absent, count, quantity, signed } from '../text/index.ts'

/** One figure as published and as we have it. */
export interface PublishedRow {
  /** The arm it is of; undefined for the pair. */
  arm?: string
  figure: string
  published: string
  ours: Inline
  /** Why the two differ. */
  why: string
  /** Whether it stands on the terminal too. */
  leads?: true
}

/** What every section of this kind opens with. */
export const publishedNote =
  'As published: means ± sample standard deviations over all calls of all stages, including calls that loaded the model, with broken calls as 0; recomputed from the recorded calls by the older formulas.'

/** What the figures beside them rest on. */
export const oursNote =
  'Ours, in this table: single calls of all stages as well; throughput of completed calls, TTFT of warm and cold calls separately, and the TTFT of a broken call, whose first token did arrive. The comparisons use whole trials only, from blocks whose trials are all valid and warm.'

/** The rows of one arm; none for an arm that was not imported or kept no calls. */
export function armRows(arm: ArmReport, suite: SuiteReport, trials: readonly Trial[]): PublishedRow[] {
  const { legacy } = arm
  if (legacy?.average_tokens_per_second === undefined) return []
  const calls = trials.filter((trial) => trial.arm === arm.name).flatMap((trial) => trial.calls)
  const row = (figure: string, published: string, ours: Inline, why = ''): PublishedRow => ({
    arm: arm.name,
    figure,
    published,
    ours: typeof ours === 'string' ? trusted(ours) : ours,
    why,
  })
  const leading = (one: PublishedRow): PublishedRow => ({ ...one, leads: true })
  const { reported_throughput, ttft, ttft_cold } = arm.call_samples ?? {}
  return [
    leading(
      row(
        'throughput',
        spread(legacy.average_tokens_per_second, legacy.stddev_throughput, 'tok/s', 2),
        ofCalls(reported_throughput, 'tok/s', 2),
        brokenWhy(calls),
      ),
    ),
    leading(
      row(
        'TTFT',
        spread(legacy.average_ttft_ms ?? 0, legacy.stddev_ttft, 'ms', 2),
        [...timed('warm', ttft), ...timed('cold', ttft_cold)].join('; ') || absent,
        ttftWhy(calls),
      ),
    ),
    ...broken(arm.name, trials).map((ours) => leading(row('broken call', 'not published', ours))),
    ...sums(legacy, calls).map(([figure, published, ours]) => row(figure, published, ours)),
    ...deltas(arm, suite).map(([figure, published, ours]) => {
      const one = row(figure, published, ours, 'published without a test')
      return figure === 'throughput improvement' ? leading(one) : one
    }),
  ]
}

/** `96.69 ± 47.37 tok/s (CV 49.0 %)`; a single value has no spread, a mean of 0 no CV. */
function spread(mean: number, sd: number | undefined, unit: string, digits: number): string {
  const cv = sd === undefined || mean === 0 ? '' : ` (CV ${((sd / mean) * 100).toFixed(1)} %)`
  return `${mean.toFixed(digits)}${sd === undefined ? '' : ` ± ${sd.toFixed(digits)}`} ${unit}${cv}`
}

function ofCalls(sample: Sample | undefined, unit: string, digits: number): string {
  return sample === undefined
    ? absent
    : `${spread(sample.mean, sample.sd, unit, digits)}, ${count(sample.n, 'call')}`
}

function timed(temperature: string, sample: Sample | undefined): string[] {
  return sample === undefined ? [] : [`${temperature} ${ofCalls(sample, 'ms', 0)}`]
}

function brokenWhy(calls: readonly Call[]): string {
  const broken = calls.filter((call) => !call.valid).length
  return broken === 0 ? '' : `${count(broken, 'broken call')} averaged in as 0`
}

/** `run 1, report: no_done` */
function broken(arm: string, trials: readonly Trial[]): Inline[] {
  return trials
    .filter((trial) => trial.arm === arm)
    .flatMap(({ block, calls }) =>
      calls
        .filter((call) => !call.valid)
        .map((call) => say`run ${block}${call.stage === null ? '' : say`, ${call.stage}`}: ${call.reason}`),
    )
}

function ttftWhy(calls: readonly Call[]): string {
  const cold = calls.filter((call) => call.cold).length
  const warm = calls.filter((call) => !call.cold && call.ttft !== undefined)
  const whole = warm.flatMap((call) => (call.valid ? (call.ttft ?? []) : []))
  return [
    ...(cold === 0 ? [] : [`${count(cold, 'call')} that loaded the model in the mean`]),
    ...(whole.length === warm.length || whole.length === 0
      ? []
      : [`warm without broken calls ${ofCalls({ ...summarize(whole), unit: 'ms' }, 'ms', 0)}`]),
  ].join('; ')
}

/** Sums as they were published, and of the calls that ended; what a broken call took was never told. */
function sums(legacy: ArmLegacy, calls: readonly Call[]): [string, string, string][] {
  const ended = calls.filter((call) => call.valid)
  const total = (some: readonly Call[], value: (call: Call) => number | undefined): number =>
    some.reduce((sum, call) => sum + (value(call) ?? 0), 0)
  const of = (text: string): string => `${text}, ${count(ended.length, 'call')}`
  const ms = (value = 0): string => `${value.toFixed(2)} ms`
  const cold = ended.filter((call) => call.cold)
  const warm = ended.filter((call) => !call.cold)
  const loads = [
    ...(warm.length === 0
      ? []
      : [`warm ${ms(total(warm, (call) => call.load_duration))}, ${count(warm.length, 'call')}`]),
    ...(cold.length === 0
      ? []
      : [`cold ${ms(total(cold, (call) => call.load_duration))}, ${count(cold.length, 'call')}`]),
  ]
  return [
    [
      'tokens, sum',
      String(legacy.total_tokens_generated),
      of(String(total(ended, (call) => call.eval_count))),
    ],
    ['call duration, sum', ms(legacy.total_duration_ms), of(ms(total(ended, (call) => call.duration)))],
    [
      'prompt eval, sum',
      ms(legacy.prompt_eval_duration_ms),
      of(ms(total(ended, (call) => call.prompt_eval_duration))),
    ],
    ['eval, sum', ms(legacy.eval_duration_ms), of(ms(total(ended, (call) => call.eval_duration)))],
    ['load, sum', ms(legacy.load_duration_ms), loads.join('; ') || absent],
  ]
}

/** A candidate's differences to the baseline, with the changes and verdicts that take their place. */
function deltas({ legacy = {} }: ArmReport, { comparisons }: SuiteReport): [string, string, Inline][] {
  const verdictOn = (metric: string): Inline => {
    const comparison = comparisons.find((one) => one.metric === metric && one.stage === null)
    return comparison === undefined
      ? trusted(absent)
      : say`change ${changed(comparison)}, ${trusted(comparison.verdict)}`
  }
  const { throughput_improvement_percent: gain, ttft_reduction_percent: less } = legacy
  const { throughput_delta_absolute: more, ttft_delta_absolute_ms: sooner } = legacy
  const rows: [string, number | undefined, string, string][] = [
    ['throughput improvement', gain, `${signed(gain ?? 0)} % (${delta(more)} tok/s)`, 'reported_throughput'],
    ['TTFT reduction', less, `${signed(less ?? 0)} % (${delta(sooner)} ms)`, 'ttft'],
    [
      'throughput delta',
      legacy.throughput_delta,
      `${delta(legacy.throughput_delta)} tok/s`,
      'reported_throughput',
    ],
    ['TTFT delta', legacy.ttft_delta_ms, `${delta(legacy.ttft_delta_ms)} ms`, 'ttft'],
  ]
  return rows.flatMap(([figure, value, published, metric]) =>
    value === undefined ? [] : [[figure, published, verdictOn(metric)]],
  )
}

/** `+50.39`, with the two decimals that were published. */
function delta(value = 0): string {
  return `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(value).toFixed(2)}`
}

/** What was published of two agents at once, under its right name. */
export function pairRows({ legacy }: SuiteReport): PublishedRow[] {
  if (legacy === undefined || legacy.shape === 'single') return []
  return legacy.shape === 'summary' ? averages(legacy) : concurrency(legacy)
}

const notMeasured = 'not measured: it takes trials of each agent alone'

function concurrency(legacy: PairLegacy): PublishedRow[] {
  const {
    concurrency_speedup: speedup,
    efficiency_percent: efficiency,
    concurrent_wall_time_s: wall,
    sequential_estimated_s: total,
    overlap,
  } = legacy
  const seconds = (value: number | undefined): string =>
    quantity(value === undefined ? undefined : value * 1000, 'ms', 10_000)
  const apart = overlap !== undefined && overlap < 0.05
  return [
    {
      figure: 'load balance, published as "concurrency speedup"',
      published: figure(speedup, 'x'),
      ours: legacy.load_balance === undefined ? absent : `${legacy.load_balance.toFixed(2)} of 2`,
      why: apart
        ? 'published: the times together / the wall time, which is 1 when the agents take turns; ours: the times together / the longer one'
        : 'the times together / the longer one, both taken while both ran: it says nothing about gain',
      leads: true,
    },
    { figure: 'speedup, against each agent alone', published: absent, ours: notMeasured, why: '' },
    { figure: 'efficiency', published: figure(efficiency, '%'), ours: notMeasured, why: 'half of the above' },
    {
      figure: 'contention',
      published: legacy.resource_contention_detected === true ? 'detected' : 'not detected',
      ours: 'not tested',
      why: '"concurrency speedup" below 1.5, which is no test of it',
    },
    { figure: 'wall time', published: seconds(wall), ours: seconds(wall), why: '' },
    {
      figure: 'sequential estimate',
      published: seconds(total),
      ours: notMeasured,
      why: 'the sum of times that were taken while both ran',
    },
    {
      figure: 'overlap',
      published: absent,
      ours: overlap === undefined ? absent : `${quantity(overlap, 'fraction')} of the shorter agent's time`,
      why: apart ? 'the agents ran one after the other' : '',
    },
  ]
}

function averages(legacy: PairLegacy): PublishedRow[] {
  const runs = count(legacy.runs?.length ?? 0, 'run')
  const row = (name: string, published: string, why: string): PublishedRow => ({
    figure: name,
    published,
    ours: absent,
    why,
  })
  return [
    {
      ...row(
        'load balance, published as "average concurrency speedup"',
        figure(legacy.average_concurrency_speedup, 'x'),
        `mean of ${runs}; it says nothing about gain`,
      ),
      leads: true,
    },
    row('average efficiency', figure(legacy.average_efficiency, '%'), 'half of the above'),
    row(
      'average throughput delta',
      figure(legacy.average_throughput_delta, 'tok/s'),
      'published without a test',
    ),
    row('average TTFT delta', figure(legacy.average_ttft_delta_ms, 'ms'), 'published without a test'),
  ]
}

function figure(value: number | undefined, unit: string): string {
  return value === undefined
    ? absent
    : `${value.toFixed(unit === '%' ? 1 : 2)}${unit === 'x' ? '' : ` ${unit}`}`
}
