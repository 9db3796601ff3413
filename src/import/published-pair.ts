/** What the older system published of two agents at once, beside what it does say. */
import type { PairLegacy, SuiteReport } from '../schema/generated.ts'
import { absent, count, quantity } from '../text/index.ts'
import type { PublishedRow } from './published.ts'

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
