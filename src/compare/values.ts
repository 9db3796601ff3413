/** From the trials beside a report to the values behind its samples, as the report itself was made of them. */
import { completeBlocks } from '../judge/blocks.ts'
import { findCacheHits } from '../judge/cache.ts'
import { stageValues, trialValues, type Values } from '../judge/values.ts'
import { metricNames, type MetricName } from '../metrics.ts'
import type { Role, Samples, SuiteReport, Trial } from '../schema/generated.ts'
import { median } from '../stats/index.ts'

/** The values of a metric over the trials of an arm, `stage` null for whole trials; undefined where they are not known. */
export type ValuesOf = (role: Role, stage: string | null, metric: MetricName) => readonly number[] | undefined

/**
 * The values of one suite. Undefined if they do not give the very samples that the report holds: then the trials
 * are another run's, or not all of them.
 */
export function suiteValues(suite: SuiteReport, trials: readonly Trial[]): ValuesOf | undefined {
  const baseline = suite.arms.find((arm) => arm.role === 'baseline')
  const candidate = suite.arms.find((arm) => arm.role === 'candidate')
  if (baseline === undefined || candidate === undefined) return undefined
  const own = trialsOf(suite, candidate.name, trials)
  const plan = { arms: { baseline, candidate } }
  const hits = findCacheHits(own)
  const blocks = (['measure', 'confirm'] as const).flatMap((phase) => completeBlocks(plan, own, phase))
  const values = (role: Role, stage: string | null): Values[] =>
    blocks
      .flatMap((block) => block.trials[role])
      .map((trial) =>
        stage === null ? trialValues(trial, hits) : (stageValues(trial, hits).get(stage) ?? new Map()),
      )
  const valuesOf = (role: Role, stage: string | null, metric: MetricName): number[] =>
    values(role, stage).flatMap((one) => one.get(metric) ?? [])
  const agrees = (role: Role, stage: string | null, samples: Samples): boolean =>
    metricNames.every((metric) => {
      const sample = samples[metric]
      if (sample === undefined) return true
      const { n, median: middle } = sample
      const found = valuesOf(role, stage, metric)
      return found.length === n && Math.abs(median(found) - middle) <= 1e-9 * Math.abs(middle)
    })
  const alike = [baseline, candidate].every(
    (arm) =>
      agrees(arm.role, null, arm.samples) &&
      arm.stages.every(({ name, samples }) => agrees(arm.role, name, samples)),
  )
  return alike ? valuesOf : undefined
}

/**
 * A suite's own trials among all. Several suites of one file may share name and baseline; a baseline trial belongs to
 * the candidate beside which it ran, the trials of a block, warm-ups between them included, being neighbours in the file.
 */
function trialsOf(suite: SuiteReport, candidate: string, trials: readonly Trial[]): Trial[] {
  const blocks: Trial[][] = []
  let open: Trial[] = []
  let last: string | undefined
  for (const trial of trials) {
    const key = JSON.stringify([trial.suite, trial.file, trial.block, trial.attempt])
    if (key === last) open.push(trial)
    else blocks.push((open = [trial]))
    last = key
  }
  return blocks.flatMap((block) => {
    const beside = block.find(({ role }) => role === 'candidate')?.arm
    const isOwn = block.some(({ suite: name, file }) => name === suite.name && file === suite.file)
    return isOwn && (beside === undefined || beside === candidate) ? block : []
  })
}
