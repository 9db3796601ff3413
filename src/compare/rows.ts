/** One arm's values of one metric through all reports: the whole trial and, if asked for, its stages. */
import { countValid } from '../judge/validity.ts'
import { isDifference, type MetricName } from '../metrics.ts'
import { defined } from '../optional.ts'
import type { ArmReport, Sample } from '../schema/generated.ts'
import type { ArmRow, Place } from './arms.ts'
import { historyOf, judgeHistory, ruleOf } from './history.ts'
import type { Change, Meant, Row, Value } from './model.ts'
import { changeBetween, validityChange, type Compared, type Measured } from './within.ts'

/** A row, with what its last columns are made from. */
export interface OpenRow {
  row: Row
  arm: ArmRow
  metric: MetricName
}

/** The whole trial's row stands even where nothing was measured, so that no arm is dropped; a stage's only where something was. */
export function openRows(arm: ArmRow, metric: MetricName, reports: number, stages: boolean): OpenRow[] {
  const open = (stage: string | null): OpenRow => ({
    arm,
    metric,
    row: {
      label: stage === null ? arm.label : `${arm.label} › ${stage}`,
      suite: arm.suite,
      arm: arm.arm,
      role: arm.role,
      stage,
      ...(arm.places.length < reports && { only_in: arm.places.map(({ report }) => report) }),
      values: arm.places.flatMap((place) => valueOf(place, metric, stage) ?? []),
    },
  })
  const names = arm.places.flatMap((place) => place.arm.stages.map(({ name }) => name))
  const staged = stages || metric === 'stage_duration' ? [...new Set(names)].map(open) : []
  const measured = staged.filter(({ row }) => row.values.length > 0)
  // There is no whole trial's stage_duration; that is trial_duration.
  return metric === 'stage_duration' && measured.length > 0 ? measured : [open(null), ...measured]
}

function valueOf({ report, arm }: Place, metric: MetricName, stage: string | null): Value | undefined {
  if (metric === 'valid_rate') {
    const { valid, trials } = countValid(arm)
    return stage !== null || trials === 0 ? undefined : { report, n: trials, median: valid / trials, valid }
  }
  const sample = sampleOf(arm, metric, stage)
  return sample && { report, n: sample.n, median: sample.median, ...defined({ cv: sample.cv }) }
}

/** Each report's trials against those of the first. */
export function withChanges({ row, arm, metric }: OpenRow): Row {
  const base = arm.places.find(({ report }) => report === 0)
  if (base === undefined) return row
  const changes = arm.places.flatMap((place): Change[] => {
    const change = place === base ? undefined : compare(base, place, metric, row.stage)
    return change === undefined ? [] : [{ report: place.report, against: 0, ...change }]
  })
  return { ...row, changes }
}

function compare(from: Place, to: Place, metric: MetricName, stage: string | null): Compared | undefined {
  if (metric === 'valid_rate') {
    const [a, b] = [countValid(from.arm), countValid(to.arm)]
    return stage === null && a.trials > 0 && b.trials > 0 ? validityChange(a, b) : undefined
  }
  const measured = ({ arm, values }: Place): Measured | undefined => {
    const sample = sampleOf(arm, metric, stage)
    return sample && { sample, ...defined({ values: values?.(arm.role, stage, metric) }) }
  }
  const [a, b] = [measured(from), measured(to)]
  return a && b && changeBetween(a, b, metric)
}

/** The last report's median against the earlier runs of one fingerprint. valid_rate is only counted: it has no value a trial. */
export function withHistory(
  { row, arm, metric }: OpenRow,
  last: number,
  repeated: ReadonlySet<number>,
  meant: ReadonlySet<Meant>,
): Row {
  const place = arm.places.find(({ report }) => report === last)
  const latest = row.values.find(({ report }) => report === last)
  const isUsable = (median: number): boolean => isDifference(metric) || median > 0
  if (place === undefined || latest === undefined || metric === 'valid_rate') return row
  if (!isUsable(latest.median)) return row
  const earlier = arm.places.filter(({ report }) => report < last && !repeated.has(report))
  const same = new Set(historyOf(earlier, place, meant).map(({ report }) => report))
  const medians = row.values
    .filter(({ report, median }) => same.has(report) && isUsable(median))
    .map(({ median }) => median)
  const rule = ruleOf(place.suite, metric, row.stage)
  return { ...row, history: judgeHistory(medians, latest.median, metric, rule) }
}

function sampleOf(arm: ArmReport, metric: MetricName, stage: string | null): Sample | undefined {
  const samples = stage === null ? arm.samples : arm.stages.find(({ name }) => name === stage)?.samples
  return samples !== undefined && Object.hasOwn(samples, metric) ? samples[metric] : undefined
}
