/**
 * What an imported suite published, beside what we say of the same calls: rows for the writers, one figure each.
 * The left side is the older system's, reproduced by its formulas; the right side says what it pools.
 */
import type { MetricName } from '../metrics.ts'
import { defined, present } from '../optional.ts'
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
import { tookTurns } from './legacy.ts'

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

/** What stands in a row, the reason and whether it leads last. */
type Figure = [figure: string, published: string, ours: Inline, why?: string, leads?: true | undefined]

function rowsOf(figures: readonly Figure[], arm?: string): PublishedRow[] {
  return figures.map(([figure, published, ours, why = '', leads]) => ({
    ...defined({ arm, leads }),
    figure,
    published,
    ours: typeof ours === 'string' ? trusted(ours) : ours,
    why,
  }))
}

/** The rows of one arm; none for an arm that was not imported or kept no calls. */
export function armRows(arm: ArmReport, suite: SuiteReport, trials: readonly Trial[]): PublishedRow[] {
  const { legacy, name } = arm
  if (legacy?.average_tokens_per_second === undefined) return []
  const own = trials.filter((trial) => trial.arm === name)
  const calls = own.flatMap((trial) => trial.calls)
  const { reported_throughput, ttft, ttft_cold } = arm.call_samples ?? {}
  const throughput = spread(legacy.average_tokens_per_second, legacy.stddev_throughput, 'tok/s', 2)
  const firstToken = spread(legacy.average_ttft_ms ?? 0, legacy.stddev_ttft, 'ms', 2)
  const timed = present(
    ttft && `warm ${ofCalls(ttft, 'ms', 0)}`,
    ttft_cold && `cold ${ofCalls(ttft_cold, 'ms', 0)}`,
  )
  const ours = reported_throughput === undefined ? absent : ofCalls(reported_throughput, 'tok/s', 2)
  return rowsOf(
    [
      ['throughput', throughput, ours, brokenWhy(calls), true],
      ['TTFT', firstToken, timed.join('; ') || absent, ttftWhy(calls), true],
      ...brokenCalls(own),
      ...sums(legacy, calls),
      ...deltas(legacy, suite),
    ],
    name,
  )
}

/** `96.69 ± 47.37 tok/s (CV 49.0 %)`; a single value has no spread, a mean of 0 no CV. */
function spread(mean: number, sd: number | undefined, unit: string, digits: number): string {
  if (sd === undefined) return `${mean.toFixed(digits)} ${unit}`
  const cv = mean === 0 ? '' : ` (CV ${quantity(sd / mean, 'fraction')})`
  return `${mean.toFixed(digits)} ± ${sd.toFixed(digits)} ${unit}${cv}`
}

function ofCalls({ mean, sd, n }: Omit<Sample, 'unit'>, unit: string, digits: number): string {
  return `${spread(mean, sd, unit, digits)}, ${count(n, 'call')}`
}

function brokenWhy(calls: readonly Call[]): string {
  const broken = calls.filter((call) => !call.valid).length
  return broken === 0 ? '' : `${count(broken, 'broken call')} averaged in as 0`
}

/** `run 1, report: no_done` */
function brokenCalls(trials: readonly Trial[]): Figure[] {
  return trials.flatMap(({ block, calls }) =>
    calls
      .filter(({ valid }) => !valid)
      .map(({ stage, reason }): Figure => {
        const where = stage === null ? '' : say`, ${stage}`
        return ['broken call', 'not published', say`run ${block}${where}: ${reason}`, '', true]
      }),
  )
}

function ttftWhy(calls: readonly Call[]): string {
  const cold = calls.filter((call) => call.cold).length
  const warm = calls.filter((call) => !call.cold && call.ttft !== undefined)
  const whole = warm.flatMap((call) => (call.valid ? (call.ttft ?? []) : []))
  return present(
    cold > 0 && `${count(cold, 'call')} that loaded the model in the mean`,
    whole.length > 0 &&
      whole.length < warm.length &&
      `warm without broken calls ${ofCalls(summarize(whole), 'ms', 0)}`,
  ).join('; ')
}

/** Sums as they were published, and of the calls that ended; what a broken call took was never told. */
function sums(legacy: ArmLegacy, calls: readonly Call[]): Figure[] {
  type Counter = 'eval_count' | 'duration' | 'prompt_eval_duration' | 'eval_duration' | 'load_duration'
  const ended = calls.filter((call) => call.valid)
  const total = (some: readonly Call[], name: Counter): number =>
    some.reduce((sum, call) => sum + (call[name] ?? 0), 0)
  const ms = (value = 0): string => `${value.toFixed(2)} ms`
  const of = (text: string): string => `${text}, ${count(ended.length, 'call')}`
  const times = (name: Counter): string => of(ms(total(ended, name)))
  const loads = Map.groupBy(
    ended.toSorted((a, b) => Number(a.cold) - Number(b.cold)),
    ({ cold }) => (cold ? 'cold' : 'warm'),
  )
  const loaded = [...loads].map(
    ([name, some]) => `${name} ${ms(total(some, 'load_duration'))}, ${count(some.length, 'call')}`,
  )
  return [
    ['tokens, sum', String(legacy.total_tokens_generated), of(String(total(ended, 'eval_count')))],
    ['call duration, sum', ms(legacy.total_duration_ms), times('duration')],
    ['prompt eval, sum', ms(legacy.prompt_eval_duration_ms), times('prompt_eval_duration')],
    ['eval, sum', ms(legacy.eval_duration_ms), times('eval_duration')],
    ['load, sum', ms(legacy.load_duration_ms), loaded.join('; ') || absent],
  ]
}

/** A candidate's differences to the baseline, with the changes and verdicts that take their place. */
function deltas(legacy: ArmLegacy, { comparisons }: SuiteReport): Figure[] {
  const { throughput_improvement_percent: gain, throughput_delta_absolute: more } = legacy
  const { ttft_reduction_percent: less, ttft_delta_absolute_ms: sooner } = legacy
  const rows: [figure: string, value: number | undefined, unit: string, of: MetricName, aside?: string][] = [
    ['throughput improvement', gain, '%', 'reported_throughput', ` (${delta(more)} tok/s)`],
    ['TTFT reduction', less, '%', 'ttft', ` (${delta(sooner)} ms)`],
    ['throughput delta', legacy.throughput_delta, 'tok/s', 'reported_throughput'],
    ['TTFT delta', legacy.ttft_delta_ms, 'ms', 'ttft'],
  ]
  return rows.flatMap(([name, value, unit, metric, aside = '']): Figure[] => {
    if (value === undefined) return []
    const found = comparisons.find((one) => one.metric === metric && one.stage === null)
    const ours = found === undefined ? absent : say`change ${changed(found)}, ${trusted(found.verdict)}`
    const published = `${unit === '%' ? signed(value) : delta(value)} ${unit}${aside}`
    const leads = name === 'throughput improvement' ? true : undefined
    return [[name, published, ours, 'published without a test', leads]]
  })
}

/** `+50.39`, with the two decimals that were published. */
function delta(value = 0): string {
  return `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(value).toFixed(2)}`
}

/** What was published of two agents at once, under its right name. */
export function pairRows({ legacy }: SuiteReport): PublishedRow[] {
  if (legacy === undefined || legacy.shape === 'single') return []
  return rowsOf(legacy.shape === 'summary' ? averages(legacy) : concurrency(legacy))
}

const notMeasured = 'not measured: it takes trials of each agent alone'

function concurrency(legacy: PairLegacy): Figure[] {
  const { concurrency_speedup: speedup, efficiency_percent: efficiency, overlap } = legacy
  const seconds = (value: number | undefined): string =>
    quantity(value === undefined ? undefined : value * 1000, 'ms', 10_000)
  const wall = seconds(legacy.concurrent_wall_time_s)
  const apart = tookTurns(legacy)
  return [
    [
      'load balance, published as "concurrency speedup"',
      figure(speedup, 'x'),
      legacy.load_balance === undefined ? absent : `${figure(legacy.load_balance, 'x')} of 2`,
      apart
        ? 'published: the times together / the wall time, which is 1 when the agents take turns; ours: the times together / the longer one'
        : 'the times together / the longer one, both taken while both ran: it says nothing about gain',
      true,
    ],
    ['speedup, against each agent alone', absent, notMeasured],
    ['efficiency', figure(efficiency, '%'), notMeasured, 'half of the above'],
    [
      'contention',
      legacy.resource_contention_detected === true ? 'detected' : 'not detected',
      'not tested',
      '"concurrency speedup" below 1.5, which is no test of it',
    ],
    ['wall time', wall, wall],
    [
      'sequential estimate',
      seconds(legacy.sequential_estimated_s),
      notMeasured,
      'the sum of times that were taken while both ran',
    ],
    [
      'overlap',
      absent,
      overlap === undefined ? absent : `${quantity(overlap, 'fraction')} of the shorter agent's time`,
      apart ? 'the agents ran one after the other' : '',
    ],
  ]
}

function averages(legacy: PairLegacy): Figure[] {
  const runs = count(legacy.runs?.length ?? 0, 'run')
  const untested = 'published without a test'
  return [
    [
      'load balance, published as "average concurrency speedup"',
      figure(legacy.average_concurrency_speedup, 'x'),
      absent,
      `mean of ${runs}; it says nothing about gain`,
      true,
    ],
    ['average efficiency', figure(legacy.average_efficiency, '%'), absent, 'half of the above'],
    ['average throughput delta', figure(legacy.average_throughput_delta, 'tok/s'), absent, untested],
    ['average TTFT delta', figure(legacy.average_ttft_delta_ms, 'ms'), absent, untested],
  ]
}

function figure(value: number | undefined, unit: string): string {
  if (value === undefined) return absent
  return `${value.toFixed(unit === '%' ? 1 : 2)}${unit === 'x' ? '' : ` ${unit}`}`
}
