/** One arm's values of one metric through all reports: the whole trial and, if asked for, its stages. */
import { countValid } from '../judge/validity.ts'
import type { MetricName } from '../metrics.ts'
import type { ArmReport, Environment, Sample } from '../schema/generated.ts'
import { stagesOf, type ArmRow, type Place } from './arms.ts'
import { historyOf, judgeHistory, ruleOf } from './history.ts'
import type { Change, History, Meant, Row, Value } from './model.ts'
import { changeBetween, validityChange, type Measured, type ValuesOf } from './within.ts'

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
  const staged = stages || metric === 'stage_duration' ? stagesOf(arm).map(open) : []
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
  return (
    sample && {
      report,
      n: sample.n,
      median: sample.median,
      ...(sample.cv !== undefined && { cv: sample.cv }),
    }
  )
}

/** Each report's trials against those of the first; `sources` gives a place's values where they are at hand. */
export function withChanges(
  { row, arm, metric }: OpenRow,
  sources: (place: Place) => ValuesOf | undefined,
): Row {
  const base = arm.places.find(({ report }) => report === 0)
  if (base === undefined) return row
  const changes = arm.places.flatMap((place): Change[] => {
    const change = place === base ? undefined : compare(base, place, metric, row.stage, sources)
    return change === undefined ? [] : [{ report: place.report, against: 0, ...change }]
  })
  return { ...row, changes }
}

function compare(
  from: Place,
  to: Place,
  metric: MetricName,
  stage: string | null,
  sources: (place: Place) => ValuesOf | undefined,
) {
  if (metric === 'valid_rate') {
    const [a, b] = [countValid(from.arm), countValid(to.arm)]
    return stage === null && a.trials > 0 && b.trials > 0 ? validityChange(a, b) : undefined
  }
  const measured = (place: Place): Measured | undefined => {
    const sample = sampleOf(place.arm, metric, stage)
    const values = sources(place)?.(place.arm.role, stage, metric)
    return sample && { sample, ...(values !== undefined && { values }) }
  }
  const [a, b] = [measured(from), measured(to)]
  return a && b && changeBetween(a, b)
}

/** The last report's median against the earlier runs of one fingerprint. valid_rate is only counted: shares near 1 have no log scale. */
export function withHistory(
  { row, arm, metric }: OpenRow,
  environments: readonly Environment[],
  repeated: ReadonlySet<number>,
  meant: ReadonlySet<Meant>,
): Row {
  const last = environments.length - 1
  const place = arm.places.find(({ report }) => report === last)
  const latest = row.values.find(({ report }) => report === last)
  if (place === undefined || latest === undefined || metric === 'valid_rate' || !(latest.median > 0))
    return row
  const earlier = arm.places.filter(({ report }) => report < last && !repeated.has(report))
  const same = new Set(historyOf(earlier, place, environments, meant).map(({ report }) => report))
  const medians = row.values
    .filter(({ report, median }) => same.has(report) && median > 0)
    .map(({ median }) => median)
  const history: History = judgeHistory(
    medians,
    latest.median,
    metric,
    ruleOf(place.suite, metric, row.stage),
  )
  return { ...row, history }
}

function sampleOf(arm: ArmReport, metric: MetricName, stage: string | null): Sample | undefined {
  const samples = stage === null ? arm.samples : arm.stages.find(({ name }) => name === stage)?.samples
  return samples !== undefined && Object.hasOwn(samples, metric) ? samples[metric] : undefined
}
