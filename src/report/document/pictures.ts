/** Which pictures a suite has, and their values: how verdicts came about, then what the trials did. */
import { findCacheHits } from '../../judge/counters.ts'
import { trialValues } from '../../judge/values.ts'
import { isMetric, metrics, type MetricName } from '../../metrics.ts'
import type { Comparison, SuiteReport, Trial } from '../../schema/generated.ts'
import { count } from '../../text/index.ts'
import type { Picture, Strip } from '../pictures/picture.ts'
import { joined, pictures, trusted, type Block, type Inline, type Legend } from './blocks.ts'
import { label } from './comparisons.ts'
import { isMeasured } from './trials.ts'
import { leaderOf, waterfalls } from '../waterfalls.ts'

/** Most trials of a strip, about; of more, every k-th block is shown whole. */
const MOST_POINTS = 240

/** How the interval of each gated comparison narrowed to its verdict. */
export function funnels({ confirmed = false }: SuiteReport, comparisons: readonly Comparison[]): Block[] {
  const shown = comparisons
    .filter(({ gated, looks = [] }) => gated && looks.length > 0)
    .map((comparison): Picture => {
      const fresh = confirmed && comparison.verdict === 'regressed'
      return { kind: 'funnel', label: label(comparison), comparison, fresh }
    })
  return pictures(
    'Look by look',
    shown,
    [
      {
        text: trusted(
          'a line is the interval after so many blocks, the last one that of the verdict; the band is the threshold',
        ),
      },
    ],
    1,
  )
}

/** What the trials did: their values in run order, the gaps of their streams, two of them moment by moment. */
export function trialPictures(suite: SuiteReport, trials: readonly Trial[]): Block[] {
  const named = (role: string): Inline => {
    const names = suite.arms.flatMap((arm) => (arm.role === role ? [arm.name] : []))
    return names.length > 3 ? trusted(count(names.length, role)) : joined(names, ', ')
  }
  const arms: Legend = [
    { key: 'baseline', text: named('baseline') },
    { key: 'candidate', text: named('candidate') },
  ]
  const broken: Legend = trials.some(({ valid }) => !valid)
    ? [{ key: 'invalid', text: trusted('invalid') }]
    : []
  const taken: Legend = trials.some((trial) => isMeasured(trial) && trial.machine !== undefined)
    ? [
        { key: 'waited', text: trusted('a processor was waited for (full height: all of a trial)') },
        { key: 'taken', text: trusted('time taken by other machines or a limit') },
      ]
    : []
  const note = trusted(
    'trials in the order they ran; gray lines link the trials of a block, the others are running medians; warm-ups are left out',
  )
  return [
    ...pictures('Trials', strips(suite, trials), [...arms, ...broken, ...taken, { text: note }], 1),
    ...pictures('Between chunks', gaps(suite), suite.sweep === undefined ? arms : leaderLegend(suite), 3),
    ...pictures('Moment by moment', waterfalls(suite, trials), partsLegend, 3),
  ]
}

const partsLegend: Legend = [
  { key: 'load', text: trusted('load') },
  { key: 'prompt', text: trusted('prompt') },
  { key: 'thinking', text: trusted('thinking') },
  { key: 'tokens', text: trusted('tokens') },
  { key: 'tools', text: trusted('tools') },
  { key: 'own', text: trusted('own code') },
  { key: 'other', text: trusted('other time in calls') },
]

/** A plot of every gated metric; of the trials' durations where none has values. */
function strips(suite: SuiteReport, trials: readonly Trial[]): Strip[] {
  const own = trials.filter(isMeasured)
  const gated = suite.comparisons.filter(({ stage, gated: decides }) => stage === null && decides)
  const names = suite.kind === 'sweep' ? [suite.sweep.rank_by] : gated.map(({ metric }) => metric)
  const shown = [...new Set(names.length > 0 ? names : ['trial_duration'])].filter(isMetric)
  const hits = findCacheHits(trials)
  const every = Math.ceil(own.length / MOST_POINTS)
  const blockOf = ({ phase, block, attempt }: Trial): string => `${phase} ${block} ${attempt}`
  const drawn = new Set([...new Set(own.map(blockOf))].filter((_, i) => i % every === 0))
  return shown.map((metric): Strip => ({
    kind: 'strip',
    metric,
    unit: metrics[metric].unit,
    trials: own.length,
    every,
    points: own.flatMap((trial, i) =>
      drawn.has(blockOf(trial)) ? [pointOf(trial, i + 1, metric, hits)] : [],
    ),
  }))
}

function pointOf(
  trial: Trial,
  order: number,
  metric: MetricName,
  hits: ReturnType<typeof findCacheHits>,
): Strip['points'][number] {
  const { arm, role, phase, block, attempt, valid, machine } = trial
  const value = valid ? trialValues(trial, hits).get(metric) : undefined
  return { arm, role, phase, block, attempt, order, value, reason: trial.invalid_reason, machine }
}

/** Of the baseline and the candidate; of a sweep its leader. */
function gaps(suite: SuiteReport): Picture[] {
  const leader = leaderOf(suite)
  const shown = suite.arms
    .filter(({ role, name }) => role === 'baseline' || suite.sweep === undefined || name === leader)
    .flatMap(({ role, gaps: own }) => (own === undefined ? [] : [{ role, gaps: own }]))
  return shown.length === 0 ? [] : [{ kind: 'gaps', arms: shown }]
}

function leaderLegend(suite: SuiteReport): Legend {
  const baseline = suite.arms.find(({ role }) => role === 'baseline')?.name ?? ''
  return [
    { key: 'baseline', text: baseline },
    { key: 'candidate', text: leaderOf(suite) ?? '' },
  ]
}
